"""Signing in and out, and one's own password."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Request, Response, delete, get, post, put
from litestar.params import JSONBody

from goldspan.errors import Forbidden, Unauthenticated
from goldspan.server.deps import (
    WITH_OLD_PASSWORD,
    Caller,
    CallerFound,
    Database,
    Db,
    Exposure,
)
from goldspan.server.security import Security, refuse_other_sites
from goldspan.server.sign_in_limit import SignInLimit
from goldspan.services import sessions
from goldspan.services.passwords import hash_password, needs_rehash, verify_password
from goldspan.services.users import get_user, workspaces_of
from goldspan.storage.rows import SessionRow, UserRow
from goldspan.storage.store import Unit
from goldspan.wire.account import (
    NamedWorkspace,
    PasswordChange,
    Session,
    SessionUser,
    SignIn,
    Token,
)
from goldspan.wire.base import from_wire_time

log = logging.getLogger("goldspan.server")


def shown(unit: Unit, row: SessionRow, user: UserRow, security: Security) -> Session:
    """Return a session as its browser sees it."""
    return Session(
        user=SessionUser(
            id=user.id,
            username=user.username,
            first_name=user.first_name,
            last_name=user.last_name,
            role=user.role,
        ),
        workspaces=[NamedWorkspace(id=one.id, name=one.name) for one in workspaces_of(unit, user)],
        expires_at=from_wire_time(row.expires_at),
        must_change_password=user.must_change_password,
        insecure_http=security.insecure_http,
    )


def given_session(request: Request[Any, Any, Any], security: Security) -> str | None:
    """Return the token of the session that the browser has, or None."""
    return request.cookies.get(security.cookie_name) or None


def with_cookie(
    db: Db, done: sessions.SignedIn, security: Security, status: int
) -> Response[Session]:
    """Return the answer that begins a session."""
    body = db.peek(shown, done.session, done.user, security)
    return Response(body, status_code=status, cookies=[security.cookie(done.token)])


def address_of(request: Request[Any, Any, Any]) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


@post("/api/v1/session", status_code=200, exclude_from_auth=True)
async def sign_in(
    db: Database,
    security: Exposure,
    request: Request[Any, Any, Any],
    data: JSONBody[SignIn],
) -> Response[Session]:
    """Begin a session with a password."""
    refuse_other_sites(request)
    limit: SignInLimit = request.app.state.sign_in_limit
    address = address_of(request)
    mark = limit.begin(data.username, address)

    def find(unit: Unit) -> UserRow | None:
        return unit.users.by_name(data.username)

    user = await db.read(find)
    known_hash = None if user is None else user.password_hash
    is_right = await db.hashing(lambda: verify_password(data.password, known_hash))
    if user is None or not is_right:
        log.warning("a sign-in from %s was refused", address)
        raise Unauthenticated(sessions.WRONG)
    limit.forget(data.username, address, mark)
    rehashed = None
    if needs_rehash(user):
        rehashed = await db.hashing(lambda: hash_password(data.password, checked=False))
    done = await db.write(
        sessions.sign_in, user, rehashed=rehashed, instead_of=given_session(request, security)
    )
    return with_cookie(db, done, security, 200)


@post("/api/v1/session/link", status_code=200, exclude_from_auth=True)
async def follow_link(
    db: Database,
    security: Exposure,
    request: Request[Any, Any, Any],
    data: JSONBody[Token],
) -> Response[Session]:
    """Begin a session with a one-time link."""
    refuse_other_sites(request)
    done = await db.write(
        sessions.follow_link, data.token, instead_of=given_session(request, security)
    )
    return with_cookie(db, done, security, 200)


@get("/api/v1/session", opt={WITH_OLD_PASSWORD: True}, sync_to_thread=False)
def current(db: Database, security: Exposure, caller: CallerFound) -> Session:
    """Return the session of the browser that asks."""
    session = caller.session
    if session is None:
        raise Unauthenticated("this was asked with an API key, which needs no session")

    def read(unit: Unit) -> Session:
        return shown(unit, session, get_user(unit, caller.actor, caller.actor.user_id), security)

    return db.peek(read)


@delete("/api/v1/session", status_code=204, opt={WITH_OLD_PASSWORD: True})
async def sign_out(
    db: Database, security: Exposure, actor: Caller, request: Request[Any, Any, Any]
) -> Response[None]:
    """End the session of the browser that asks."""
    token = given_session(request, security)
    if token is not None:
        await db.write(sessions.end_session, token)
    return Response(None, status_code=204, cookies=[security.no_cookie()])


@delete("/api/v1/sessions", status_code=204, opt={WITH_OLD_PASSWORD: True})
async def sign_out_everywhere(db: Database, security: Exposure, actor: Caller) -> Response[None]:
    """End every session of the caller."""
    await db.write(sessions.end_all_sessions, actor)
    return Response(None, status_code=204, cookies=[security.no_cookie()])


@put("/api/v1/me/password", status_code=204, opt={WITH_OLD_PASSWORD: True})
async def change_password(
    db: Database,
    caller: CallerFound,
    request: Request[Any, Any, Any],
    data: JSONBody[PasswordChange],
) -> None:
    """Change one's own password; the other sessions end."""
    actor, session = caller.actor, caller.session
    user = await db.read(get_user, actor, actor.user_id)
    current = data.current_password
    if current is not None:
        limit: SignInLimit = request.app.state.sign_in_limit
        mark = limit.begin(user.username, address_of(request))
        known_hash = user.password_hash
        if not await db.hashing(lambda: verify_password(current, known_hash)):
            raise Forbidden("current_password is not your password")
        limit.forget(user.username, address_of(request), mark)
    elif session is None or not (user.must_change_password or session.began_with == "link"):
        raise Forbidden("give your current_password; it is not needed after a one-time link only")
    hashed = await db.hashing(lambda: hash_password(data.new_password))
    await db.write(sessions.change_own_password, actor, user, hashed, session)


HANDLERS = [
    sign_in,
    follow_link,
    current,
    sign_out,
    sign_out_everywhere,
    change_password,
]
