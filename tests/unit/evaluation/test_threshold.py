import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InvalidInput
from goldspan.evaluation.threshold import threshold_curve

QUESTIONS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0]), st.booleans(), st.sampled_from([0.1, 0.4, 0.4001, 0.9])
    ),
    min_size=2,
    max_size=12,
).filter(lambda rows: len({has for _, has, _ in rows}) == 2)


def test_the_best_threshold_lies_between_what_should_be_said_and_what_not() -> None:
    curve = threshold_curve([1.0, 0.5, 0.0], [True, True, False], [0.1, 0.2, 0.8])
    assert curve.best.threshold == pytest.approx(0.5)
    assert curve.best.f1 == pytest.approx(100 * 2.5 / 3)
    assert (curve.best.answerable, curve.best.not_answerable) == (75.0, 100.0)
    assert curve.average_precision == 1.0


@given(QUESTIONS)
def test_every_point_is_what_its_threshold_gives(rows: list[tuple[float, bool, float]]) -> None:
    f1, has, none = map(list, zip(*rows, strict=True))
    curve = threshold_curve(f1, has, none)

    def by_hand(threshold: float) -> float:
        silent = [p > threshold for p in none]
        gained = [
            float(not h) if s else (f if h else 0.0)
            for f, h, s in zip(f1, has, silent, strict=True)
        ]
        return 100 * float(np.mean(gained))

    for point in curve.points:
        assert point.f1 == pytest.approx(by_hand(point.threshold))
    assert curve.best.f1 == pytest.approx(max(by_hand(t) for t in (0.0, 0.2, 0.40005, 0.6, 1.0)))


def test_questions_of_one_kind_have_no_threshold() -> None:
    with pytest.raises(InvalidInput, match="with and without an answer"):
        threshold_curve([1.0], [True], [0.5])
