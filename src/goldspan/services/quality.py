"""How good the answers to a dataset are, and who worked on which days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput
from goldspan.evaluation.quality import Answered, QualityReport, quality_report
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.services.record_state import plain_values
from goldspan.storage.rows import DayRow, JudgementRow, ResponseRow
from goldspan.storage.store import Unit

PART = 500
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class DatasetQuality:
    """The figures, with the names of the people and what they discarded, by user id."""

    report: QualityReport
    usernames: dict[str, str]
    discarded: dict[str, int]


def dataset_quality(unit: Unit, actor: Actor, dataset_id: str) -> DatasetQuality:
    """Return a dataset's figures; reads all its submitted responses. Raises NotFound, Forbidden."""
    visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    schema = schema_of(unit, dataset_id)
    tallies = unit.tallies.responses(dataset_id)
    users = sorted({tally.user_id for tally in tallies if tally.count})
    answered = [one for user in users for one in _answered(unit, dataset_id, user)]
    controls = {
        record_id: plain_values(row.values_json)
        for record_id, row in unit.known.controls_in(dataset_id).items()
    }
    discarded: dict[str, int] = {}
    for tally in tallies:
        if tally.response_status is ResponseStatus.DISCARDED:
            discarded[tally.user_id] = discarded.get(tally.user_id, 0) + tally.count
    return DatasetQuality(
        report=quality_report(schema.questions, answered, controls),
        usernames=unit.users.names(),
        discarded=discarded,
    )


def dataset_activity(unit: Unit, actor: Actor, dataset_id: str, days: int) -> list[DayRow]:
    """Return what was done on each of the last days, today (UTC) included.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidInput: unless 1 <= days <= 366.
    """
    visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"days is 1 to {MOST_DAYS}, found {days}")
    first = (unit.now - timedelta(days=days - 1)).date().isoformat()
    return [row for row in unit.days.since(dataset_id, first) if row.submitted or row.discarded]


def _answered(unit: Unit, dataset_id: str, user_id: str) -> Iterator[Answered]:
    for responses in _submitted(unit, dataset_id, user_id):
        judgements = {
            row.record_id: row
            for row in unit.judgements.of([one.record_id for one in responses])
            if row.user_id == user_id
        }
        for response in responses:
            yield _known_of(response, judgements.get(response.record_id))


def _submitted(unit: Unit, dataset_id: str, user_id: str) -> Iterator[list[ResponseRow]]:
    before = datetime.max, ""
    while found := unit.responses.own(dataset_id, user_id, ResponseStatus.SUBMITTED, before, PART):
        yield found
        before = found[-1].updated_at, found[-1].record_id


def _known_of(response: ResponseRow, row: JudgementRow | None) -> Answered:
    values = plain_values(response.values_json)
    if row is None:
        return Answered(response.record_id, response.user_id, values)
    return Answered(
        record_id=response.record_id,
        user_id=response.user_id,
        values=values,
        shown_order=_decoded(row.shown_order_json) or (),
        elapsed_ms=row.elapsed_ms,
        suggestion_shown=_decoded(row.suggestion_shown_json) or {},
        suggestion_accepted=_decoded(row.suggestion_accepted_json) or {},
        suggestion_edited=_decoded(row.suggestion_edited_json) or {},
    )


def _decoded(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)
