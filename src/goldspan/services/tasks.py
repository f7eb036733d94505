"""What an annotator is shown: records to work on, and how far the work has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from goldspan.domain.assignment import on_request, shown_order
from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput
from goldspan.services.assignment import held_leases, hold
from goldspan.services.judging import candidates_of
from goldspan.services.lookup import visible_dataset, visible_record
from goldspan.services.own_progress import OwnProgress, progress_of
from goldspan.services.read_records import Include, ReadRecord, read_rows, view_in
from goldspan.storage.rows import AssignmentRow, DatasetRow, RecordRow, ResponseRow
from goldspan.storage.store import Unit

INCLUDE = Include(suggestions=True)
LONGEST_LIST = 100
EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Task:
    """A record to work on.

    Args:
        read: the record with its suggestions, as an annotator may see it.
        response: the user's own, if there is one.
        version: the number of that response's state.
        extra: whether that response fills no place.
        lease: until when the record is the user's; None if somebody else has the last place.
        shown_order: the candidates in the order to show them in; None without candidates.
        suggestions_on_request: whether suggestions are shown only to whoever asks for them.
    """

    read: ReadRecord
    response: ResponseRow | None
    version: int
    extra: bool
    lease: AssignmentRow | None
    shown_order: Sequence[str] | None
    suggestions_on_request: bool


@dataclass(frozen=True, slots=True)
class OwnResponse:
    """One of a user's responses, to find it again; ``excerpt`` is the record's first text."""

    record_id: str
    status: ResponseStatus
    updated_at: datetime
    excerpt: str


def leased_tasks(
    unit: Unit, actor: Actor, dataset_id: str, leases: Sequence[AssignmentRow]
) -> tuple[list[Task], OwnProgress]:
    """Return the leased records as tasks, in the leases' order, and the actor's progress.

    Raises:
        NotFound: for the dataset.
    """
    return _given(unit, actor, visible_dataset(unit, actor, dataset_id), leases)


def held_tasks(
    unit: Unit, actor: Actor, dataset_id: str, count: int
) -> tuple[list[Task], OwnProgress] | None:
    """Return what ``leased_tasks`` does, where nothing has to be leased for it; else None.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidInput: if the count is out of range.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.RESPOND)
    leases = held_leases(unit, dataset, actor.user_id, count)
    return None if leases is None else _given(unit, actor, dataset, leases)


def _given(
    unit: Unit, actor: Actor, dataset: DatasetRow, leases: Sequence[AssignmentRow]
) -> tuple[list[Task], OwnProgress]:
    by_record = {lease.record_id: lease for lease in leases}
    found = unit.records.some(dataset.id, by_record)
    rows = [found[lease.record_id] for lease in leases if lease.record_id in found]
    given = _tasks(unit, actor, dataset, rows, by_record)
    return given, progress_of(unit, actor.user_id, dataset.id)


def open_task(unit: Unit, actor: Actor, record_id: str) -> Task:
    """Open a record again, with a lease if there is a place. Raises NotFound, Forbidden."""
    record, dataset = visible_record(unit, actor, record_id, Action.RESPOND)
    lease = hold(unit, dataset, record_id, actor.user_id)
    leases = {} if lease is None else {record_id: lease}
    return _tasks(unit, actor, dataset, [record], leases)[0]


def own_responses(
    unit: Unit,
    actor: Actor,
    dataset_id: str,
    status: ResponseStatus | None,
    limit: int,
    before: str | None,
) -> tuple[list[OwnResponse], str | None]:
    """Return the actor's responses, last changed first, and where the next part begins.

    Args:
        unit: a transaction.
        actor: whose responses.
        dataset_id: in which dataset.
        status: only those of this status; all if None.
        limit: at most so many, 1 to ``LONGEST_LIST``.
        before: what the last call returned; None at the beginning.

    Raises:
        NotFound: for the dataset.
        InvalidInput: if ``before`` is not what a call returned.
    """
    visible_dataset(unit, actor, dataset_id)
    start = _place_in_list(before)
    statuses = list(ResponseStatus) if status is None else [status]
    found = [
        response
        for one in statuses
        for response in unit.responses.own(dataset_id, actor.user_id, one, start, limit + 1)
    ]
    found.sort(key=lambda response: (response.updated_at, response.record_id), reverse=True)
    shown = found[:limit]
    records = unit.records.some(dataset_id, [response.record_id for response in shown])
    items = [
        OwnResponse(
            record_id=response.record_id,
            status=response.status,
            updated_at=response.updated_at,
            excerpt=_excerpt(records[response.record_id]),
        )
        for response in shown
    ]
    if len(found) <= limit:
        return items, None
    last = shown[-1]
    return items, f"{last.updated_at.isoformat()}~{last.record_id}"


def _place_in_list(before: str | None) -> tuple[datetime, str]:
    if before is None:
        return datetime.max, ""
    moment, _, record_id = before.partition("~")
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=None), record_id
    except ValueError as error:
        raise InvalidInput(
            f'before is the "next" of an earlier answer, found {before!r:.80}'
        ) from error


def _tasks(
    unit: Unit,
    actor: Actor,
    dataset: DatasetRow,
    rows: Sequence[RecordRow],
    leases: dict[str, AssignmentRow],
) -> list[Task]:
    # Who sees all works as blind as the others.
    view = replace(view_in(unit, actor, dataset.id, mine=True), blind=True)
    ids = [row.id for row in rows]
    own = {response.record_id: response for response in unit.responses.of(ids, actor.user_id)}
    extra = {
        one.record_id
        for one in (unit.assignments.of(list(own)) if own else ())
        if one.user_id == actor.user_id and one.extra
    }
    tasks = []
    for read in read_rows(unit, view, rows, INCLUDE):
        record_id = read.record.id
        candidates = candidates_of(view.schema, msgspec.json.decode(read.record.fields_json))
        response = own.get(record_id)
        standing = unit.versions.standing(record_id, actor.user_id) if response else ()
        tasks.append(
            Task(
                read=read,
                response=response,
                version=standing[0].version if standing else 0,
                extra=record_id in extra,
                lease=leases.get(record_id),
                shown_order=shown_order(actor.user_id, record_id, candidates) or None,
                suggestions_on_request=on_request(
                    actor.user_id, record_id, dataset.suggestions_on_request
                ),
            )
        )
    return tasks


def _excerpt(record: RecordRow) -> str:
    fields = msgspec.json.decode(record.fields_json)
    text = next((text for text in fields.values() if isinstance(text, str) and text), "")
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"
