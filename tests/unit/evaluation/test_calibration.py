import pytest

from goldspan.errors import InvalidInput
from goldspan.evaluation.calibration import calibration


def test_the_calibration_error_is_the_weighted_distance_of_score_and_outcome() -> None:
    # Two bins: 0.9 twice, once right (distance 0.4); 0.1 twice, never right (distance 0.1).
    found = calibration([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0])
    assert found.ece == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)
    assert [(b.answers, b.right) for b in found.bins] == [(2, 0.0), (2, 0.5)]


def test_risk_grows_as_less_sure_answers_are_given() -> None:
    found = calibration([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 0])
    coverage, risk = zip(*found.risk_coverage, strict=True)
    assert coverage == (0.25, 0.5, 0.75, 1.0)
    assert risk == pytest.approx((0.0, 0.0, 1 / 3, 0.5))
    assert found.coverage_at_80 == 0.5
    assert found.area == pytest.approx((0 + 0 + 1 / 3 + 0.5) / 4)


def test_a_certain_score_falls_into_the_last_bin() -> None:
    assert calibration([1.0], [1]).ece == 0.0


def test_scores_without_outcomes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="found 1 scores and 2 outcomes"):
        calibration([0.5], [1, 0])
