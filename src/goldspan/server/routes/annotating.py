"""The annotators' own routes: be given records, answer them, go back."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from goldspan.domain.record import ResponseStatus
from goldspan.errors import Conflict, InvalidInput
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.error_map import NOT_JSON
from goldspan.services import assignment, giving_back, judging, tasks
from goldspan.services.own_progress import own_progress as progress_in
from goldspan.wire.annotating import (
    Heartbeat,
    JudgedResponse,
    JudgementBody,
    MyProgress,
    OwnResponses,
    RecordIds,
    RecordLease,
    ResponsePut,
    Tasks,
)
from goldspan.wire.base import from_wire_time, to_wire_time

MOST_IDS = 100
Count = Annotated[int, QueryParameter(ge=1, le=assignment.MOST_AHEAD)]
AHEAD = assignment.AHEAD
Limit = Annotated[int, QueryParameter(ge=1, le=tasks.LONGEST_LIST)]


@get("/api/v1/me/datasets/{dataset_id:str}/next")
async def give_next(db: Database, actor: Caller, dataset_id: Id, count: Count = AHEAD) -> Tasks:
    """Return records for the caller to work on: those that the caller holds, then new ones."""
    found = db.peek(tasks.held_tasks, actor, dataset_id, count)
    if found is None:
        leases = await db.lease(assignment.claim, actor, dataset_id, count)
        found = db.peek(tasks.leased_tasks, actor, dataset_id, leases)
    given, progress = found
    return Tasks(items=list(map(present.task, given)), progress=present.my_progress(progress))


@post("/api/v1/me/leases/heartbeat", status_code=200)
async def heartbeat(db: Database, actor: Caller, data: JSONBody[RecordIds]) -> Heartbeat:
    """Keep records that the caller is at work on."""
    leases, lost = await db.lease(giving_back.extend, actor, _few(data.record_ids))
    return Heartbeat(
        items=[
            RecordLease(record_id=one.record_id, expires_at=from_wire_time(one.expires_at))
            for one in leases
            if one.expires_at is not None
        ],
        lost=lost,
    )


@post("/api/v1/me/leases/release", status_code=204)
async def release(db: Database, actor: Caller, request: Request[Any, Any, Any]) -> None:
    """Hand back records that the caller holds.

    A page that closes sends this as a beacon, which cannot name JSON as its content type.
    """
    try:
        given = msgspec.json.decode(await request.body(), type=RecordIds)
    except NOT_JSON as error:
        raise InvalidInput(f"the request does not fit: {error}") from error
    await db.lease(giving_back.release, actor, _few(given.record_ids))


@put("/api/v1/records/{record_id:str}/response")
async def respond(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[ResponsePut]
) -> JudgedResponse:
    """Store the caller's response to a record, in place of an earlier one."""
    judged = await db.write(
        judging.respond, actor, record_id, data.values, data.status, _judgement(data.judgement)
    )
    if judged.refused:
        raise Conflict(
            f"all places of record {record_id!r} are held by others, and its dataset accepts no "
            "late work; what you wrote is kept as your draft",
            record_id=record_id,
        )
    return _judged(judged)


@post("/api/v1/records/{record_id:str}/response/undo", status_code=200)
async def undo(db: Database, actor: Caller, record_id: Id) -> JudgedResponse:
    """Put the caller's response back to what it was before."""
    return _judged(await db.write(judging.undo, actor, record_id))


@post("/api/v1/records/{record_id:str}/skip", status_code=204)
async def skip(db: Database, actor: Caller, record_id: Id) -> None:
    """Put a record at the end of the caller's order."""
    await db.lease(giving_back.skip, actor, record_id)


@get("/api/v1/records/{record_id:str}/task")
async def open_task(db: Database, actor: Caller, record_id: Id) -> Response[bytes]:
    """Open a record again, with a lease if it has a place left."""
    task = await db.lease(tasks.open_task, actor, record_id)
    content = msgspec.json.encode(present.task(task))
    return Response(content, media_type="application/json")


@get("/api/v1/me/datasets/{dataset_id:str}/responses", sync_to_thread=False)
def own_responses(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    status: FromQuery[ResponseStatus | None] = None,
    limit: Limit = 20,
    before: FromQuery[str | None] = None,
) -> OwnResponses:
    """Return the caller's responses, last changed first."""
    found, following = db.peek(tasks.own_responses, actor, dataset_id, status, limit, before)
    return OwnResponses(items=[present.own_response(one) for one in found], next=following)


@get("/api/v1/me/datasets/{dataset_id:str}/progress", sync_to_thread=False)
def own_progress(db: Database, actor: Caller, dataset_id: Id) -> MyProgress:
    """Return how far the caller and the dataset are."""
    return present.my_progress(db.peek(progress_in, actor, dataset_id))


def _judged(judged: judging.Judged) -> JudgedResponse:
    return JudgedResponse(
        response=present.versioned(judged.response, judged.version, judged.extra),
        record_status=judged.record_status,
        progress=present.my_progress(judged.progress),
    )


def _judgement(given: JudgementBody | None) -> judging.Judgement | None:
    if given is None:
        return None
    shown_at = given.shown_at
    return judging.Judgement(
        shown_order=given.shown_order,
        shown_at=None if shown_at is None else to_wire_time(shown_at),
        elapsed_ms=given.elapsed_ms,
        suggestion_shown=given.suggestion_shown,
    )


def _few(record_ids: list[str]) -> list[str]:
    if len(record_ids) > MOST_IDS:
        raise InvalidInput(f"give at most {MOST_IDS} ids of records, found {len(record_ids)}")
    return record_ids


HANDLERS = [
    give_next,
    heartbeat,
    release,
    respond,
    undo,
    skip,
    open_task,
    own_responses,
    own_progress,
]
