"""Intervals by bootstrap over clusters.

Questions about one article are not independent, so whole clusters are drawn: on SQuAD's dev file
the interval over articles is more than twice as wide as the one over questions. numpy is imported
where it is used, because the server imports this and seldom uses it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Drawn indices held at once, so that memory stays at some 10 MB however many clusters there are.
_DRAWN_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval, all in the unit of the values.

    Args:
        mean: the mean of the values themselves.
        low: lower bound; -inf where there is one cluster only, for nothing follows from that.
        high: upper bound; inf where there is one cluster only.
        clusters: how many clusters were drawn from.
    """

    mean: float
    low: float
    high: float
    clusters: int

    def times(self, factor: float) -> Interval:
        """Return it in another unit, ``factor`` > 0 of which make one of this."""
        return Interval(self.mean * factor, self.low * factor, self.high * factor, self.clusters)


def bootstrap_mean(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean with its percentile bootstrap interval (Efron and Tibshirani 1993, ch. 13).

    Each resample draws as many clusters as there are, with replacement, and takes the mean of
    all their values. The same arguments give the same interval.

    Args:
        values: one number an observation, at least one.
        clusters: each observation's cluster.
        resamples: number of resamples, >= 1.
        confidence: probability that the interval should hold, 0 < confidence < 1.
        seed: of the draws.

    Raises:
        InvalidInput: if there are no values, or not one cluster each.
    """
    import numpy as np

    sums, sizes = cluster_sums(values, clusters)
    mean = float(sums.sum() / sizes.sum())
    count = len(sums)
    if count == 1:
        return Interval(mean, -np.inf, np.inf, 1)
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, _DRAWN_AT_ONCE // count)
    for first in range(0, resamples, step):
        last = min(first + step, resamples)
        drawn = generator.integers(0, count, size=(last - first, count))
        means[first:last] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(mean, float(low), float(high), count)


def cluster_sums(
    values: Sequence[float], clusters: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each cluster's sum and size, in the order of first occurrence.

    Raises:
        InvalidInput: if there are no values, or not one cluster each.
    """
    import numpy as np

    if not values:
        raise InvalidInput("there are no values: the mean of nothing is not defined")
    if len(values) != len(clusters):
        raise InvalidInput(
            f"each value needs its cluster, found {len(values)} values and {len(clusters)} clusters"
        )
    numbers: dict[Hashable, int] = {}
    of_value = [numbers.setdefault(cluster, len(numbers)) for cluster in clusters]
    sums = np.zeros(len(numbers))
    np.add.at(sums, of_value, values)
    return sums, np.bincount(of_value).astype(np.float64)
