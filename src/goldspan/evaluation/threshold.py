"""How F1 hangs on the probability above which "not answerable" is the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from goldspan.errors import InvalidInput
from goldspan.evaluation.logistic import sigmoid

POINTS = 60

TINY = 1e-9
"""Probabilities are kept so far from 0 and 1 where their odds are taken."""

SMOOTHING = 0.17
"""Width of the logistic kernel, in standard deviations of the log-odds; measured on SQuAD v2.0
against wider and narrower ones, a fitted formula and none (docs/experiments.md)."""

REACH = 4.0
"""Widths beyond the outermost questions that thresholds are tried."""

PLACES = 400
"""Thresholds that are tried."""


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


def f1_at(
    threshold: float, f1: Sequence[float], answerable: Sequence[bool], none: Sequence[float]
) -> float:
    """Return F1 in percent where silence is what is likelier than a threshold to be right.

    Args:
        threshold: 0 to 1.
        f1: as in ``threshold_curve``, with ``answerable`` and ``none``.
        answerable: whether the question has a gold answer.
        none: the reader's probability that it has none.
    """
    has = np.array(answerable, dtype=bool)
    silent = np.array(none, dtype=float) > threshold
    return 100 * float(np.where(silent, ~has, np.array(f1, dtype=float) * has).mean())


def promising_threshold(
    f1: Sequence[float], answerable: Sequence[bool], none: Sequence[float]
) -> float:
    """Choose the threshold with the highest F1 to be expected of questions like these.

    The highest point of ``threshold_curve`` is high by luck in part, and its place jumps from one
    set of questions to the next. Here the curve is smoothed first, over the log-odds of silence:
    a question near the threshold counts as silent in part.

    Args:
        f1: of each question's best span, 0 to 1; of no account where it is not answerable.
        answerable: whether the question has a gold answer.
        none: the probability that it has none, 0 to 1.

    Returns:
        A probability, 0 to 1; beyond all of ``none`` where speech, or silence, is always best.

    Raises:
        InvalidInput: if there are no questions.
    """
    if not none:
        raise InvalidInput("a threshold is chosen on some questions, found none")
    has = np.array(answerable, dtype=bool)
    gained = np.where(has, -np.array(f1, dtype=float), 1.0)
    bounded = np.clip(np.array(none, dtype=float), TINY, 1 - TINY)
    odds = np.log(bounded / (1 - bounded))
    width = max(SMOOTHING * float(odds.std()), TINY)
    places = np.linspace(odds.min() - REACH * width, odds.max() + REACH * width, PLACES)
    # By silence above each place, against always speaking.
    gains = [float(gained @ sigmoid((odds - place) / width)) for place in places]
    return float(sigmoid(places[int(np.argmax(gains))]))


def _sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([[0.0], np.cumsum(values)])
