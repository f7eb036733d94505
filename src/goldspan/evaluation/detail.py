"""Where a reader is right and wrong: by kind of question, by score, by probe, and in examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.normalise import normalise_answer
from goldspan.domain.span import Span
from goldspan.domain.squad_version import SquadVersion
from goldspan.evaluation.calibration import Calibration, calibration
from goldspan.evaluation.probes import ProbeSet
from goldspan.evaluation.report import PartReport, part_report
from goldspan.evaluation.squad import QuestionScore, score, token_f1
from goldspan.evaluation.threshold import ThresholdCurve, threshold_curve

QUESTION_WORDS = ("how many", "how much", "what", "who", "when", "where", "which", "why", "how")
FEWEST = 5
"""Words that ask fewer questions are counted together, as other."""
WORST = 20


@dataclass(frozen=True, slots=True)
class Prediction:
    """A reader's answer to one question.

    Args:
        text: the answer; "" for "not answerable".
        score: how sure the reader is, 0 to 1.
        span: its place in the question's context; None where it has none.
        best_text: the best answer that is not empty.
        no_answer: probability that the question is not answerable; None for a reader that
            cannot tell.
        raw_score: the score at temperature 1; None where the reader knows no temperature.
    """

    text: str
    score: float
    span: Span | None = None
    best_text: str = ""
    no_answer: float | None = None
    raw_score: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One answer, to be read by people.

    Args:
        id: of the question.
        question_text: what was asked.
        context: the passage.
        golds: the gold answers; none for a question that is not answerable.
        given: the reader's answer.
        span: its place.
        score: how sure the reader was.
        f1: 0 to 1.
    """

    id: str
    question_text: str
    context: str
    golds: tuple[str, ...]
    given: str
    span: Span | None
    score: float
    f1: float


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """How a reader took one probe.

    Args:
        name: of the probe.
        keeps_answer: whether the gold answer stayed right.
        questions: how many were changed.
        same: share of them with the same answer as before, in percent.
        f1_before: of the questions as they were, in percent.
        f1_after: of the changed ones against the gold answers of before; where the answer should
            not stay, lower is better.
    """

    name: str
    keeps_answer: bool
    questions: int
    same: float
    f1_before: float
    f1_after: float


@dataclass(frozen=True, slots=True)
class DetailReport:
    """One reader's answers taken apart.

    Args:
        name: of the reader.
        by_question_word: scores by the word that asks, most frequent first.
        by_answer_length: scores by the words of the shortest gold answer.
        scores: calibration of the scores as they are.
        raw_scores: the same at temperature 1; None where that is the same, or not known.
        thresholds: F1 by threshold; None where all questions have an answer, or none, or the
            reader cannot tell.
        worst: answers that are wrong, the surest first.
        probes: what became of changed questions; empty where none were asked.
    """

    name: str
    by_question_word: Mapping[str, PartReport]
    by_answer_length: Mapping[str, PartReport]
    scores: Calibration
    raw_scores: Calibration | None
    thresholds: ThresholdCurve | None
    worst: tuple[Example, ...]
    probes: tuple[ProbeResult, ...] = ()


def take_apart(
    demonstrations: Sequence[Demonstration],
    predictions: Mapping[str, Prediction],
    *,
    version: SquadVersion,
    name: str = "",
    probes: Sequence[ProbeResult] = (),
    seed: int = 0,
) -> DetailReport:
    """Make the detailed report.

    Args:
        demonstrations: the questions with their gold answers.
        predictions: one for each id.
        version: whose rules.
        name: of the reader.
        probes: results of ``probe_result``.
        seed: of intervals.
    """
    scores = score(demonstrations, {id: p.text for id, p in predictions.items()}, version)
    given = [predictions[d.id] for d in demonstrations]
    right = [s.exact_match for s in scores]
    raw = [p.score if p.raw_score is None else p.raw_score for p in given]
    surest = [p.score for p in given]
    return DetailReport(
        name=name,
        by_question_word=_parts(demonstrations, scores, question_word, version, seed),
        by_answer_length=_parts(demonstrations, scores, answer_length, version, seed),
        scores=calibration(surest, right),
        raw_scores=None if raw == surest else calibration(raw, right),
        thresholds=_thresholds(demonstrations, given, version),
        worst=_worst(demonstrations, given, scores),
        probes=tuple(probes),
    )


def question_word(demonstration: Demonstration) -> str:
    """Return the word that asks: the first of the known ones in the question, else ``other``."""
    text = demonstration.question_text.lower()
    found = {word: re.search(rf"\b{word}\b", text) for word in QUESTION_WORDS}
    there = [(match.start(), -len(word), word) for word, match in found.items() if match]
    return min(there)[2] if there else "other"


def answer_length(demonstration: Demonstration) -> str:
    """Return a name for the number of words of the shortest gold answer."""
    if not demonstration.answerable:
        return "not answerable"
    words = min(len(text.split()) for text in demonstration.gold_texts)
    if words <= 1:
        return "1 word"
    return "2 to 3 words" if words <= 3 else "4 to 7 words" if words <= 7 else "8 words or more"


def probe_result(
    probes: ProbeSet,
    before: Sequence[str],
    after: Sequence[str],
    version: SquadVersion,
) -> ProbeResult:
    """Score answers to questions before and after a probe changed them.

    Args:
        probes: the questions.
        before: answers to them as they were.
        after: answers to the changed ones.
        version: whose rules.
    """
    count = len(probes.before)

    def f1(answers: Sequence[str]) -> float:
        pairs = zip(probes.before, answers, strict=True)
        return 100 * sum(token_f1(said, d.gold_texts, version) for d, said in pairs) / count

    same = sum(
        normalise_answer(a) == normalise_answer(b) for a, b in zip(before, after, strict=True)
    )
    return ProbeResult(
        name=probes.probe.name,
        keeps_answer=probes.probe.keeps_answer,
        questions=count,
        same=100 * same / count,
        f1_before=f1(before),
        f1_after=f1(after),
    )


def _parts(
    demonstrations: Sequence[Demonstration],
    scores: Sequence[QuestionScore],
    kind: Callable[[Demonstration], str],
    version: SquadVersion,
    seed: int,
) -> dict[str, PartReport]:
    groups: dict[str, list[QuestionScore]] = {}
    for demonstration, found in zip(demonstrations, scores, strict=True):
        groups.setdefault(kind(demonstration), []).append(found)
    few = [name for name, of in groups.items() if len(of) < FEWEST and name in QUESTION_WORDS]
    if len(few) > 1:
        groups["other"] = groups.get("other", []) + [s for name in few for s in groups.pop(name)]
    order = sorted(groups, key=lambda name: -len(groups[name]))
    return {name: part_report(groups[name], version, seed) for name in order}


def _thresholds(
    demonstrations: Sequence[Demonstration], given: Sequence[Prediction], version: SquadVersion
) -> ThresholdCurve | None:
    answerable = [d.answerable for d in demonstrations]
    none = [p.no_answer for p in given if p.no_answer is not None]
    if len(none) < len(given) or all(answerable) or not any(answerable):
        return None
    f1 = [
        token_f1(p.best_text, d.gold_texts, version) if d.answerable else 0.0
        for d, p in zip(demonstrations, given, strict=True)
    ]
    return threshold_curve(f1, answerable, none)


def _worst(
    demonstrations: Sequence[Demonstration],
    given: Sequence[Prediction],
    scores: Sequence[QuestionScore],
) -> tuple[Example, ...]:
    wrong = [
        Example(
            id=d.id,
            question_text=d.question_text,
            context=d.context,
            golds=tuple(a.text for a in d.answers),
            given=p.text,
            span=p.span,
            score=p.score,
            f1=s.f1,
        )
        for d, p, s in zip(demonstrations, given, scores, strict=True)
        if not s.exact_match
    ]
    return tuple(sorted(wrong, key=lambda each: (each.f1, -each.score))[:WORST])
