"""Records and suggestions.

Bulk bodies are decoded here, not by the framework, on a thread beside the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response, delete, get, patch, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import UNSET

from goldspan.errors import InvalidInput
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.error_map import NOT_JSON
from goldspan.server.queries import body_query, include_of, url_query
from goldspan.services import add_records, update_records
from goldspan.services.add_records import Upserted
from goldspan.services.delete_records import delete_records
from goldspan.services.highlight import Mark, marker
from goldspan.services.read_records import (
    LONGEST_PAGE,
    Include,
    RecordPage,
    read_page,
    read_record,
    read_some,
    view_of,
)
from goldspan.services.record_items import CheckedRecord
from goldspan.services.similar_records import read_similar
from goldspan.storage.store import Unit
from goldspan.wire.base import Page
from goldspan.wire.record import (
    Record,
    RecordsBulk,
    RecordsCreate,
    RecordsUpdate,
    RecordUpdate,
    Suggestion,
    SuggestionCreate,
)
from goldspan.wire.search import SearchBody, SearchHit, SearchPage

BULK_BYTES = 64 * 2**20

Offset = Annotated[int, QueryParameter(ge=0, le=2**62)]
Limit = Annotated[int, QueryParameter(ge=0, le=LONGEST_PAGE)]
Texts = FromQuery[list[str] | None]
Body = TypeVar("Body")


def decode(content: bytes, shape: type[Body]) -> Body:
    """Return a body. Raises InvalidInput, which names the place of what does not fit."""
    try:
        return msgspec.json.decode(content, type=shape)
    except NOT_JSON as error:
        raise InvalidInput(f"the request does not fit: {error}") from error


def _json(value: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _checked(
    db: Database, actor: Caller, dataset_id: Id, content: bytes
) -> list[CheckedRecord]:
    def work() -> list[CheckedRecord]:
        items = decode(content, RecordsCreate).items
        return db.peek(add_records.check_records, actor, dataset_id, items)

    return await db.aside(work)


@post(
    "/api/v1/datasets/{dataset_id:str}/records", status_code=204, request_max_body_size=BULK_BYTES
)
async def add(db: Database, actor: Caller, dataset_id: Id, request: Request[Any, Any, Any]) -> None:
    """Add records."""
    checked = await _checked(db, actor, dataset_id, await request.body())
    await db.write_bulk(add_records.add_records, actor, dataset_id, checked)


@post("/api/v1/datasets/{dataset_id:str}/records/bulk", request_max_body_size=BULK_BYTES)
async def add_bulk(
    db: Database, actor: Caller, dataset_id: Id, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Add records and return them."""
    checked = await _checked(db, actor, dataset_id, await request.body())
    ids = await db.write_bulk(add_records.add_records, actor, dataset_id, checked)
    content = await db.read(_bulk, actor, dataset_id, Upserted(ids=ids, updated_ids=[]))
    return Response(content, status_code=201, media_type="application/json")


@put("/api/v1/datasets/{dataset_id:str}/records/bulk", request_max_body_size=BULK_BYTES)
async def upsert(
    db: Database, actor: Caller, dataset_id: Id, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Add records, or bring those whose id or external id is known up to date."""
    checked = await _checked(db, actor, dataset_id, await request.body())
    done = await db.write_bulk(add_records.upsert_records, actor, dataset_id, checked)
    content = await db.read(_bulk, actor, dataset_id, done)
    return Response(content, media_type="application/json")


def _bulk(unit: Unit, actor: Caller, dataset_id: str, done: Upserted) -> bytes:
    include = Include(responses=True, suggestions=True)
    read = read_some(unit, actor, dataset_id, done.ids, include)
    items = [present.record(one, include) for one in read]
    return msgspec.json.encode(RecordsBulk(items=items, updated_item_ids=done.updated_ids))


@patch(
    "/api/v1/datasets/{dataset_id:str}/records",
    status_code=204,
    request_max_body_size=BULK_BYTES,
)
async def update_many(
    db: Database, actor: Caller, dataset_id: Id, request: Request[Any, Any, Any]
) -> None:
    """Change several records."""
    content = await request.body()
    changes = await db.aside(lambda: decode(content, RecordsUpdate).items)
    await db.write_bulk(update_records.update_records, actor, dataset_id, changes)


@delete("/api/v1/datasets/{dataset_id:str}/records", status_code=204)
async def delete_many(db: Database, actor: Caller, dataset_id: Id, ids: FromQuery[str]) -> None:
    """Delete the records whose ids stand in ``ids``, separated by commas."""
    wanted = [one.strip() for one in ids.split(",") if one.strip()]
    await db.write(delete_records, actor, dataset_id, wanted)


async def _list(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    include: list[str] | None,
    parameters: dict[str, Any],
    *,
    mine: bool,
) -> Response[bytes]:
    wanted = include_of(include)

    def read(unit: Unit) -> bytes:
        view = view_of(unit, actor, dataset_id, mine=mine)
        page = read_page(unit, view, url_query(view.schema, dataset_id, **parameters), wanted)
        records = [present.record(one, wanted) for one in page.items]
        return msgspec.json.encode(Page(items=records, total=page.total))

    return Response(await db.read(read), media_type="application/json")


@get("/api/v1/datasets/{dataset_id:str}/records")
async def list_all(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    include: Texts = None,
    response_status: Texts = None,
    metadata: Texts = None,
    sort_by: Texts = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> Response[bytes]:
    """Return a part of the records, with everybody's responses if the caller may see them."""
    parameters = {
        "offset": offset,
        "limit": limit,
        "response_status": response_status,
        "metadata": metadata,
        "sort_by": sort_by,
    }
    return await _list(db, actor, dataset_id, include, parameters, mine=False)


@get("/api/v1/me/datasets/{dataset_id:str}/records")
async def list_own(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    include: Texts = None,
    response_status: Texts = None,
    metadata: Texts = None,
    sort_by: Texts = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> Response[bytes]:
    """Return a part of the records, with the caller's own responses alone."""
    parameters = {
        "offset": offset,
        "limit": limit,
        "response_status": response_status,
        "metadata": metadata,
        "sort_by": sort_by,
    }
    return await _list(db, actor, dataset_id, include, parameters, mine=True)


async def _search(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    body: SearchBody,
    include: list[str] | None,
    offset: int,
    limit: int,
    *,
    mine: bool,
) -> Response[bytes]:
    wanted = include_of(include)

    def read(unit: Unit) -> bytes:
        view = view_of(unit, actor, dataset_id, mine=mine)
        query = body_query(view.schema, dataset_id, body, offset=offset, limit=limit)
        mark = marker(view.schema, query)
        near = body.query.vector if body.query else None
        if near is None:
            return msgspec.json.encode(_hits(read_page(unit, view, query, wanted), wanted, mark))
        ranked = read_similar(unit, view, query, near, wanted)
        return msgspec.json.encode(_hits(ranked.page, wanted, mark, ranked.scores))

    return Response(await db.read(read), status_code=200, media_type="application/json")


def _hits(
    page: RecordPage, include: Include, mark: Mark | None, scores: Sequence[float] | None = None
) -> SearchPage:
    hits = [
        SearchHit(
            record=present.record(one, include),
            query_score=score,
            highlights=UNSET if mark is None else mark(one.record),
        )
        for one, score in zip(page.items, scores or repeat(None), strict=False)
    ]
    return SearchPage(items=hits, total=page.total)


@post("/api/v1/datasets/{dataset_id:str}/records/search", status_code=200)
async def search_all(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    data: JSONBody[SearchBody],
    include: Texts = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> Response[bytes]:
    """Search records by text, filters and nearness to a vector."""
    return await _search(db, actor, dataset_id, data, include, offset, limit, mine=False)


@post("/api/v1/me/datasets/{dataset_id:str}/records/search", status_code=200)
async def search_own(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    data: JSONBody[SearchBody],
    include: Texts = None,
    offset: Offset = 0,
    limit: Limit = 50,
) -> Response[bytes]:
    """Search records, filtering by the caller's own responses alone."""
    return await _search(db, actor, dataset_id, data, include, offset, limit, mine=True)


WHOLE = Include(responses=True, suggestions=True, vectors=None)


def _whole(unit: Unit, actor: Caller, record_id: Id) -> Record:
    return present.record(read_record(unit, actor, record_id, WHOLE), WHOLE)


@get("/api/v1/records/{record_id:str}", sync_to_thread=False)
def get_one(db: Database, actor: Caller, record_id: Id) -> Record:
    """Return one record with all that belongs to it."""
    return db.peek(_whole, actor, record_id)


@patch("/api/v1/records/{record_id:str}")
async def update_one(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[RecordUpdate]
) -> Record:
    """Change one record."""

    def change(unit: Unit) -> Record:
        update_records.update_record(unit, actor, record_id, data)
        return _whole(unit, actor, record_id)

    return await db.write(change)


@delete("/api/v1/records/{record_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, record_id: Id) -> Record:
    """Delete one record."""

    def remove(unit: Unit) -> Record:
        record = _whole(unit, actor, record_id)
        delete_records(unit, actor, record.dataset_id, [record_id])
        return record

    return await db.write(remove)


@put("/api/v1/records/{record_id:str}/suggestions")
async def put_suggestion(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[SuggestionCreate]
) -> Response[bytes]:
    """Set the suggestion for one question: 201 if it is the first, else 200."""
    row, first = await db.write(update_records.put_suggestion, actor, record_id, data)
    content = msgspec.json.encode(present.suggestion(row))
    return Response(content, status_code=201 if first else 200, media_type="application/json")


@delete("/api/v1/records/{record_id:str}/suggestions", status_code=204)
async def delete_suggestions(
    db: Database, actor: Caller, record_id: Id, ids: FromQuery[str]
) -> None:
    """Delete the suggestions whose ids stand in ``ids``, separated by commas."""
    wanted = [one.strip() for one in ids.split(",")]
    await db.write(update_records.delete_suggestions, actor, record_id, wanted)


@delete("/api/v1/suggestions/{suggestion_id:str}", status_code=200)
async def delete_suggestion(db: Database, actor: Caller, suggestion_id: Id) -> Suggestion:
    """Delete one suggestion."""
    return present.suggestion(
        await db.write(update_records.delete_suggestion, actor, suggestion_id)
    )


HANDLERS = [
    add,
    add_bulk,
    upsert,
    update_many,
    delete_many,
    list_all,
    list_own,
    search_all,
    search_own,
    get_one,
    update_one,
    delete_one,
    put_suggestion,
    delete_suggestions,
    delete_suggestion,
]
