"""The order in which a dataset's records are given out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from goldspan.domain.assignment import lowest, position
from goldspan.services.record_state import MILLION
from goldspan.storage.rows import DatasetRow, RecordRow, RecordState
from goldspan.storage.store import Unit

CHUNK = 1000


def new_position(
    dataset: DatasetRow,
    record_id: str,
    fields_json: str,
    scores: Sequence[Any],
    disagreement: float = 0.0,
) -> int:
    """Return a record's place in the dataset's order.

    Args:
        dataset: whose order.
        record_id: the record.
        fields_json: its texts.
        scores: of its suggestions, None where a suggestion has none.
        disagreement: of its responses, 0 to 1.
    """
    order = dataset.assignment_order
    return position(
        order,
        record_id,
        length=_length(fields_json) if order == "length" else 0,
        score=lowest(scores) if order == "score" else None,
        disagreement=disagreement,
    )


def reposition(unit: Unit, dataset: DatasetRow, record_ids: Collection[str]) -> None:
    """Bring the places of records up to date whose texts or suggestions changed."""
    if record_ids and dataset.assignment_order in ("score", "length"):
        _reposition(unit, dataset, record_ids, mark=True)


def reorder(unit: Unit, dataset: DatasetRow, record_ids: Sequence[str]) -> str | None:
    """Give the next ``CHUNK`` records of a dataset their places in an order that may be new.

    Returns:
        the last of the ids; None at the dataset's end, when everybody begins at the front.
    """
    _reposition(unit, dataset, record_ids, mark=False)
    if len(record_ids) == CHUNK:
        return record_ids[-1]
    unit.assignments.forget_cursors(dataset.id)
    return None


def _reposition(
    unit: Unit, dataset: DatasetRow, record_ids: Collection[str], *, mark: bool
) -> None:
    """Set places; ``mark`` those that cursors may have passed."""
    states = unit.records.lock(record_ids) if record_ids else []
    order = dataset.assignment_order
    records = unit.records.some(dataset.id, record_ids) if order == "length" else {}
    scores = _scores(unit, record_ids) if order == "score" else {}
    moved: list[RecordState] = []
    for state in states:
        record: RecordRow | None = records.get(state.id)
        place = new_position(
            dataset,
            state.id,
            "{}" if record is None else record.fields_json,
            scores.get(state.id, ()),
            state.disagreement / MILLION,
        )
        if place != state.position:
            returned = mark and state.taken < state.needed
            moved.append(msgspec.structs.replace(state, position=place, returned=returned))
    unit.records.set_states(moved)


def _scores(unit: Unit, record_ids: Collection[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for suggestion in unit.suggestions.of(record_ids):
        if suggestion.score_json is not None:
            score = msgspec.json.decode(suggestion.score_json)
            found.setdefault(suggestion.record_id, []).append(score)
    return found


def _length(fields_json: str) -> int:
    fields = msgspec.json.decode(fields_json)
    return sum(len(text) for text in fields.values() if isinstance(text, str))
