import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InvalidInput
from goldspan.evaluation.logistic import SMALLEST_SCALE, fit_logistic, sigmoid

SEEN = st.lists(
    st.tuples(st.floats(-30, 30), st.sampled_from([0.0, 0.3, 1.0])), min_size=1, max_size=30
)


def log_loss(logits: list[float], outcomes: list[float], scale: float, offset: float) -> float:
    z = scale * np.array(logits) + offset
    return float((np.logaddexp(0, z) - np.array(outcomes) * z).sum())


def test_a_fit_finds_the_scale_and_the_offset_that_made_the_outcomes() -> None:
    logits = np.random.default_rng(0).normal(-4, 3, 20_000)
    outcomes = np.random.default_rng(1).random(20_000) < sigmoid(0.4 * logits + 1.5)
    scale, offset = fit_logistic(logits.tolist(), outcomes.tolist())
    assert (scale, offset) == pytest.approx((0.4, 1.5), abs=0.06)


def test_outcomes_that_are_shares_are_met_exactly() -> None:
    logits = [-3.0, -1.0, 0.0, 2.0]
    shares = sigmoid(0.5 * np.array(logits) + 1.0)
    fitted = fit_logistic(logits, shares.tolist(), prior=1e-9)
    assert fitted == pytest.approx((0.5, 1.0), abs=1e-6)


def test_logits_that_are_right_already_are_left_alone() -> None:
    logits = [-2.0, -1.0, 0.0, 1.0]
    assert fit_logistic(logits, sigmoid(np.array(logits)).tolist()) == pytest.approx((1.0, 0.0))


def test_few_outcomes_move_it_little() -> None:
    scale, offset = fit_logistic([0.0], [1.0])
    # At the offset where sigmoid(offset) - 1 + offset is 0.
    assert (scale, offset) == pytest.approx((1.0, 0.4011), abs=1e-3)


def test_logits_that_say_the_contrary_are_nearly_ignored_not_turned_round() -> None:
    scale, offset = fit_logistic([-2.0, -1.0, 1.0, 2.0] * 20, [1.0, 1.0, 0.0, 0.0] * 20)
    assert scale == SMALLEST_SCALE
    assert offset == pytest.approx(0.0, abs=1e-6)


@given(SEEN)
def test_a_fit_is_never_worse_on_its_outcomes_than_none(seen: list[tuple[float, float]]) -> None:
    logits, outcomes = map(list, zip(*seen, strict=True))
    scale, offset = fit_logistic(logits, outcomes)
    assert scale >= SMALLEST_SCALE
    before = log_loss(logits, outcomes, 1.0, 0.0)
    assert log_loss(logits, outcomes, scale, offset) <= before + 1e-9 * max(1.0, before)


def test_logits_without_outcomes_or_without_end_are_refused() -> None:
    with pytest.raises(InvalidInput, match="2 logits, 2 of them finite, and 1 outcomes"):
        fit_logistic([0.0, 1.0], [1.0])
    with pytest.raises(InvalidInput, match="1 logits, 0 of them finite"):
        fit_logistic([float("inf")], [1.0])
