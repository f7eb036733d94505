import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.errors import InvalidInput
from goldspan.evaluation.significance import sign_flip

DIFFERENCES = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=25)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(DIFFERENCES)
def test_p_is_above_0_at_most_1_and_the_same_from_the_other_side(values: list[float]) -> None:
    p = sign_flip(values, flips=500)
    assert 0 < p <= 1
    assert sign_flip([-value for value in values], flips=500) == p


def test_five_equal_differences_are_extreme_in_2_of_32_patterns() -> None:
    assert sign_flip([1, 1, 1, 1, 1]) == 2 / 32


def test_a_difference_of_one_among_three_is_reached_by_every_pattern() -> None:
    # the 8 sums are ±3 (2 patterns) and ±1 (6 patterns); all are at least 1 from zero
    assert sign_flip([1, 1, -1]) == 1.0


def test_0_1_3_times_equals_0_3_in_spite_of_rounding() -> None:
    # 0.1 + 0.1 + 0.1 - 0.3 is 5.6e-17 here; in truth the mean is zero and p is 1
    assert sign_flip([0.1, 0.1, 0.1, -0.3]) == 1.0


def test_questions_of_one_cluster_flip_together() -> None:
    # two clusters with the sums 2 and 3: ±5 (2 of 4 patterns) reach 5
    assert sign_flip([1, 1, 1, 1, 1], ["a", "a", "b", "b", "b"]) == 2 / 4


def test_no_difference_at_all_is_no_evidence() -> None:
    assert sign_flip([0.0, 0.0, 0.0]) == 1.0


def test_random_flips_come_near_the_exact_value() -> None:
    # 12 of 16 coins for one side: the binomial's two tails hold 2 * 2517 / 65536 = 0.0768
    values = [1.0] * 12 + [-1.0] * 4
    assert sign_flip(values, flips=100_000) == pytest.approx(0.0768, abs=1e-4)
    assert sign_flip(values, flips=20_000) == pytest.approx(0.0768, abs=0.006)


def test_a_large_clear_difference_gets_the_smallest_p_that_the_flips_allow() -> None:
    assert sign_flip([1.0] * 5000, flips=999) == 1 / 1000


def test_no_differences_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no values"):
        sign_flip([])
