"""A whole record as files hold it: Goldspan's own JSON lines, from which nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from msgspec import field

from goldspan.domain.answering import Answering, answering_of
from goldspan.domain.collect import AnnotatedRecord
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question, RankingQuestion
from goldspan.domain.record import Response, ResponseStatus

SETTINGS_FILE = "settings.json"
RECORDS_FILE = "records.jsonl"
"""What an archive of a whole dataset holds: what it declares, and its records as JSON lines."""


class WholeSuggestion(msgspec.Struct, kw_only=True):
    """A proposed value."""

    question_name: str
    value: Any
    score: float | list[float] | None = None
    agent: str | None = None
    type: Literal["model", "human"] | None = None


class WholeResponse(msgspec.Struct, kw_only=True):
    """One user's answers, as plain values by question; a discarded one may have none.

    A user is found by name first, else by id: ids differ from server to server.
    """

    user_id: str | None = None
    username: str | None = None
    status: ResponseStatus = ResponseStatus.SUBMITTED
    values: dict[str, Any] | None = None


class WholeRecord(msgspec.Struct, kw_only=True):
    """A record with everything that belongs to it.

    ``adjudication`` is what settled it, ``control`` the values known to be right, by question.
    """

    id: str | None = None
    external_id: str | None = None
    status: Literal["pending", "completed"] | None = None
    fields: dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    vectors: dict[str, list[float]] = field(default_factory=dict)
    suggestions: list[WholeSuggestion] = field(default_factory=list)
    responses: list[WholeResponse] = field(default_factory=list)
    adjudication: WholeResponse | None = None
    control: dict[str, Any] | None = None

    def annotated(self) -> AnnotatedRecord:
        """Return it as the builders of demonstrations and preference pairs take it."""
        return AnnotatedRecord(
            id=self.id or self.external_id or "",
            fields=self.fields,
            responses=[
                Response(one.values or {}, one.status, one.user_id) for one in self.responses
            ],
            external_id=self.external_id,
            metadata=self.metadata,
            adjudicated=_adjudicated(self.adjudication),
        )


def _adjudicated(given: WholeResponse | None) -> Response | None:
    return None if given is None else Response(given.values or {}, given.status, given.user_id)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a dataset declares, as far as files need to know it.

    Args:
        fields: field name to whether a record must have it, in order.
        questions: by name, in order.
        metadata: properties by name.
    """

    fields: Mapping[str, bool]
    questions: Mapping[str, Question]
    metadata: Mapping[str, MetadataProperty]

    @property
    def answering(self) -> Answering | None:
        """Where question, context and answer stand, if that is what the dataset asks for."""
        return answering_of(self.fields, list(self.questions.values()))

    @property
    def ranking(self) -> RankingQuestion | None:
        """The question that compares candidates, if there is one."""
        asked = self.questions.values()
        return next((one for one in asked if isinstance(one, RankingQuestion)), None)
