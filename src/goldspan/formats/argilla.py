"""Datasets that Argilla 2 saved with ``to_disk``: ``records.json`` and ``.argilla/``.

Argilla does not save whether a response was submitted, nor who was behind a user's id. Here a
response that answers every required question counts as submitted, another one as a draft, and
users that this server does not know keep their ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from goldspan.domain.record import ResponseStatus
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.lines import json_table
from goldspan.formats.source import Buffer, shown
from goldspan.formats.values import adapted
from goldspan.formats.whole import Shape, WholeRecord, WholeResponse, WholeSuggestion

RECORDS = "records.json"
SETTINGS = ".argilla/settings.json"
COLUMNS = ["id", "fields", "metadata", "suggestions", "responses", "vectors", "status"]


def is_argilla(columns: Sequence[str]) -> bool:
    """Say whether a JSON array with these keys is one of Argilla's."""
    return {"_server_id", "fields", "responses"} <= set(columns)


def read_argilla(data: Buffer, name: str, target: Target) -> Reading:
    """Return the records of a ``records.json``.

    Raises:
        InvalidFile: if it is no JSON array.
    """
    return Reading("argilla", COLUMNS, {}, _rows(data, name, target.shape))


class _Answer(msgspec.Struct):
    value: Any
    user_id: str


class _Proposal(msgspec.Struct):
    value: Any
    score: float | list[float] | None = None
    agent: str | None = None


class _Record(msgspec.Struct):
    """A record as ``Record.to_dict`` of Argilla 2.8 has it."""

    fields: dict[str, Any]
    id: str | None = None
    metadata: dict[str, Any] | None = None
    suggestions: dict[str, _Proposal] | None = None
    responses: dict[str, list[_Answer]] | None = None
    vectors: dict[str, list[float]] | None = None


def _rows(data: Buffer, name: str, shape: Shape) -> Iterator[Incoming | Fault]:
    places: dict[str, str] = {}
    for row in json_table(data, name).rows:
        if isinstance(row, Fault):
            yield row
            continue
        try:
            record = msgspec.convert(row.columns, _Record)
        except (ValueError, RecursionError) as error:
            yield Fault(row.place, f"not a record of Argilla's: {error}", row.number)
            continue
        first = places.setdefault(record.id or row.place, row.place)
        if first != row.place:
            message = f"the id {shown(record.id)} stands in {first} already"
            yield Fault(row.place, message, row.number)
            continue
        yield Incoming(row.number, row.place, _whole(record, shape))


def _whole(record: _Record, shape: Shape) -> WholeRecord:
    suggestions = [
        WholeSuggestion(
            question_name=name,
            value=adapted(shape.questions.get(name), one.value),
            score=one.score,
            agent=one.agent,
        )
        for name, one in (record.suggestions or {}).items()
    ]
    return WholeRecord(
        external_id=record.id,
        fields=record.fields,
        metadata=record.metadata or {},
        vectors=record.vectors or {},
        suggestions=suggestions,
        responses=_responses(record.responses or {}, shape),
    )


def _responses(given: Mapping[str, list[_Answer]], shape: Shape) -> list[WholeResponse]:
    """Return one response a user; Argilla's stand by question."""
    by_user: dict[str, dict[str, Any]] = {}
    for name, answers in given.items():
        for one in answers:
            value = adapted(shape.questions.get(name), one.value)
            by_user.setdefault(one.user_id, {})[name] = value
    required = {name for name, question in shape.questions.items() if question.required}
    return [
        WholeResponse(
            user_id=user_id,
            values=values,
            status=(
                ResponseStatus.SUBMITTED if required <= values.keys() else ResponseStatus.DRAFT
            ),
        )
        for user_id, values in by_user.items()
    ]
