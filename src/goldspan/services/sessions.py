"""Sessions: what a browser that has signed in has, and how it comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from goldspan.domain.permission import Action, Actor
from goldspan.errors import Forbidden, NotFound, PasswordChangeRequired, Unauthenticated
from goldspan.services.keys import add_new_key, key_hash, new_token
from goldspan.services.passwords import set_password
from goldspan.storage.rows import BeganWith, LinkRow, SessionRow, UserRow
from goldspan.storage.store import Unit

IDLE = timedelta(days=3)
"""A session that was not seen for so long has ended; it outlives a weekend."""

LONGEST = timedelta(days=30)
"""A session ends so long after it began."""

LINK_LIFE = timedelta(hours=24)
TOKEN_LIFE = timedelta(hours=24)
TOKEN_NAME = "signed in with the password"
"""Of the keys that a password was exchanged for, in the list of a user's keys."""

WRONG = "this username and password do not belong together"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, whose it is, and the only copy of its token."""

    session: SessionRow
    user: UserRow
    token: str

    @property
    def id(self) -> str:
        """The user's id, for the audit log."""
        return self.user.id


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The only copy of a key, and whose it is."""

    user: UserRow
    key: str

    @property
    def id(self) -> str:
        """The user's id, for the audit log."""
        return self.user.id


def find_session(unit: Unit, token: str) -> tuple[Actor, SessionRow, UserRow]:
    """Return whose session it is, and the session.

    Raises:
        Unauthenticated: if there is none, or it is past its time.
    """
    found = unit.sessions.find(key_hash(token))
    if found is None:
        raise Unauthenticated("this session has ended; sign in again")
    session, user = found
    if unit.now >= session.expires_at or unit.now >= session.last_seen_at + IDLE:
        raise Unauthenticated("this session is over; sign in again")
    workspaces = unit.workspaces.ids_of_user(user.id)
    return Actor(user.id, user.username, user.role, workspaces), session, user


def begin_session(
    unit: Unit, user: UserRow, began_with: BeganWith, *, instead_of: str | None = None
) -> SignedIn:
    """Begin a session of a user who has shown who they are.

    Args:
        unit: a transaction that writes.
        user: whose.
        began_with: how they came in.
        instead_of: the token that the browser had before; that session ends.
    """
    unit.sessions.delete_expired(unit.now)
    if instead_of is not None:
        end_session(unit, instead_of)
    token = new_token()
    session = unit.sessions.add(user.id, key_hash(token), began_with, unit.now + LONGEST)
    return SignedIn(session, user, token)


def sign_in(unit: Unit, user: UserRow, *, rehashed: str | None, instead_of: str | None) -> SignedIn:
    """Begin a session of a user whose password was verified.

    Args:
        unit: a transaction that writes.
        user: as it was when the password was verified.
        rehashed: the password's hash with today's cost, if it was hashed with another.
        instead_of: the token that the browser had before.

    Raises:
        Unauthenticated: if the user was deleted, or the password changed, in the meantime.
    """
    now = _still(unit, user, rehashed)
    return begin_session(unit, now, "password", instead_of=instead_of)


def exchange_password(unit: Unit, user: UserRow, *, rehashed: str | None) -> Exchanged:
    """Return a key of one day for a user whose password was verified.

    Args:
        unit: a transaction that writes.
        user: as it was when the password was verified.
        rehashed: as of ``sign_in``.

    Raises:
        Unauthenticated: if the user was deleted, or the password changed, in the meantime.
        PasswordChangeRequired: if somebody else has set the password.
    """
    now = _still(unit, user, rehashed)
    if now.must_change_password:
        raise PasswordChangeRequired(
            "somebody else has set your password; sign in on the page and choose one of your own"
        )
    for row in unit.keys.of(user.id):
        if row.name == TOKEN_NAME and row.expires_at is not None and row.expires_at <= unit.now:
            unit.keys.delete(row.id)
    _, key = add_new_key(unit, user.id, TOKEN_NAME, expires_at=unit.now + TOKEN_LIFE)
    return Exchanged(now, key)


def refuse_sign_in(
    unit: Unit,
    user: UserRow | None,
    *,
    action: str,
    request_id: str | None,
    address: str | None,
) -> None:
    """Keep in the audit log that a sign-in was refused.

    A name that nobody has is not kept: it often is a password that was typed into the wrong field.

    Args:
        unit: a transaction that writes.
        user: whose name was given, None if nobody's.
        action: what was asked for.
        request_id: of the request.
        address: where it came from.
    """
    unit.audit.add(
        f"refused: {action}",
        {},
        user_id=None if user is None else user.id,
        username=None if user is None else user.username,
        request_id=request_id,
        address=address,
    )


def _still(unit: Unit, user: UserRow, rehashed: str | None) -> UserRow:
    """Return the user as they are now, with the password's new hash if there is one."""
    now = unit.users.get(user.id)
    if now is None or now.password_hash != user.password_hash:
        raise Unauthenticated(WRONG)
    if rehashed is None:
        return now
    return set_password(unit, now, rehashed, must_change=now.must_change_password)


def end_session(unit: Unit, token: str) -> None:
    """End a session, if it is there."""
    found = unit.sessions.find(key_hash(token))
    if found is not None:
        unit.sessions.delete(found[0].id)


def end_all_sessions(unit: Unit, actor: Actor) -> None:
    """End every session of the actor. Raises Forbidden."""
    actor.require(Action.MANAGE_OWN_ACCOUNT)
    unit.sessions.delete_of(actor.user_id)


def change_own_password(
    unit: Unit, actor: Actor, seen: UserRow, password_hash: str, session: SessionRow | None
) -> None:
    """Replace the actor's password and end their other sessions and links.

    Args:
        unit: a transaction that writes.
        actor: who asks.
        seen: the user as it was when the current password was verified.
        password_hash: of the new one.
        session: the session in which it is done; it goes on.

    Raises:
        Forbidden: if the actor came with a key of a smaller scope than admin, or the password was
            changed by somebody else in the meantime.
        NotFound: if the user was deleted in the meantime.
    """
    actor.require(Action.MANAGE_OWN_ACCOUNT)
    user = unit.users.get(actor.user_id)
    if user is None:
        raise NotFound(f"there is no user {actor.username!r} any more")
    if user.password_hash != seen.password_hash:
        raise Forbidden("the password was changed in the meantime; sign in with the new one")
    set_password(unit, user, password_hash, must_change=False)
    unit.sessions.delete_of(user.id, but=None if session is None else session.id)
    unit.links.delete_of(user.id)


def create_link(unit: Unit, actor: Actor, user_id: str) -> tuple[LinkRow, str]:
    """Make a link that signs a user in, once; return it and the only copy of its token.

    Raises:
        Forbidden: if the actor may not manage users.
        NotFound: if there is no such user.
    """
    actor.require(Action.MANAGE_USERS)
    user = unit.users.get(user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id!r}", user_id=user_id)
    token = new_token()
    return unit.links.add(user.id, key_hash(token), unit.now + LINK_LIFE), token


def follow_link(unit: Unit, token: str, *, instead_of: str | None) -> SignedIn:
    """Begin a session by a one-time link, which is used up.

    Raises:
        Unauthenticated: if the link was used, replaced, or is past its time.
    """
    link = unit.links.find(key_hash(token))
    user = None if link is None or link.expires_at <= unit.now else unit.users.get(link.user_id)
    if user is None:
        raise Unauthenticated(
            "this link was used already, was replaced by a newer one, or is too old; "
            "`goldspan user link NAME` makes another"
        )
    unit.links.delete_of(user.id)
    return begin_session(unit, user, "link", instead_of=instead_of)
