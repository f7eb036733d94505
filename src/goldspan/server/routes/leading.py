"""The leads' own routes: whole records, adjudication, controls, disagreement, quality."""

from __future__ import annotations

from typing import Annotated

from litestar import delete, get, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from goldspan.server import present_lead
from goldspan.server.deps import Caller, Database, Id
from goldspan.services import adjudication, quality
from goldspan.storage.store import Unit
from goldspan.wire.leading import (
    Activity,
    AdjudicationPut,
    Control,
    ControlPut,
    DisputedRecords,
    FullRecord,
    Quality,
)
from goldspan.wire.record import Adjudication

LONGEST_PAGE = 250
Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE)]
Days = Annotated[int, QueryParameter(ge=1, le=quality.MOST_DAYS)]


@get("/api/v1/records/{record_id:str}/full")
async def full(db: Database, actor: Caller, record_id: Id) -> FullRecord:
    """Return everything that is known of a record."""
    return present_lead.full_record(await db.read(adjudication.full_record, actor, record_id))


@put("/api/v1/records/{record_id:str}/adjudication")
async def adjudicate(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[AdjudicationPut]
) -> Adjudication:
    """Settle a record, by values or by one of its responses."""
    row = await db.write(adjudication.adjudicate, actor, record_id, data.values, data.response_id)
    return present_lead.settled(row)


@delete("/api/v1/records/{record_id:str}/adjudication", status_code=204)
async def withdraw(db: Database, actor: Caller, record_id: Id) -> None:
    """Unsettle a record: the votes count again."""
    await db.write(adjudication.withdraw, actor, record_id)


@put("/api/v1/records/{record_id:str}/control")
async def set_control(
    db: Database, actor: Caller, record_id: Id, data: JSONBody[ControlPut]
) -> Control:
    """Say what is right about a record; annotators never see it."""
    row = await db.write(adjudication.set_control, actor, record_id, data.values)
    return present_lead.control(row)


@delete("/api/v1/records/{record_id:str}/control", status_code=204)
async def clear_control(db: Database, actor: Caller, record_id: Id) -> None:
    """Make a record an ordinary one again."""
    await db.write(adjudication.clear_control, actor, record_id)


@get("/api/v1/datasets/{dataset_id:str}/disagreements")
async def disagreements(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    limit: Limit = 50,
    before: FromQuery[str | None] = None,
) -> DisputedRecords:
    """Return records on which people differ and that nobody has settled, newest first."""
    found, following = await db.read(adjudication.disputes, actor, dataset_id, limit, before)
    return DisputedRecords(items=[present_lead.disputed(one) for one in found], next=following)


@get("/api/v1/datasets/{dataset_id:str}/quality")
async def dataset_quality(db: Database, actor: Caller, dataset_id: Id) -> Quality:
    """Return how far people agree, how right, how fast and how swayed they are."""

    def measure() -> Quality:
        return present_lead.quality(db.peek(quality.dataset_quality, actor, dataset_id))

    return await db.long(measure)


@get("/api/v1/datasets/{dataset_id:str}/activity")
async def activity(db: Database, actor: Caller, dataset_id: Id, days: Days = 30) -> Activity:
    """Return who submitted and discarded how much on the last days."""

    def read(unit: Unit) -> Activity:
        rows = quality.dataset_activity(unit, actor, dataset_id, days)
        names = unit.users.names()
        return Activity(days=[present_lead.active_day(row, names) for row in rows])

    return await db.read(read)


HANDLERS = [
    full,
    adjudicate,
    withdraw,
    set_control,
    clear_control,
    disagreements,
    dataset_quality,
    activity,
]
