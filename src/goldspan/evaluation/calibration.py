"""Whether a reader's scores mean what they say: calibration error, and risk against coverage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from goldspan.errors import InvalidInput

BINS = 10
POINTS = 40


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers of like score.

    Args:
        answers: how many.
        score: their mean score, 0 to 1.
        right: share of them that is exactly right, 0 to 1.
    """

    answers: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a reader's scores say about its being right.

    Args:
        ece: expected calibration error (Guo et al. 2017): mean distance of score and share of
            right answers over ten bins of equal width, weighted by answers, 0 to 1.
        bins: those that hold answers.
        risk_coverage: (share of questions answered, share of wrong answers among them), where
            the least sure answers are withheld; from few to all.
        area: the mean risk over all coverages (area under that curve), 0 to 1.
        coverage_at_80: largest share of questions that can be answered with at least 80 of 100
            answers right (Kamath et al. 2020), 0 to 1.
    """

    ece: float
    bins: tuple[ReliabilityBin, ...]
    risk_coverage: tuple[tuple[float, float], ...]
    area: float
    coverage_at_80: float


def calibration(scores: Sequence[float], right: Sequence[float]) -> Calibration:
    """Compare scores with outcomes.

    Args:
        scores: how sure the reader was of each answer, 0 to 1.
        right: 1 for an answer that was right, else 0.

    Raises:
        InvalidInput: if there are no answers, or not one outcome each.
    """
    if not scores or len(scores) != len(right):
        raise InvalidInput(
            f"calibration needs an outcome for each score, found {len(scores)} scores and "
            f"{len(right)} outcomes"
        )
    score, truth = np.array(scores, dtype=float), np.array(right, dtype=float)
    number = np.minimum((score * BINS).astype(int), BINS - 1)
    bins = tuple(
        ReliabilityBin(int(inside.sum()), float(score[inside].mean()), float(truth[inside].mean()))
        for inside in (number == each for each in range(BINS))
        if inside.any()
    )
    ece = sum(each.answers * abs(each.score - each.right) for each in bins) / len(score)
    order = np.argsort(-score, kind="stable")
    risk = 1.0 - np.cumsum(truth[order]) / np.arange(1, len(score) + 1)
    good = np.flatnonzero(risk <= 0.2)
    shown = np.unique(np.linspace(0, len(score) - 1, POINTS).round().astype(int))
    return Calibration(
        ece=float(ece),
        bins=bins,
        risk_coverage=tuple((float((i + 1) / len(score)), float(risk[i])) for i in shown),
        area=float(risk.mean()),
        coverage_at_80=float((good[-1] + 1) / len(score)) if len(good) else 0.0,
    )
