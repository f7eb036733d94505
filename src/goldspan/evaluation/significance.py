"""Whether a paired difference could be chance."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from goldspan.evaluation.intervals import cluster_sums

_SIGNS_AT_ONCE = 1 << 22


def sign_flip(
    differences: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    flips: int = 10_000,
    seed: int = 0,
) -> float:
    """Return the two-sided p value of a mean difference, by flipping signs.

    If neither side were better, each cluster's summed difference would be as likely to have the
    other sign. p is the share of sign patterns whose sum is at least as far from zero as the one
    observed: of all patterns where there are at most ``flips``, which is exact; else of ``flips``
    random ones and the observed one (Phipson and Smyth 2010), so p is never 0.

    Args:
        differences: one paired difference an observation, at least one.
        clusters: each observation's cluster, whose signs flip together; None flips each
            observation's on its own.
        flips: number of random sign patterns, >= 1.
        seed: of the signs.

    Returns:
        p, 0 < p <= 1.

    Raises:
        InvalidInput: if there are no differences, or not one cluster each.
    """
    sums, _ = cluster_sums(differences, range(len(differences)) if clusters is None else clusters)
    # A cluster without a difference changes no pattern's sum.
    sums = sums[sums != 0]
    count = len(sums)
    # Patterns that differ in the order of addition only must not fall on two sides of the line.
    threshold = abs(sums.sum()) - 1e-9 * np.abs(sums).sum()
    if 2**count <= flips:
        patterns = np.arange(2**count)[:, None] >> np.arange(count) & 1
        return float(np.mean(_far(patterns, sums, threshold)))
    generator = np.random.default_rng(seed)
    step = max(1, _SIGNS_AT_ONCE // count)
    far = 1
    for first in range(0, flips, step):
        size = (min(step, flips - first), count)
        far += int(_far(generator.integers(0, 2, size, dtype=np.int8), sums, threshold).sum())
    return far / (flips + 1)


def _far(
    patterns: NDArray[np.integer], sums: NDArray[np.float64], threshold: float
) -> NDArray[np.bool_]:
    """Say for each pattern (row of 0 and 1) whether its sum reaches the threshold."""
    reached: NDArray[np.float64] = 2 * (patterns @ sums) - sums.sum()
    return np.abs(reached) >= threshold
