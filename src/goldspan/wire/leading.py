"""What a lead sees of a dataset: whole records, disagreement, quality. Times have their zone."""

from __future__ import annotations

from datetime import datetime

from goldspan.wire.annotating import VersionedResponse
from goldspan.wire.base import Own, Wire
from goldspan.wire.record import Adjudication, Record, ResponseValue

Values = dict[str, ResponseValue]


class NamedResponse(VersionedResponse):
    """A response with its author's name; null for who has been deleted."""

    username: str | None


class Judgement(Wire):
    """How a response came about; what is not known is null."""

    response_id: str | None
    user_id: str
    shown_order: list[str] | None
    shown_at: datetime | None
    elapsed_ms: int | None
    suggestion_shown: dict[str, bool] | None
    suggestion_accepted: dict[str, bool] | None
    suggestion_edited: dict[str, bool] | None


class PastResponse(Wire):
    """A state that a response was in; "deleted" where it was taken back."""

    version: int
    user_id: str
    status: str
    values: Values | None
    at: datetime
    undone: bool


class Control(Wire):
    """The known right values of a record."""

    values: Values


class FullRecord(Wire):
    """Everything that is known of a record.

    ``usernames`` names those who responded to it or settled it, by their ids; deleted users lack.
    """

    record: Record
    responses: list[NamedResponse]
    judgements: list[Judgement]
    history: list[PastResponse]
    adjudication: Adjudication | None
    control: Control | None
    usernames: dict[str, str]


class AdjudicationPut(Own):
    """What is to settle a record: values, or the id of one of its submitted responses."""

    values: Values | None = None
    response_id: str | None = None


class ControlPut(Own):
    """The right values of a record; questions may be left out."""

    values: Values


class DisputedRecord(Record, kw_only=True):
    """A record on which people differ, by ``disagreement``, > 0 to 1."""

    disagreement: float


class DisputedRecords(Wire):
    """Records, newest first; ``next`` is the ``before`` of the part that follows."""

    items: list[DisputedRecord]
    next: str | None


class Estimate(Wire):
    """A figure with its interval at 95 %; the ends are null where one record tells nothing."""

    value: float
    low: float | None
    high: float | None


class Rate(Wire):
    """How often something was so, with Wilson's interval at 95 %."""

    count: int
    of: int
    rate: float
    low: float
    high: float


class ControlRate(Wire):
    """On how many records with known values all of them were answered rightly."""

    right: int
    of: int
    rate: float
    low: float
    high: float


class FirstPosition(Wire):
    """How often the candidate shown first was preferred; ``expected`` if its place is no matter."""

    chosen: int
    of: int
    rate: float
    low: float
    high: float
    expected: float


class SuggestionUse(Wire):
    """How many of the suggestions that were shown were taken as they are; how many, changed."""

    count: int
    of: int
    rate: float
    low: float
    high: float
    edited: int


class QuestionQuality(Wire):
    """How far people agree on a question: alpha, and for spans and texts how alike two answers are.

    ``records`` counts those that at least two people answered.
    """

    name: str
    type: str
    alpha: Estimate | None
    records: int
    responses: int
    span_f1: Estimate | None
    exact: Estimate | None
    token_f1: Estimate | None


class AnnotatorQuality(Wire):
    """An annotator's figures; null where there was no occasion."""

    user_id: str
    username: str | None
    submitted: int
    discarded: int
    majority_agreement: Rate | None
    controls: ControlRate | None
    median_s: float | None
    p90_s: float | None
    first_position: FirstPosition | None
    suggestion_accepted: SuggestionUse | None


class Speed(Wire):
    """Seconds a response; null where no time is known."""

    median_s: float | None
    p90_s: float | None


class Quality(Wire):
    """A dataset's figures.

    ``suggestion_unseen``: how often an answer was the suggestion though it had not been seen.
    """

    questions: list[QuestionQuality]
    annotators: list[AnnotatorQuality]
    position_bias: FirstPosition | None
    suggestion_acceptance: SuggestionUse | None
    suggestion_unseen: Rate | None
    speed: Speed


class ActiveDay(Wire):
    """What somebody submitted and discarded on a day (UTC)."""

    date: str
    user_id: str
    username: str | None
    submitted: int
    discarded: int


class Activity(Wire):
    """Days on which anything was done, in order."""

    days: list[ActiveDay]
