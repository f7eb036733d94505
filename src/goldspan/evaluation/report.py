"""What one evaluation found, and how two compare: pure values, ready for JSON."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.errors import InvalidInput
from goldspan.evaluation.intervals import Interval, bootstrap_mean
from goldspan.evaluation.significance import sign_flip
from goldspan.evaluation.squad import QuestionScore, percent, score

ClusterUnit = Literal["article", "passage", "question"]


@dataclass(frozen=True, slots=True)
class PartReport:
    """The scores of some of the questions, in percent.

    Args:
        questions: how many there are.
        exact_match: share of questions answered exactly, with its interval.
        f1: mean token F1, with its interval.
        clusters_by: what the intervals draw: articles where all are known and there are two or
            more; else passages where there are two or more; else questions.
    """

    questions: int
    exact_match: Interval
    f1: Interval
    clusters_by: ClusterUnit


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """What one reader scored, in percent.

    Args:
        name: what was evaluated.
        version: whose rules.
        questions: how many questions were scored.
        missing: how many of them had no prediction; they count as wrong.
        exact_match: share of questions answered exactly, with its interval.
        f1: mean token F1, with its interval.
        clusters_by: what the intervals draw.
        answerable: the questions that have a gold answer; None where all have one.
        not_answerable: the questions that have none; None where there are none.
    """

    name: str
    version: SquadVersion
    questions: int
    missing: int
    exact_match: Interval
    f1: Interval
    clusters_by: ClusterUnit
    answerable: PartReport | None = None
    not_answerable: PartReport | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the second reader scores higher, in percentage points.

    Args:
        interval: mean difference over the questions, with its interval.
        p: two-sided p value of the paired sign-flip test.
    """

    interval: Interval
    p: float

    @property
    def shown(self) -> int:
        """1 if the second is shown to be better, -1 if the first is, 0 if neither.

        Shown means that the interval leaves out zero and that p <= 0.05: over few clusters the
        interval alone is too narrow.
        """
        if self.p > 0.05:
            return 0
        return (self.interval.low > 0) - (self.interval.high < 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readers on the same questions.

    Args:
        first: name of the one compared with.
        second: name of the one whose gain is measured.
        questions: how many questions both were asked.
        exact_match: second minus first.
        f1: second minus first.
        clusters_by: what intervals draw and the test flips together.
    """

    first: str
    second: str
    questions: int
    exact_match: Difference
    f1: Difference
    clusters_by: ClusterUnit


def evaluate(
    demonstrations: Sequence[Demonstration],
    predictions: Mapping[str, str],
    *,
    name: str = "",
    version: SquadVersion | None = None,
    seed: int = 0,
) -> EvaluationReport:
    """Score predictions and put intervals around the means.

    Args:
        demonstrations: the questions with their gold answers.
        predictions: id to answer text, "" for "not answerable".
        name: what is evaluated.
        version: whose rules; None takes v2.0 where a question is not answerable, else v1.1.
        seed: of the intervals.

    Raises:
        InvalidInput: as ``score`` does, and if there are no questions.
    """
    return summarise(
        score(demonstrations, predictions, version),
        name=name,
        version=version or version_for(demonstrations),
        seed=seed,
    )


def summarise(
    scores: Sequence[QuestionScore], *, version: SquadVersion, name: str = "", seed: int = 0
) -> EvaluationReport:
    """Make the report of scores that ``score`` gave.

    Args:
        scores: one a question.
        version: the rules that they were scored by.
        name: what was evaluated.
        seed: of the intervals.

    Raises:
        InvalidInput: if there are no scores.
    """
    whole = part_report(scores, version, seed)
    answerable = [s for s in scores if s.answerable]
    not_answerable = [s for s in scores if not s.answerable]
    split = bool(not_answerable)
    return EvaluationReport(
        name=name,
        version=version,
        questions=whole.questions,
        missing=sum(s.missing for s in scores),
        exact_match=whole.exact_match,
        f1=whole.f1,
        clusters_by=whole.clusters_by,
        answerable=part_report(answerable, version, seed) if split and answerable else None,
        not_answerable=part_report(not_answerable, version, seed) if split else None,
    )


def compare(
    first: Sequence[QuestionScore],
    second: Sequence[QuestionScore],
    *,
    names: tuple[str, str] = ("first", "second"),
    seed: int = 0,
) -> Comparison:
    """Compare two readers question by question.

    Args:
        first: the scores compared with.
        second: scores of the same questions, in any order.
        names: of the two, in that order.
        seed: of intervals and tests.

    Raises:
        InvalidInput: if the two do not score the same questions, or there are none.
    """
    by_id = {s.id: s for s in second}
    only_one = {s.id for s in first} ^ by_id.keys()
    if only_one:
        raise InvalidInput(
            f"a paired comparison needs the same questions, but {len(only_one)} were scored for "
            f"one of {names[0]!r} and {names[1]!r} only, such as {min(only_one)!r}",
            ids=sorted(only_one),
        )
    clusters_by, clusters = choose_clusters(first)
    pairs = [(s, by_id[s.id]) for s in first]

    def difference(of: Callable[[QuestionScore], float]) -> Difference:
        values = [100.0 * (of(b) - of(a)) for a, b in pairs]
        return Difference(
            interval=bootstrap_mean(values, clusters, seed=seed),
            p=sign_flip(values, clusters, seed=seed),
        )

    return Comparison(
        first=names[0],
        second=names[1],
        questions=len(pairs),
        exact_match=difference(lambda s: s.exact_match),
        f1=difference(lambda s: s.f1),
        clusters_by=clusters_by,
    )


def choose_clusters(scores: Sequence[QuestionScore]) -> tuple[ClusterUnit, list[Hashable]]:
    """Return what intervals over these scores should draw, and each score's cluster."""
    articles: list[Hashable] = [s.article for s in scores]
    if all(articles) and len(set(articles)) > 1:
        return "article", articles
    passages: list[Hashable] = [(s.article, s.passage) for s in scores]
    if len(set(passages)) > 1:
        return "passage", passages
    return "question", [s.id for s in scores]


def part_report(scores: Sequence[QuestionScore], version: SquadVersion, seed: int) -> PartReport:
    """Summarise some of a report's scores; raises InvalidInput where there are none."""
    clusters_by, clusters = choose_clusters(scores)

    def interval(values: list[float]) -> Interval:
        official = percent(values, version)
        drawn = bootstrap_mean(values, clusters, seed=seed).times(100.0)
        return replace(drawn, mean=official)

    return PartReport(
        questions=len(scores),
        exact_match=interval([s.exact_match for s in scores]),
        f1=interval([s.f1 for s in scores]),
        clusters_by=clusters_by,
    )
