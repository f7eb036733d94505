"""Signing in and out, and one's own password."""

from __future__ import annotations

from typing import Any

import msgspec
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
from goldspan.server.journal import SHOWS_SECRET
from goldspan.server.password_check import note_refusal, require_current_password, verified
from goldspan.server.security import Security, refuse_other_sites
from goldspan.services import sessions
from goldspan.services.passwords import hash_password
from goldspan.services.users import get_user, workspaces_of
from goldspan.storage.rows import SessionRow, UserRow
from goldspan.storage.store import Unit
from goldspan.wire.account import (
    AccessToken,
    NamedWorkspace,
    PasswordChange,
    PasswordForm,
    Session,
    SessionUser,
    SignIn,
    Token,
)
from goldspan.wire.base import from_wire_time


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


@post("/api/v1/session", status_code=200, exclude_from_auth=True)
async def sign_in(
    db: Database,
    security: Exposure,
    request: Request[Any, Any, Any],
    data: JSONBody[SignIn],
) -> Response[Session]:
    """Begin a session with a password."""
    refuse_other_sites(request)
    user, rehashed = await verified(db, request, data.username, data.password)
    done = await db.write(
        sessions.sign_in, user, rehashed=rehashed, instead_of=given_session(request, security)
    )
    return with_cookie(db, done, security, 200)


@post("/api/v1/token", exclude_from_auth=True, opt={SHOWS_SECRET: True})
async def get_token(db: Database, request: Request[Any, Any, Any]) -> AccessToken:
    """Exchange a password, sent as a form of either kind, for a key of one day."""
    refuse_other_sites(request)
    data = msgspec.convert(dict(await request.form()), PasswordForm)
    user, rehashed = await verified(db, request, data.username, data.password)
    made = await db.write(sessions.exchange_password, user, rehashed=rehashed)
    return AccessToken(access_token=made.key)


@post("/api/v1/session/link", status_code=200, exclude_from_auth=True)
async def follow_link(
    db: Database,
    security: Exposure,
    request: Request[Any, Any, Any],
    data: JSONBody[Token],
) -> Response[Session]:
    """Begin a session with a one-time link."""
    refuse_other_sites(request)
    try:
        done = await db.write(
            sessions.follow_link, data.token, instead_of=given_session(request, security)
        )
    except Unauthenticated:
        await note_refusal(db, request, None)
        raise
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
        await require_current_password(db, request, user, current)
    elif session is None or not (user.must_change_password or session.began_with == "link"):
        raise Forbidden("give your current_password; it is not needed after a one-time link only")
    hashed = await db.hashing(lambda: hash_password(data.new_password))
    await db.write(sessions.change_own_password, actor, user, hashed, session)


HANDLERS = [
    sign_in,
    get_token,
    follow_link,
    current,
    sign_out,
    sign_out_everywhere,
    change_password,
]
