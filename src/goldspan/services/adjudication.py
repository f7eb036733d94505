"""What a lead does with a record: see all of it, settle it, say what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput, NotFound
from goldspan.services.lookup import schema_of, visible_dataset, visible_record
from goldspan.services.read_records import Include, ReadRecord, read_rows, view_in
from goldspan.services.record_state import MILLION, measure_disagreement
from goldspan.services.values import GivenValue, kept_response
from goldspan.storage.ids import LAST_ID
from goldspan.storage.rows import (
    AdjudicationRow,
    ControlRow,
    JudgementRow,
    RecordRow,
    ResponseRow,
    Version,
)
from goldspan.storage.store import Unit

INCLUDE = Include(responses=True, suggestions=True)


@dataclass(frozen=True, slots=True)
class FullRecord:
    """Everything that is known of a record.

    Args:
        read: the record with its responses and suggestions.
        versions: user id to the number of their response's present state.
        extra: ids of the users whose responses fill no place.
        judgements: how responses came about.
        history: all states of all responses, oldest first.
        adjudication: what settles it, if it is settled.
        control: its known values, if it is a control.
        usernames: user id to name, for those who responded or settled it and are still there.
    """

    read: ReadRecord
    versions: Mapping[str, int]
    extra: frozenset[str]
    judgements: Sequence[JudgementRow]
    history: Sequence[Version]
    adjudication: AdjudicationRow | None
    control: ControlRow | None
    usernames: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dispute:
    """A record whose submitted responses differ, by ``disagreement``, > 0 to 1."""

    read: ReadRecord
    disagreement: float


def full_record(unit: Unit, actor: Actor, record_id: str) -> FullRecord:
    """Return everything that is known of a record. Raises NotFound, Forbidden."""
    record, dataset = visible_record(unit, actor, record_id, Action.SEE_ALL)
    (read,) = read_rows(unit, view_in(unit, actor, dataset.id), [record], INCLUDE)
    history = unit.versions.of(record_id)
    settled = unit.known.adjudications([record_id]).get(record_id)
    involved = {one.user_id for one in (*history, settled) if one is not None}
    names = unit.users.names()
    return FullRecord(
        read=read,
        versions={one.user_id: one.version for one in history if not one.undone},
        extra=frozenset(one.user_id for one in unit.assignments.of([record_id]) if one.extra),
        judgements=unit.judgements.of([record_id]),
        history=history,
        adjudication=settled,
        control=unit.known.controls([record_id]).get(record_id),
        usernames={user_id: names[user_id] for user_id in involved if user_id in names},
    )


def adjudicate(
    unit: Unit,
    actor: Actor,
    record_id: str,
    values: Mapping[str, GivenValue] | None,
    response_id: str | None,
) -> AdjudicationRow:
    """Settle a record, by values or by one of its responses: that stands in place of the votes.

    Raises:
        NotFound, Forbidden: for the record; NotFound for the response too.
        InvalidInput: unless exactly one of values and response is given.
        InvalidResponse: if the values do not fit, or leave a required question out.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    if (values is None) == (response_id is None):
        raise InvalidInput("an adjudication names either values or a response_id")
    if response_id is None:
        values_json = _complete(unit, record, values)
    else:
        values_json = _submitted(unit, record_id, response_id).values_json or "{}"
    row = AdjudicationRow(
        record_id=record_id,
        dataset_id=dataset.id,
        values_json=values_json,
        user_id=actor.user_id,
        response_id=response_id,
        at=unit.now,
    )
    unit.known.adjudicate(row)
    measure_disagreement(unit, dataset, record_id)
    return row


def withdraw(unit: Unit, actor: Actor, record_id: str) -> None:
    """Unsettle a record: the votes count again. Raises NotFound, Forbidden."""
    _, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    unit.known.withdraw(record_id)
    measure_disagreement(unit, dataset, record_id)


def set_control(
    unit: Unit, actor: Actor, record_id: str, values: Mapping[str, GivenValue]
) -> ControlRow:
    """Say what is right about a record, to measure annotators by; they never see it.

    Raises:
        NotFound, Forbidden: for the record.
        InvalidResponse: if the values do not fit.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    fields = msgspec.json.decode(record.fields_json)
    kept = kept_response(schema_of(unit, dataset.id), fields, values, ResponseStatus.DRAFT)
    if not values or kept is None:
        raise InvalidInput("a control names the right value of at least one question")
    row = ControlRow(record_id=record_id, dataset_id=dataset.id, values_json=kept)
    unit.known.set_control(row)
    return row


def clear_control(unit: Unit, actor: Actor, record_id: str) -> None:
    """Make a record an ordinary one again. Raises NotFound, Forbidden."""
    visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    unit.known.clear_control(record_id)


def disputes(
    unit: Unit, actor: Actor, dataset_id: str, limit: int, before: str | None
) -> tuple[list[Dispute], str | None]:
    """Return records on which people differ and that nobody has settled, newest first.

    Args:
        unit: a transaction.
        actor: who asks.
        dataset_id: the dataset.
        limit: at most so many.
        before: what the last call returned; None at the beginning.

    Returns:
        the records, and where the next part begins, None at the end.

    Raises:
        NotFound, Forbidden: for the dataset.
    """
    visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    ids = unit.records.disputed(dataset_id, before or LAST_ID, limit + 1)
    shown = ids[:limit]
    found = unit.records.some(dataset_id, shown)
    states = {state.id: state for state in unit.records.states(shown)}
    view = view_in(unit, actor, dataset_id)
    items = [
        Dispute(read, states[read.record.id].disagreement / MILLION)
        for read in read_rows(unit, view, [found[record_id] for record_id in shown], INCLUDE)
    ]
    return items, shown[-1] if len(ids) > limit else None


def _complete(unit: Unit, record: RecordRow, values: Mapping[str, GivenValue] | None) -> str:
    fields = msgspec.json.decode(record.fields_json)
    schema = schema_of(unit, record.dataset_id)
    return kept_response(schema, fields, values, ResponseStatus.SUBMITTED) or "{}"


def _submitted(unit: Unit, record_id: str, response_id: str) -> ResponseRow:
    response = unit.responses.get(response_id)
    if (
        response is None
        or response.record_id != record_id
        or response.status is not ResponseStatus.SUBMITTED
    ):
        raise NotFound(
            f"record {record_id!r} has no submitted response {response_id!r}",
            response_id=response_id,
        )
    return response
