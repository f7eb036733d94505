"""A record as a row: what formatting functions, exports and ``format_as`` see."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from goldspan.domain.field import Field
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput, MissingExtra
from goldspan.sdk.records import FeedbackRecord

if TYPE_CHECKING:
    import datasets

_MESSAGE = {"role": "string", "content": "string"}
_SPAN = {"label": "string", "start": "int64", "end": "int64"}
_VALUE_TYPES: dict[str, Any] = {
    "text": "string",
    "label_selection": "string",
    "rating": "int64",
    "multi_label_selection": ["string"],
    "ranking": [{"value": "string", "rank": "int64"}],
    "span": [_SPAN],
}


def row_of(record: FeedbackRecord, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the record as a mapping of plain values.

    Keys: a question's name holds the list of responses, ``{"user_id", "value", "status"}`` each
    (drafts and discarded ones included); ``<question>-suggestion`` the proposed value and
    ``<question>-suggestion-metadata`` its type, score and agent; ``external_id``; ``metadata`` as
    JSON text; every field its value. A field named like a question, which only a local record
    can have, hides the responses.
    """
    suggested = {one.question_name: one for one in record.suggestions}
    row: dict[str, Any] = {}
    for question in questions:
        name = question.name
        row[name] = [
            {
                "user_id": response.user_id,
                "value": _shaped(question, response.values[name].value),
                "status": response.status.value,
            }
            for response in record.responses
            if name in response.values
        ]
        one = suggested.get(name)
        row[f"{name}-suggestion"] = _shaped(question, one.value) if one else None
        row[f"{name}-suggestion-metadata"] = {
            "type": one.type if one else None,
            "score": _score(question, one.score) if one else None,
            "agent": one.agent if one else None,
        }
    row["external_id"] = record.external_id
    row["metadata"] = json.dumps(record.metadata, ensure_ascii=False)
    return row | record.fields


def _shaped(question: Question, value: Any) -> Any:
    """Return the items of a ranking or span value with exactly the keys of the row's type."""
    shape = _VALUE_TYPES[question.kind]
    if isinstance(shape, list) and isinstance(shape[0], dict):
        return [{key: item.get(key) for key in shape[0]} for item in value]
    return value


def _score(question: Question, score: float | list[float] | None) -> float | list[float] | None:
    """Return the score as the column's one type: a list where the value is one."""
    if isinstance(score, int | float) and isinstance(_VALUE_TYPES[question.kind], list):
        return [score]
    return score


def to_datasets(
    records: Iterable[FeedbackRecord], fields: Sequence[Field], questions: Sequence[Question]
) -> datasets.Dataset:
    """Return the rows as a ``datasets.Dataset``; undeclared fields of local records included.

    A chat is a list of ``{"role", "content"}``; a custom field, whose keys nothing declares, is
    JSON text.

    Raises:
        MissingExtra: if the package ``datasets`` is not installed.
    """
    try:
        from datasets import Dataset, Features, Value
    except ImportError:
        raise MissingExtra("format_as('datasets')", "data") from None

    held = list(records)
    texts = dict.fromkeys([*(one.name for one in fields), *(n for r in held for n in r.fields)])
    _refuse_half_hidden(held, [one.name for one in questions if one.name in texts])
    kinds = {one.name: one.kind for one in fields}
    columns = _columns(questions) | {
        name: [_MESSAGE] if kinds.get(name) == "chat" else "string" for name in texts
    }

    def feature(shape: Any) -> Any:
        if isinstance(shape, list):
            return [feature(shape[0])]
        if isinstance(shape, dict):
            return {key: feature(one) for key, one in shape.items()}
        return Value(shape)

    rows = [row_of(record, questions) for record in held]
    for row in rows:
        for name in row.keys() & kinds.keys():
            if kinds[name] == "custom" and row[name] is not None:
                row[name] = json.dumps(row[name], ensure_ascii=False)
    filled = {name: [row.get(name) for row in rows] for name in columns}
    return Dataset.from_dict(filled, features=Features(feature(columns)))


def _columns(questions: Sequence[Question]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for question in questions:
        value = _VALUE_TYPES[question.kind]
        score = ["float64"] if isinstance(value, list) else "float64"
        columns[question.name] = [{"user_id": "string", "value": value, "status": "string"}]
        columns[f"{question.name}-suggestion"] = value
        columns[f"{question.name}-suggestion-metadata"] = {
            "type": "string",
            "score": score,
            "agent": "string",
        }
    return columns | {"external_id": "string", "metadata": "string"}


def _refuse_half_hidden(records: Sequence[FeedbackRecord], names: Sequence[str]) -> None:
    """Refuse a column that would hold a field in some rows and responses in others."""
    for name in names:
        count = sum(name not in record.fields for record in records)
        if count:
            raise InvalidInput(
                f"the field {name!r} is named like a question, and {count} of {len(records)} "
                "records lack it; give it to all of them or to none"
            )
