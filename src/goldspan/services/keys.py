"""API keys: made, hashed, recognised, listed, revoked."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Sequence
from datetime import datetime

from goldspan.domain.permission import Action, Actor, Scope
from goldspan.errors import InvalidInput, NotFound, Unauthenticated
from goldspan.storage.rows import KeyRow, NewKey
from goldspan.storage.store import Unit

ALPHABET = string.ascii_letters + string.digits
SECRET_LENGTH = 43  # 256 bits
LEAST_LENGTH = 8
LONGEST_NAME = 100


def new_key() -> str:
    """Return a random key, ``gs_<id>_<secret>``; the id names it without giving it away."""
    name = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"gs_{name}_{new_token()}"


def new_token() -> str:
    """Return a random token of 256 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def key_hash(key: str) -> str:
    """Return what is kept of a key or token. A random one of 256 bits needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def visible_part(key: str) -> str:
    """Return what may be shown of a random key: ``gs_<id>``."""
    return "_".join(key.split("_")[:2])


def add_new_key(
    unit: Unit,
    user_id: str,
    name: str,
    scope: Scope = Scope.ADMIN,
    expires_at: datetime | None = None,
) -> tuple[KeyRow, str]:
    """Give a user a random key; return its row and its only copy."""
    key = new_key()
    row = unit.keys.add(
        NewKey(
            user_id=user_id,
            name=name,
            key_hash=key_hash(key),
            prefix=visible_part(key),
            scope=scope,
            expires_at=expires_at,
        )
    )
    return row, key


def authenticate(unit: Unit, key: str) -> tuple[Actor, KeyRow]:
    """Return whose key it is, and the key.

    Raises:
        Unauthenticated: if nobody has it, or it is past its time.
    """
    found = unit.keys.find(key_hash(key))
    if found is None:
        raise Unauthenticated(
            "this API key belongs to nobody; it was mistyped or revoked, its user was deleted, or "
            "it is another server's"
        )
    row, user = found
    if row.expires_at is not None and row.expires_at <= unit.now:
        raise Unauthenticated(
            f"this API key ended at {row.expires_at:%Y-%m-%d %H:%M} UTC; make another one"
        )
    workspaces = unit.workspaces.ids_of_user(user.id)
    return Actor(user.id, user.username, user.role, workspaces, row.scope), row


def create_key(
    unit: Unit, actor: Actor, user_id: str, name: str, scope: Scope, expires_at: datetime | None
) -> tuple[KeyRow, str]:
    """Give the actor a key, or, for who manages users, anybody; return it and its only copy.

    Args:
        unit: a transaction that writes.
        actor: who asks.
        user_id: who gets it.
        name: what it is for, 1 to 100 characters.
        scope: how much it may do.
        expires_at: naive UTC, in the future; None for a key that does not end.

    Raises:
        Forbidden: if the actor came with a key of a smaller scope than admin, or may not do it
            for somebody else.
        NotFound: if there is no such user.
        InvalidInput: if the name has another length, or the time is past.
    """
    if user_id == actor.user_id:
        actor.require(Action.MANAGE_OWN_ACCOUNT)
    else:
        _require_user(unit, actor, user_id)
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        raise InvalidInput(
            f"a key's name has 1 to {LONGEST_NAME} characters, found {len(name.strip())}"
        )
    if expires_at is not None and expires_at <= unit.now:
        raise InvalidInput(f"expires_at lies in the future or is null, found {expires_at} UTC")
    return add_new_key(unit, user_id, name.strip(), scope, expires_at)


def _require_user(unit: Unit, actor: Actor, user_id: str) -> None:
    actor.require(Action.MANAGE_USERS)
    if unit.users.get(user_id) is None:
        raise NotFound(f"there is no user {user_id!r}", user_id=user_id)


def list_own_keys(unit: Unit, actor: Actor) -> Sequence[KeyRow]:
    """Return the actor's keys. Raises Forbidden."""
    actor.require(Action.MANAGE_OWN_ACCOUNT)
    return unit.keys.of(actor.user_id)


def list_keys(unit: Unit, actor: Actor, user_id: str) -> Sequence[KeyRow]:
    """Return anybody's keys. Raises Forbidden, NotFound."""
    _require_user(unit, actor, user_id)
    return unit.keys.of(user_id)


def revoke_key(unit: Unit, actor: Actor, key_id: str) -> None:
    """Delete a key of the actor's; of anybody's, for who manages users.

    Raises:
        Forbidden: if the actor came with a key of a smaller scope than admin.
        NotFound: if there is no such key, or it is somebody else's.
    """
    actor.require(Action.MANAGE_OWN_ACCOUNT)
    key = unit.keys.get(key_id)
    if key is None or not (key.user_id == actor.user_id or actor.may(Action.MANAGE_USERS)):
        raise NotFound(f"there is no API key {key_id!r}", key_id=key_id)
    unit.keys.delete(key_id)
