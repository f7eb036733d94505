"""API keys."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from goldspan.domain.permission import Actor
from goldspan.server.deps import Caller, Database, Db, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.services import keys
from goldspan.storage.rows import KeyRow
from goldspan.wire.account import ApiKey, ApiKeyCreate
from goldspan.wire.base import Items, from_wire_time, to_wire_time


def _shown(row: KeyRow, key: str | UnsetType = UNSET) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scope=row.scope,
        expires_at=None if row.expires_at is None else from_wire_time(row.expires_at),
        last_used_at=None if row.last_used_at is None else from_wire_time(row.last_used_at),
        inserted_at=from_wire_time(row.inserted_at),
        key=key,
    )


@get("/api/v1/me/api-keys", sync_to_thread=False)
def list_own(db: Database, actor: Caller) -> Items[ApiKey]:
    """Return the caller's keys."""
    return Items(items=[_shown(row) for row in db.peek(keys.list_own_keys, actor)])


async def _created(db: Db, actor: Actor, user_id: str, data: ApiKeyCreate) -> ApiKey:
    expires_at = None if data.expires_at is None else to_wire_time(data.expires_at)
    row, key = await db.write(keys.create_key, actor, user_id, data.name, data.scope, expires_at)
    return _shown(row, key)


@post("/api/v1/me/api-keys", opt={SHOWS_SECRET: True})
async def create(db: Database, actor: Caller, data: JSONBody[ApiKeyCreate]) -> ApiKey:
    """Make a key for the caller; only this answer holds it."""
    return await _created(db, actor, actor.user_id, data)


@post("/api/v1/users/{user_id:str}/api-keys", opt={SHOWS_SECRET: True})
async def create_for_user(
    db: Database, actor: Caller, user_id: Id, data: JSONBody[ApiKeyCreate]
) -> ApiKey:
    """Make a key for a user; only this answer holds it."""
    return await _created(db, actor, user_id, data)


@get("/api/v1/users/{user_id:str}/api-keys", sync_to_thread=False)
def list_of_user(db: Database, actor: Caller, user_id: Id) -> Items[ApiKey]:
    """Return a user's keys."""
    return Items(items=[_shown(row) for row in db.peek(keys.list_keys, actor, user_id)])


@delete("/api/v1/api-keys/{key_id:str}", status_code=204)
async def revoke(db: Database, actor: Caller, key_id: Id) -> None:
    """Revoke a key."""
    await db.write(keys.revoke_key, actor, key_id)


HANDLERS = [list_own, create, create_for_user, list_of_user, revoke]
