"""Values of responses and suggestions, checked and brought to the form that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from goldspan.domain.question import (
    Question,
    RankingQuestion,
    SpanQuestion,
    check_values,
)
from goldspan.domain.record import ResponseStatus
from goldspan.services.lookup import Schema

SPAN_KEYS = ("label", "start", "end")


class GivenValue(Protocol):
    """One answer as a client sends it."""

    @property
    def value(self) -> Any:
        """The plain value."""


def kept_value(question: Question, value: Any) -> Any:
    """Return a checked value in the form that is kept and shown.

    A ranking lists its options from best to worst, each with its rank; a span has only label,
    start and end.
    """
    if isinstance(question, RankingQuestion):
        ranked = [
            {"value": item["value"], "rank": item.get("rank") or position}
            for position, item in enumerate(value, start=1)
        ]
        return sorted(ranked, key=lambda item: item["rank"])
    if isinstance(question, SpanQuestion):
        return [{key: item[key] for key in SPAN_KEYS} for item in value]
    return value


def kept_response(
    schema: Schema,
    fields: Mapping[str, Any],
    values: Mapping[str, GivenValue] | None,
    status: ResponseStatus,
) -> str | None:
    """Check a response's values and return them as JSON; None if there are none.

    Raises:
        InvalidResponse: if they do not fit the questions or the record's fields, or a submitted
            response leaves a required question out.
    """
    plain = {name: given.value for name, given in (values or {}).items()}
    complete = status is ResponseStatus.SUBMITTED
    check_values(schema.questions, plain, fields, complete=complete)
    if values is None:
        return None
    kept = {
        name: {"value": kept_value(schema.questions[name], value)} for name, value in plain.items()
    }
    return msgspec.json.encode(kept).decode()
