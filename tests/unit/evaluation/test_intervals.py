import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.errors import InvalidInput
from goldspan.evaluation.intervals import Interval, bootstrap_mean

CLUSTERED = st.lists(st.tuples(st.floats(-100, 100), st.integers(0, 5)), min_size=1, max_size=30)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(CLUSTERED)
def test_the_interval_holds_the_mean(pairs: list[tuple[float, int]]) -> None:
    values, clusters = [value for value, _ in pairs], [cluster for _, cluster in pairs]
    interval = bootstrap_mean(values, clusters, resamples=500)
    assert interval.mean == pytest.approx(sum(values) / len(values), abs=1e-9)
    assert interval.low - 1e-9 <= interval.mean <= interval.high + 1e-9


def test_two_clusters_of_two_values_give_the_three_means_that_can_be_drawn() -> None:
    # a a: 0; a b or b a: (0 + 0 + 1 + 1) / 4; b b: 1. Each end holds a quarter of the draws.
    interval = bootstrap_mean([0, 0, 1, 1], ["a", "a", "b", "b"])
    assert interval == Interval(mean=0.5, low=0.0, high=1.0, clusters=2)
    assert bootstrap_mean([0, 0, 1, 1], "aabb", confidence=0.4).low == 0.5


def test_a_large_cluster_weighs_by_its_size() -> None:
    assert bootstrap_mean([1, 1, 1, 0], "aaab").mean == 0.75


def test_equal_values_leave_no_doubt() -> None:
    interval = bootstrap_mean([0.5] * 6, "aabbcc")
    assert (interval.low, interval.high) == (0.5, 0.5)


def test_many_independent_values_give_the_interval_of_the_normal_distribution() -> None:
    # 400 coin flips at one half: half-width 1.96 * 0.5 / 20 = 0.049
    interval = bootstrap_mean([0, 1] * 200, range(400))
    assert (interval.high - interval.low) / 2 == pytest.approx(0.049, abs=0.004)


def test_clusters_that_agree_within_widen_the_interval_by_the_root_of_their_size() -> None:
    # 100 clusters of 4 equal values carry as much as 100 values: sqrt(4) times as wide
    values = [cluster % 2 for cluster in range(100) for _ in range(4)]
    by_value = bootstrap_mean(values, range(400))
    by_cluster = bootstrap_mean(values, [i // 4 for i in range(400)])
    ratio = (by_cluster.high - by_cluster.low) / (by_value.high - by_value.low)
    assert ratio == pytest.approx(2, abs=0.2)


def test_one_cluster_gives_no_bounds() -> None:
    interval = bootstrap_mean([0, 1], "aa")
    assert (interval.mean, interval.low, interval.high) == (0.5, -math.inf, math.inf)


def test_the_same_seed_gives_the_same_interval_and_more_clusters_than_fit_at_once_work() -> None:
    values = [index / 3000 for index in range(3000)]
    first = bootstrap_mean(values, range(3000), resamples=1000)
    assert first == bootstrap_mean(values, range(3000), resamples=1000)
    assert first != bootstrap_mean(values, range(3000), resamples=1000, seed=1)


def test_values_without_clusters_and_no_values_at_all_are_refused() -> None:
    with pytest.raises(InvalidInput, match="2 values and 1 clusters"):
        bootstrap_mean([0, 1], ["a"])
    with pytest.raises(InvalidInput, match="no values"):
        bootstrap_mean([], [])
