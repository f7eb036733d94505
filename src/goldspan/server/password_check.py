"""Who a username and password belong to; wrong ones are counted, and kept in the audit log."""

from __future__ import annotations

import logging
from typing import Any

from litestar import Request

from goldspan.errors import Forbidden, Unauthenticated
from goldspan.server.deps import Db
from goldspan.server.journal import SENT
from goldspan.server.sign_in_limit import SignInLimit
from goldspan.services.passwords import hash_password, needs_rehash, verify_password
from goldspan.services.sessions import WRONG, refuse_sign_in
from goldspan.storage.rows import UserRow
from goldspan.storage.store import Unit

log = logging.getLogger("goldspan.server")

AnyRequest = Request[Any, Any, Any]


def address_of(request: AnyRequest) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


async def verified(
    db: Db, request: AnyRequest, username: str, password: str
) -> tuple[UserRow, str | None]:
    """Return the user, and the password's hash with today's cost if it was hashed with another.

    Raises:
        TooManyRequests: if there were too many wrong passwords.
        Unauthenticated: if the two do not belong together.
    """
    limit: SignInLimit = request.app.state.sign_in_limit
    address = address_of(request)
    mark = limit.begin(username, address)

    def find(unit: Unit) -> UserRow | None:
        return unit.users.by_name(username)

    user = await db.read(find)
    known_hash = None if user is None else user.password_hash
    is_right = await db.hashing(lambda: verify_password(password, known_hash))
    if user is None or not is_right:
        await note_refusal(db, request, user)
        raise Unauthenticated(WRONG)
    limit.forget(username, address, mark)
    if not needs_rehash(user):
        return user, None
    return user, await db.hashing(lambda: hash_password(password, checked=False))


async def require_current_password(
    db: Db, request: AnyRequest, user: UserRow, password: str
) -> None:
    """Raise unless a user who has signed in gives their password.

    Raises:
        TooManyRequests: if there were too many wrong ones.
        Forbidden: if it is wrong.
    """
    limit: SignInLimit = request.app.state.sign_in_limit
    mark = limit.begin(user.username, address_of(request))
    if not await db.hashing(lambda: verify_password(password, user.password_hash)):
        await note_refusal(db, request, user)
        raise Forbidden("current_password is not your password")
    limit.forget(user.username, address_of(request), mark)


async def note_refusal(db: Db, request: AnyRequest, user: UserRow | None) -> None:
    """Keep in the audit log that somebody was not let in, as whom, and where from."""
    sent = SENT.get()
    assert sent is not None, "a sign-in is a request that changes something"
    address = address_of(request)
    log.warning("a sign-in from %s was refused", address)
    await db.lease(
        refuse_sign_in, user, action=sent.route, request_id=sent.request_id, address=address
    )
