"""Responses."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import delete, post, put
from litestar.params import JSONBody

from goldspan.errors import GoldspanError, InvalidInput
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.error_map import error_detail
from goldspan.services import responses
from goldspan.wire.record import (
    BulkFault,
    BulkResponse,
    BulkResponseResult,
    Response,
    ResponseCreate,
    ResponsesBulk,
    ResponsesBulkResult,
    ResponseUpdate,
)

MOST_ITEMS = 100


@post("/api/v1/records/{record_id:str}/responses")
async def create(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[ResponseCreate]
) -> Response:
    """Store the caller's first response to a record."""
    row = await db.write(responses.create_response, actor, record_id, data.values, data.status)
    return present.response(row)


@put("/api/v1/responses/{response_id:str}")
async def update(
    db: Database, actor: Caller, response_id: Id, data: JSONBody[ResponseUpdate]
) -> Response:
    """Replace a response."""
    row = await db.write(responses.update_response, actor, response_id, data.values, data.status)
    return present.response(row)


@delete("/api/v1/responses/{response_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, response_id: Id) -> Response:
    """Take a response back."""
    return present.response(await db.write(responses.delete_response, actor, response_id))


@post("/api/v1/me/responses/bulk", status_code=200)
async def put_many(
    db: Database, actor: Caller, data: JSONBody[ResponsesBulk]
) -> ResponsesBulkResult:
    """Store the caller's responses, each in place of an earlier one; each stands or falls alone."""
    if not 1 <= len(data.items) <= MOST_ITEMS:
        raise InvalidInput(f"a bulk takes 1 to {MOST_ITEMS} responses, found {len(data.items)}")
    # All at once, so that one commit may take them all.
    done = await asyncio.gather(*(_put(db, actor, one) for one in data.items))
    return ResponsesBulkResult(items=done)


async def _put(db: Database, actor: Caller, given: BulkResponse) -> BulkResponseResult:
    try:
        row = await db.write(
            responses.put_response, actor, given.record_id, given.values, given.status
        )
    except GoldspanError as error:
        return BulkResponseResult(error=BulkFault(detail=msgspec.to_builtins(error_detail(error))))
    return BulkResponseResult(item=present.response(row))


HANDLERS = [create, update, delete_one, put_many]
