"""From a score to a probability: logistic regression that begins at what is known already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from goldspan.errors import InvalidInput

Floats = NDArray[np.float64]

SMALLEST_SCALE = 0.01
"""A fitted scale at least: a probability that fell as the score rises would mean its contrary."""

STEPS = 100
"""Newton's steps at most; few are needed."""


def fit_logistic(
    logits: Sequence[float], outcomes: Sequence[float], prior: float = 1.0
) -> tuple[float, float]:
    """Fit ``sigmoid(scale * logit + offset)`` to outcomes (Platt 1999).

    The sum of log losses is lowered, with the penalty ``prior / 2 * ((scale - 1)² + offset²)``.
    It draws few outcomes towards leaving the logits as they are, and it makes the fit never worse
    on its own outcomes than that: there the penalty is zero. The problem is convex.

    Args:
        logits: log-odds as they are, finite.
        outcomes: what came about, 0 to 1 each.
        prior: weight of the penalty, > 0; at 1 a handful of outcomes outweighs it.

    Returns:
        The scale, at least ``SMALLEST_SCALE``, and the offset.

    Raises:
        InvalidInput: if there are no logits, not one outcome each, or one is not finite.
    """
    z, y = np.array(logits, dtype=float), np.array(outcomes, dtype=float)
    if not len(z) or z.shape != y.shape or not np.isfinite(z).all():
        raise InvalidInput(
            f"a fit needs an outcome for each finite logit, found {len(z)} logits, "
            f"{int(np.isfinite(z).sum())} of them finite, and {len(y)} outcomes"
        )
    features = np.stack([z, np.ones_like(z)], axis=1)
    scale, offset = _minimum(features, y, np.array([1.0, 0.0]), prior)
    if scale >= SMALLEST_SCALE:
        return float(scale), float(offset)
    # Convex: with the scale at its bound, the best offset is the best of all that is allowed.
    (offset,) = _minimum(features[:, 1:], y, np.zeros(1), prior, SMALLEST_SCALE * z)
    return SMALLEST_SCALE, float(offset)


def _minimum(
    features: Floats, outcomes: Floats, centre: Floats, prior: float, given: Floats | float = 0.0
) -> Floats:
    """Newton's method, halving steps that do not lead down.

    Args:
        features: Shape: (outcomes, weights)
        outcomes: Shape: (outcomes,)
        centre: weights that cost nothing, where it begins. Shape: (weights,)
        prior: weight of the penalty.
        given: part of the logits that is not fitted.
    """

    def loss(weights: Floats) -> float:
        logits = features @ weights + given
        away = weights - centre
        return float(
            (np.logaddexp(0.0, logits) - outcomes * logits).sum() + prior / 2 * away @ away
        )

    weights, now = centre, loss(centre)
    for _ in range(STEPS):
        probability = sigmoid(features @ weights + given)
        slope = features.T @ (probability - outcomes) + prior * (weights - centre)
        curvature = (features.T * (probability * (1 - probability))) @ features
        step = np.linalg.solve(curvature + prior * np.eye(len(centre)), slope)
        while (then := loss(weights - step)) > now and np.abs(step).max() > 1e-12:
            step = step / 2
        if then >= now:
            break
        weights, now = weights - step, then
    return weights


def sigmoid(logits: Floats) -> Floats:
    """Return probabilities; does not overflow."""
    small = np.exp(-np.abs(logits))
    return np.asarray(np.where(logits >= 0, 1.0, small) / (1.0 + small))
