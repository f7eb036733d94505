"""Responses unified, and measured against each other and against suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.agreement import Vote, level_of, units
from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    TextQuestion,
)
from goldspan.domain.record import ResponseStatus
from goldspan.domain.unify import unify
from goldspan.errors import InvalidInput
from goldspan.evaluation import suggestions as measures
from goldspan.evaluation.agreement import krippendorff_alpha
from goldspan.sdk.records import FeedbackRecord

ALPHA = "alpha"
Measure = Callable[[Any, Any], Any]

_CHOICE: dict[str, Measure] = {
    "accuracy": measures.accuracy,
    "f1-score": measures.f1,
    "precision": measures.precision,
    "recall": measures.recall,
    "confusion-matrix": measures.confusion_matrix,
}
MEASURES: dict[type[Any], dict[str, Measure]] = {
    LabelQuestion: _CHOICE,
    MultiLabelQuestion: _CHOICE,
    RatingQuestion: {**_CHOICE, "pearson-r": measures.pearson, "spearman-r": measures.spearman},
    TextQuestion: {"gleu": measures.gleu, "rouge": measures.rouge},
    RankingQuestion: {"ndcg-score": measures.ndcg},
}


@dataclass(frozen=True, slots=True)
class AgreementMetricResult:
    """How far people agree on one question.

    Args:
        metric_name: ``alpha``, Krippendorff's.
        count: of responses that were counted.
        result: 1 for full agreement, 0 for what chance would bring; None where it is not defined.
        low: the lower end of its interval at 95 %, by bootstrap over records.
        high: the upper end.
    """

    metric_name: str
    count: int
    result: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ModelMetricResult:
    """How near suggestions come to responses, by one measure over ``count`` pairs."""

    metric_name: str
    count: int
    result: Any


def agreement(question: Question, records: Iterable[FeedbackRecord]) -> AgreementMetricResult:
    """Return Krippendorff's alpha of the submitted responses to a question."""
    votes = [
        Vote(record_id=str(at), user_id=str(response.user_id), value=value)
        for at, record in enumerate(records)
        for response, value in _submitted(question, record)
    ]
    found = krippendorff_alpha(units(question, votes), level_of(question))
    if found is None:
        return AgreementMetricResult(ALPHA, len(votes), None)
    return AgreementMetricResult(ALPHA, len(votes), found.value, found.low, found.high)


def _submitted(question: Question, record: FeedbackRecord) -> list[tuple[Any, Any]]:
    return [
        (response, response.values[question.name].value)
        for response in record.responses
        if response.status is ResponseStatus.SUBMITTED and question.name in response.values
    ]


def model_metrics(
    question: Question,
    records: Iterable[FeedbackRecord],
    names: Sequence[str],
    strategy: str | None,
) -> dict[str, list[ModelMetricResult]]:
    """Return how near suggestions come to responses, by user id.

    Args:
        question: what was asked.
        records: those without a suggestion, or without a submitted response, do not count.
        names: of ``MEASURES``, for the question's kind.
        strategy: unifies the responses first; the one key is then the strategy's name.

    Raises:
        InvalidInput: if a measure or the strategy does not fit the question, or no pair is left.
    """
    known = MEASURES.get(type(question), {})
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidInput(
            f"suggestions for question {question.name!r} are measured by one of "
            f"{', '.join(known) or 'nothing yet'}, found {unknown[0]!r}"
        )
    pairs: dict[str, list[tuple[Any, Any]]] = {}
    for record in records:
        given = [s.value for s in record.suggestions if s.question_name == question.name]
        for guess in given:
            for who, truth in _truths(question, record, strategy):
                pairs.setdefault(who, []).append((truth, guess))
    if not pairs:
        raise InvalidInput(
            f"no record has both a suggestion for question {question.name!r} and a submitted "
            "response to it, so there is nothing to measure"
        )
    return {
        who: [
            ModelMetricResult(name, len(two), known[name](*map(list, zip(*two, strict=True))))
            for name in names
        ]
        for who, two in pairs.items()
    }


def _truths(
    question: Question, record: FeedbackRecord, strategy: str | None
) -> list[tuple[str, Any]]:
    said = _submitted(question, record)
    if strategy is None:
        return [(str(response.user_id), value) for response, value in said]
    return [(strategy, value) for value in unify(question, [v for _, v in said], strategy)]
