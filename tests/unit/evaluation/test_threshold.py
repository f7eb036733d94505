import numpy as np
import pytest
from hypothesis import given, settings
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
    # Of 100 questions each that have no answer with probability p, 100 p have none. Silence and
    # speech are level where p = (1 - p) * F1.
    shares = range(2, 99, 2)
    none = [share / 100 for share in shares for _ in range(100)]
    answerable = [number >= share for share in shares for number in range(100)]
    found = promising_threshold([f1] * len(none), answerable, none)
    assert found == pytest.approx(threshold, abs=0.04)


@pytest.mark.parametrize("none", [[0.2, 0.4, 0.9], [0.3, 0.3, 0.3]])
def test_where_one_kind_is_all_there_is_the_threshold_lies_beyond_all(none: list[float]) -> None:
    assert promising_threshold([1.0] * 3, [False] * 3, none) < min(none)
    assert promising_threshold([1.0] * 3, [True] * 3, none) > max(none)


@given(QUESTIONS)
@settings(deadline=None)
def test_a_promising_threshold_is_a_probability(rows: list[tuple[float, bool, float]]) -> None:
    f1, has, none = map(list, zip(*rows, strict=True))
    assert 0.0 < promising_threshold(f1, has, none) < 1.0


def test_a_promising_threshold_is_worth_more_on_others_than_the_highest_point() -> None:
    def drawn(seed: int) -> tuple[list[float], list[bool], list[float]]:
        """Draw 300 questions whose probability p is right, and F1 0.8 - 0.4 p where answerable."""
        draw = np.random.default_rng(seed)
        none = draw.random(300)
        has = draw.random(300) > none
        f1 = (draw.random(300) < 0.8 - 0.4 * none).astype(float)
        return f1.tolist(), has.tolist(), none.tolist()

    p = np.linspace(0, 1, 1001)

    def worth(threshold: float) -> float:
        return 100 * float(np.where(p > threshold, p, (1 - p) * (0.8 - 0.4 * p)).mean())

    chosen = np.mean([worth(promising_threshold(*drawn(seed))) for seed in range(20)])
    highest = np.mean([worth(threshold_curve(*drawn(seed)).best.threshold) for seed in range(20)])
    best = max(worth(threshold) for threshold in p)
    assert best - chosen < (best - highest) * 0.6


def test_questions_of_one_kind_have_no_threshold() -> None:
    with pytest.raises(InvalidInput, match="with and without an answer"):
        threshold_curve([1.0], [True], [0.5])
