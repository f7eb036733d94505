import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.errors import InvalidInput
from goldspan.evaluation.threshold import f1_at, promising_threshold, threshold_curve

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


def test_f1_at_a_threshold_counts_silence_right_where_there_is_no_answer() -> None:
    # Said: 1.0 and nothing for two; at 0.2 one of those is right, the other has an answer.
    assert f1_at(0.2, [1.0, 0.5, 0.0], [True, True, False], [0.1, 0.3, 0.8]) == pytest.approx(
        100 * 2 / 3
    )


@pytest.mark.parametrize(("f1", "threshold"), [(1.0, 1 / 2), (0.5, 1 / 3), (0.25, 1 / 5)])
def test_silence_pays_where_it_is_likelier_than_speech_is_right(
    f1: float, threshold: float
) -> None:
    # Where F1 is the same for all, they are level at p = (1 - p) * F1.
    none = np.linspace(0.02, 0.98, 500)
    answerable = [number % 2 == 0 for number in range(500)]
    found = promising_threshold([f1] * 500, answerable, none.tolist())
    assert found == pytest.approx(threshold, abs=0.02)


@given(QUESTIONS)
def test_a_promising_threshold_is_a_probability_of_at_most_a_half(
    rows: list[tuple[float, bool, float]],
) -> None:
    f1, has, none = map(list, zip(*rows, strict=True))
    assert 0.0 < promising_threshold(f1, has, none) <= 0.5


def test_luck_does_not_move_the_promising_threshold_far() -> None:
    # Two draws from one world: the highest points of their curves lie far apart.
    def drawn(seed: int) -> tuple[list[float], list[bool], list[float]]:
        draw = np.random.default_rng(seed)
        none = draw.random(300)
        has = draw.random(300) > none
        f1 = (draw.random(300) < 0.8 - 0.4 * none).astype(float)
        return f1.tolist(), has.tolist(), none.tolist()

    found = [promising_threshold(*drawn(seed)) for seed in range(8)]
    jumped = [threshold_curve(*drawn(seed)).best.threshold for seed in range(8)]
    assert np.ptp(found) < np.ptp(jumped) / 3


def test_questions_of_one_kind_have_no_threshold() -> None:
    with pytest.raises(InvalidInput, match="with and without an answer"):
        threshold_curve([1.0], [True], [0.5])
