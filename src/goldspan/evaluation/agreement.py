"""How far people agree, in numbers with intervals: alpha, rates, likeness.

Intervals are at 95 %. Those of alpha and of means are percentile bootstraps over records: what
several people said of one record belongs together. Those of rates are Wilson's.

Krippendorff's alpha is computed here because the library for it (PyPI's krippendorff) is under the
GPL and cannot resample records; the tests compare with it.

numpy is imported where it is used: it takes 12 MB, and most servers never get here.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from goldspan.domain.agreement import (
    AgreementUnit,
    Level,
    Vote,
    comparable,
    likeness,
)
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput
from goldspan.evaluation.intervals import bootstrap_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

RESAMPLES = 1000
Z = 1.959963984540054
"""The normal distribution's quantile for an interval at 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval at 95 %; -inf and inf where one record alone tells nothing."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was so: ``count`` times out of ``of``, with Wilson's interval."""

    count: int
    of: int
    rate: float
    low: float
    high: float


def wilson(count: int, of: int) -> Rate | None:
    """Return a rate with its interval at 95 % (Wilson 1927); None if there was no occasion.

    Raises:
        InvalidInput: unless 0 <= count <= of.
    """
    if not 0 <= count <= of:
        raise InvalidInput(f"a rate needs 0 <= count <= of, found {count} and {of}")
    if of == 0:
        return None
    rate = count / of
    middle = (rate + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z / (1 + Z * Z / of) * math.sqrt(rate * (1 - rate) / of + Z * Z / (4 * of * of))
    return Rate(count, of, rate, max(0.0, middle - half), min(1.0, middle + half))


def krippendorff_alpha(
    units: Sequence[AgreementUnit],
    level: Level = "nominal",
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Estimate | None:
    """Return Krippendorff's alpha over all units, with its interval over records.

    1 is full agreement, 0 what chance would bring, less is worse than chance. Units that fewer
    than two people judged do not count (Krippendorff 2011, "Computing Krippendorff's
    Alpha-Reliability"). Resamples in which nothing varies, for which alpha is not defined, are
    left out of the interval.

    Args:
        units: what was judged; values are numbers unless the level is nominal.
        level: how values are measured.
        resamples: number of bootstrap resamples of the records, >= 1.
        seed: of the draws; the same arguments give the same interval.

    Returns:
        None where alpha is not defined: nothing was judged twice, or all values are the same.
    """
    import numpy as np

    paired = [unit for unit in units if len(unit.values) > 1]
    if not paired:
        return None
    table = _Nominal(paired) if level == "nominal" else _Ordered(paired, level)
    records: dict[str, int] = {}
    record_of = np.array([records.setdefault(unit.record_id, len(records)) for unit in paired])
    value = table.alpha(np.ones(len(paired)))
    if value is None:
        return None
    if len(records) == 1:
        return Estimate(value, -math.inf, math.inf)
    generator = np.random.default_rng(seed)
    drawn: list[float] = []
    for _ in range(resamples):
        draw = generator.integers(0, len(records), size=len(records))
        weights = np.bincount(draw, minlength=len(records)).astype(np.float64)
        again = table.alpha(weights[record_of])
        if again is not None:
            drawn.append(again)
    low, high = np.quantile(drawn, [0.025, 0.975]) if drawn else (-math.inf, math.inf)
    return Estimate(value, float(low), float(high))


class _Nominal:
    """Counts of values by unit, for values that are the same or not."""

    def __init__(self, units: Sequence[AgreementUnit]) -> None:
        import numpy as np

        codes: dict[Hashable, int] = {}
        entries: dict[tuple[int, int], int] = {}
        for place, unit in enumerate(units):
            for value in unit.values.values():
                key = place, codes.setdefault(value, len(codes))
                entries[key] = entries.get(key, 0) + 1
        self._unit: Ints = np.array([unit for unit, _ in entries], dtype=np.int64)
        self._code: Ints = np.array([code for _, code in entries], dtype=np.int64)
        self._count: Floats = np.array(list(entries.values()), dtype=np.float64)
        sizes = np.array([len(unit.values) for unit in units], dtype=np.float64)
        same = self._count * (self._count - 1) / (sizes[self._unit] - 1)
        self._same = np.bincount(self._unit, weights=same, minlength=len(units))
        self._sizes = sizes

    def alpha(self, weights: Floats) -> float | None:
        """Return alpha with each unit counted so many times. Shape of ``weights``: (units,)."""
        import numpy as np

        total = float(self._sizes @ weights)
        values = np.bincount(self._code, weights=self._count * weights[self._unit])
        expected = total - float((values * (values - 1)).sum()) / (total - 1) if total > 1 else 0.0
        observed = total - float(self._same @ weights)
        return None if expected <= 1e-9 else 1 - observed / expected


class _Ordered:
    """Coincidences of values by kind of unit, for numbers between which there are distances."""

    def __init__(self, units: Sequence[AgreementUnit], level: Level) -> None:
        import numpy as np

        values: list[Any] = sorted({value for unit in units for value in unit.values.values()})
        codes = {value: code for code, value in enumerate(values)}
        kinds: dict[tuple[int, ...], int] = {}
        of_unit: list[int] = []
        for unit in units:
            counts = [0] * len(values)
            for value in unit.values.values():
                counts[codes[value]] += 1
            of_unit.append(kinds.setdefault(tuple(counts), len(kinds)))
        self._kind: Ints = np.array(of_unit, dtype=np.int64)
        self._level = level
        self._values: Floats = np.array(values, dtype=np.float64)
        counted = np.array(list(kinds), dtype=np.float64)
        pairs = counted[:, :, None] * counted[:, None, :]
        diagonal = np.arange(len(values))
        pairs[:, diagonal, diagonal] -= counted
        self._coincidences: Floats = pairs / (counted.sum(axis=1) - 1)[:, None, None]

    def alpha(self, weights: Floats) -> float | None:
        """Return alpha with each unit counted so many times. Shape of ``weights``: (units,)."""
        import numpy as np

        by_kind = np.bincount(self._kind, weights=weights, minlength=len(self._coincidences))
        found = np.tensordot(by_kind, self._coincidences, axes=1)
        totals = found.sum(axis=1)
        distances = self._distances(totals)
        expected = float((np.outer(totals, totals) * distances).sum()) / (totals.sum() - 1)
        observed = float((found * distances).sum())
        return None if expected <= 1e-9 else 1 - observed / expected

    def _distances(self, totals: Floats) -> Floats:
        """Return the squared distances of all values. Shape: (values, values)."""
        import numpy as np

        if self._level == "interval":
            return np.square(self._values[:, None] - self._values[None, :])
        # Ordinal: how many values lie between the two, both ends counted half.
        reached = np.cumsum(totals) - totals / 2
        return np.square(reached[:, None] - reached[None, :])


def mean_likeness(
    question: Question, votes: Sequence[Vote], *, exact: bool = False
) -> Estimate | None:
    """Return how alike two people's answers to a record are on average, 0 to 1.

    Each record with two answers or more counts once, with the mean over its pairs.

    Args:
        question: what was asked; see ``domain.agreement.likeness`` for its measure.
        votes: who said what.
        exact: whether to count only answers that are equal.

    Returns:
        None where no record was answered twice.
    """
    by_record: dict[str, list[Any]] = {}
    for vote in votes:
        by_record.setdefault(vote.record_id, []).append(vote.value)
    means: dict[str, float] = {}
    for record_id, values in by_record.items():
        alike = [_alike(question, one, other, exact) for one, other in combinations(values, 2)]
        if alike:
            means[record_id] = sum(alike) / len(alike)
    return mean_estimate(means)


def _alike(question: Question, one: Any, other: Any, exact: bool) -> float:
    if exact:
        return float(comparable(question, one) == comparable(question, other))
    return likeness(question, one, other)


def mean_estimate(by_record: Mapping[str, float]) -> Estimate | None:
    """Return the mean of one number a record, with its interval over records; None for none."""
    if not by_record:
        return None
    interval = bootstrap_mean(list(by_record.values()), list(by_record), resamples=RESAMPLES)
    return Estimate(interval.mean, interval.low, interval.high)
