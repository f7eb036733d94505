"""What values there are to filter by."""

from __future__ import annotations

from typing import Any

from goldspan.wire.base import Wire


class Term(Wire):
    """One value and how many records have it."""

    term: Any
    count: int


class TermsMetrics(Wire, tag_field="type", tag="terms"):
    """The values of a terms property, most frequent first; ``total`` counts them."""

    total: int
    values: list[Term]


class IntegerMetrics(Wire, tag_field="type", tag="integer"):
    """The least and the greatest value; null where no record has one."""

    min: int | None
    max: int | None


class FloatMetrics(Wire, tag_field="type", tag="float"):
    """The least and the greatest value; null where no record has one."""

    min: float | None
    max: float | None


MetadataMetrics = TermsMetrics | IntegerMetrics | FloatMetrics


class QuestionName(Wire):
    """A question."""

    id: str
    name: str


class SuggestionOptions(Wire):
    """The agents whose suggestions there are."""

    agents: list[str]


class QuestionOptions(Wire):
    """What the suggestions for one question can be filtered by."""

    question: QuestionName
    options: SuggestionOptions
