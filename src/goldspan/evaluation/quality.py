"""How good people's answers to a dataset are, and what may have swayed them: pure figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goldspan.domain.agreement import (
    Vote,
    comparable,
    is_right,
    level_of,
    majority,
    units,
)
from goldspan.domain.question import Question, RankingQuestion, SpanQuestion, TextQuestion
from goldspan.evaluation.agreement import (
    Estimate,
    Rate,
    krippendorff_alpha,
    mean_likeness,
    wilson,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One submitted response, with what is known of how it came about.

    Args:
        record_id: the record.
        user_id: who responded.
        values: question name to plain value.
        shown_order: the candidates as they were shown; empty if unknown or without candidates.
        elapsed_ms: time taken, None if unknown.
        suggestion_shown: question name to whether its suggestion was on screen.
        suggestion_accepted: question name to whether the answer is the suggestion.
        suggestion_edited: question name to whether the answer is the suggestion, changed.
    """

    record_id: str
    user_id: str
    values: Mapping[str, Any]
    shown_order: Sequence[str] = ()
    elapsed_ms: int | None = None
    suggestion_shown: Mapping[str, bool] = field(default_factory=dict)
    suggestion_accepted: Mapping[str, bool] = field(default_factory=dict)
    suggestion_edited: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuestionQuality:
    """How far people agree on one question.

    Args:
        name: the question's.
        type: the question's kind.
        alpha: Krippendorff's; None where it is not defined.
        records: records that at least two people answered.
        responses: answers in all.
        span_f1: mean F1 of the characters that two people marked; spans only.
        exact: share of pairs of people who said the same; spans and texts only.
        token_f1: mean F1 of the tokens that two people wrote; texts only.
    """

    name: str
    type: str
    alpha: Estimate | None
    records: int
    responses: int
    span_f1: Estimate | None = None
    exact: Estimate | None = None
    token_f1: Estimate | None = None


@dataclass(frozen=True, slots=True)
class FirstPosition:
    """How often the candidate shown first was preferred to all others.

    Args:
        chosen: times it was.
        of: judgements with one best candidate.
        rate: ``chosen / of``.
        low: lower end of Wilson's interval.
        high: upper end of it.
        expected: the rate if the position made no difference.
    """

    chosen: int
    of: int
    rate: float
    low: float
    high: float
    expected: float


@dataclass(frozen=True, slots=True)
class SuggestionUse:
    """How often a suggestion that was on screen was taken over unchanged.

    ``edited`` counts those that were changed; the rest of ``of`` was answered differently.
    """

    count: int
    of: int
    rate: float
    low: float
    high: float
    edited: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds a response; None where no time is known."""

    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class AnnotatorQuality:
    """One annotator's figures.

    Args:
        user_id: who.
        submitted: submitted responses.
        majority_agreement: of answers to required questions where the others have a majority.
        controls: of answers on records with known values.
        speed: of the responses.
        first_position: preference for what is shown first.
        suggestion_accepted: use of suggestions.
    """

    user_id: str
    submitted: int
    majority_agreement: Rate | None
    controls: Rate | None
    speed: Speed
    first_position: FirstPosition | None
    suggestion_accepted: SuggestionUse | None


@dataclass(frozen=True, slots=True)
class QualityReport:
    """A dataset's figures, by question, by annotator and over all.

    ``suggestion_unseen`` is how often an answer was the suggestion that its annotator had not seen;
    how far ``suggestion_acceptance`` lies above it is how much suggestions lead.
    """

    questions: list[QuestionQuality]
    annotators: list[AnnotatorQuality]
    position_bias: FirstPosition | None
    suggestion_acceptance: SuggestionUse | None
    suggestion_unseen: Rate | None
    speed: Speed


def quality_report(
    questions: Mapping[str, Question],
    answered: Sequence[Answered],
    controls: Mapping[str, Mapping[str, Any]],
) -> QualityReport:
    """Return the figures of a dataset.

    Args:
        questions: the dataset's, by name.
        answered: its submitted responses.
        controls: record id to known values by question name.
    """
    by_user = _grouped(answered, lambda one: one.user_id)
    others = _grouped(answered, lambda one: one.record_id)
    return QualityReport(
        questions=[_question(question, answered) for question in questions.values()],
        annotators=[
            AnnotatorQuality(
                user_id=user_id,
                submitted=len(own),
                majority_agreement=_with_majority(questions, own, others),
                controls=_with_controls(questions, own, controls),
                speed=_speed(own),
                first_position=_first_position(questions, own),
                suggestion_accepted=_suggestion_use(own),
            )
            for user_id, own in sorted(by_user.items())
        ],
        position_bias=_first_position(questions, answered),
        suggestion_acceptance=_suggestion_use(answered),
        suggestion_unseen=_suggestion_unseen(answered),
        speed=_speed(answered),
    )


def _grouped(
    answered: Iterable[Answered], key: Callable[[Answered], str]
) -> dict[str, list[Answered]]:
    found: dict[str, list[Answered]] = {}
    for one in answered:
        found.setdefault(key(one), []).append(one)
    return found


def _question(question: Question, answered: Sequence[Answered]) -> QuestionQuality:
    votes = [
        Vote(one.record_id, one.user_id, one.values[question.name])
        for one in answered
        if question.name in one.values
    ]
    judged: dict[str, int] = {}
    for vote in votes:
        judged[vote.record_id] = judged.get(vote.record_id, 0) + 1
    spans, texts = isinstance(question, SpanQuestion), isinstance(question, TextQuestion)
    return QuestionQuality(
        name=question.name,
        type=question.kind,
        alpha=krippendorff_alpha(units(question, votes), level_of(question)),
        records=sum(count > 1 for count in judged.values()),
        responses=len(votes),
        span_f1=mean_likeness(question, votes) if spans else None,
        exact=mean_likeness(question, votes, exact=True) if spans or texts else None,
        token_f1=mean_likeness(question, votes) if texts else None,
    )


def _with_majority(
    questions: Mapping[str, Question],
    own: Sequence[Answered],
    by_record: Mapping[str, Sequence[Answered]],
) -> Rate | None:
    """Compare with what most of the others said: one's own voice would agree with itself."""
    agreed = of = 0
    for one in own:
        others = [it for it in by_record[one.record_id] if it.user_id != one.user_id]
        for question in questions.values():
            if not question.required or question.name not in one.values:
                continue
            values = [it.values[question.name] for it in others if question.name in it.values]
            most = majority(question, values)
            if most is not None:
                of += 1
                agreed += comparable(question, one.values[question.name]) == most
    return wilson(agreed, of)


def _with_controls(
    questions: Mapping[str, Question],
    own: Sequence[Answered],
    controls: Mapping[str, Mapping[str, Any]],
) -> Rate | None:
    """Count the records on which all known values were answered rightly."""
    known = [(one, controls[one.record_id]) for one in own if one.record_id in controls]
    right = sum(
        all(
            name in one.values and is_right(questions[name], one.values[name], value)
            for name, value in values.items()
            if name in questions
        )
        for one, values in known
    )
    return wilson(right, len(known))


def _speed(answered: Sequence[Answered]) -> Speed:
    import numpy as np

    times = [one.elapsed_ms / 1000 for one in answered if one.elapsed_ms is not None]
    if not times:
        return Speed(None, None)
    median, p90 = np.quantile(times, [0.5, 0.9])
    return Speed(float(median), float(p90))


def _first_position(
    questions: Mapping[str, Question], answered: Sequence[Answered]
) -> FirstPosition | None:
    rankings = [name for name, one in questions.items() if isinstance(one, RankingQuestion)]
    chosen = 0
    chances: list[float] = []
    for one in answered:
        for name in rankings:
            best = _single_best(one.values.get(name))
            if best is None or best not in one.shown_order or len(one.shown_order) < 2:
                continue
            chosen += one.shown_order[0] == best
            chances.append(1 / len(one.shown_order))
    rate = wilson(chosen, len(chances))
    if rate is None:
        return None
    expected = sum(chances) / len(chances)
    return FirstPosition(rate.count, rate.of, rate.rate, rate.low, rate.high, expected)


def _single_best(ranking: Sequence[Mapping[str, Any]] | None) -> str | None:
    """Return the option that stands before all others; None for a tie."""
    ranked = [(item.get("rank") or at, item["value"]) for at, item in enumerate(ranking or (), 1)]
    best = sorted(ranked)[:2]
    if len(best) < 2 or best[0][0] == best[1][0]:
        return None
    name: str = best[0][1]
    return name


def _suggestion_use(answered: Sequence[Answered]) -> SuggestionUse | None:
    taken = edited = of = 0
    for one in answered:
        for name, accepted in one.suggestion_accepted.items():
            if one.suggestion_shown.get(name):
                of += 1
                taken += accepted
                edited += one.suggestion_edited.get(name, False)
    rate = wilson(taken, of)
    if rate is None:
        return None
    return SuggestionUse(rate.count, rate.of, rate.rate, rate.low, rate.high, edited)


def _suggestion_unseen(answered: Sequence[Answered]) -> Rate | None:
    """Count only where it is known that the suggestion was not on screen."""
    same = [
        accepted
        for one in answered
        for name, accepted in one.suggestion_accepted.items()
        if one.suggestion_shown.get(name) is False
    ]
    return wilson(sum(same), len(same))
