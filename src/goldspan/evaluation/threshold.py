"""How F1 hangs on the probability above which "not answerable" is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldspan.errors import InvalidInput

POINTS = 60


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """F1 in percent at one threshold.

    Args:
        threshold: probability above which nothing is answered, 0 to 1.
        f1: of all questions.
        answerable: of those that have an answer.
        not_answerable: of those that have none.
    """

    threshold: float
    f1: float
    answerable: float
    not_answerable: float


@dataclass(frozen=True, slots=True)
class ThresholdCurve:
    """All thresholds that matter, on one set of questions.

    Args:
        points: by rising threshold.
        best: the one with the highest F1; chosen on these very questions, so it is optimistic
            about them, and meant for others.
        average_precision: of finding the questions without an answer by their probability, 0
            to 1.
    """

    points: tuple[ThresholdPoint, ...]
    best: ThresholdPoint
    average_precision: float


def threshold_curve(
    f1: Sequence[float], answerable: Sequence[bool], none: Sequence[float]
) -> ThresholdCurve:
    """Sweep the threshold over all questions.

    Args:
        f1: of each question's best span, 0 to 1; of no account where it is not answerable.
        answerable: whether the question has a gold answer; both kinds have to occur.
        none: the reader's probability that it has none, 0 to 1.

    Raises:
        InvalidInput: if one of the two kinds is missing.
    """
    has = np.array(answerable, dtype=bool)
    if has.all() or not has.any():
        raise InvalidInput("a threshold is swept over questions with and without an answer")
    order = np.argsort(-np.array(none, dtype=float), kind="stable")
    probability = np.array(none, dtype=float)[order]
    spoken = np.where(has, np.array(f1, dtype=float), 0.0)[order]
    empty = (~has)[order].astype(float)
    # Entry k: the k likeliest not to be answerable are left unanswered.
    of_answerable = spoken.sum() - _sums(spoken)
    of_empty = _sums(empty)
    # Questions of one probability are left unanswered together.
    ends = np.flatnonzero(np.append(True, probability[1:] != probability[:-1]))
    ends = np.append(ends, len(order))
    upper = np.concatenate([[1.0], probability])
    lower = np.concatenate([probability, [0.0]])

    def point(k: int) -> ThresholdPoint:
        return ThresholdPoint(
            threshold=float((upper[k] + lower[k]) / 2),
            f1=100 * float(of_answerable[k] + of_empty[k]) / len(order),
            answerable=100 * float(of_answerable[k] / has.sum()),
            not_answerable=100 * float(of_empty[k] / (~has).sum()),
        )

    best = int(ends[np.argmax((of_answerable + of_empty)[ends])])
    shown = ends[np.unique(np.linspace(0, len(ends) - 1, POINTS).round().astype(int))]
    precision = np.cumsum(empty) / np.arange(1, len(order) + 1)
    return ThresholdCurve(
        points=tuple(point(int(k)) for k in shown[::-1]),
        best=point(best),
        average_precision=float((precision * empty).sum() / empty.sum()),
    )


def _sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values)])
