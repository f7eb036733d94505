"""The last sentence of a demo claims what the figures show, and no more."""

from goldspan.demo.verdict import verdict
from goldspan.evaluation.intervals import Interval
from goldspan.evaluation.report import Comparison, Difference


def comparison(
    first: str, second: str, mean: float, low: float, high: float, p: float
) -> Comparison:
    difference = Difference(Interval(mean, low, high, 40), p)
    return Comparison(first, second, 400, difference, difference, "article")


UNTRAINED = comparison("untrained reader", "SFT", 41.26, 35.0, 47.5, 0.0001)
BASELINE = comparison("most frequent answer", "SFT", 52.0, 46.0, 58.0, 0.0001)
NOTHING = comparison("SFT", "DPO", 0.4, -1.2, 2.0, 0.62)


def test_a_clear_gain_of_sft_and_no_clear_effect_of_dpo() -> None:
    assert verdict([UNTRAINED, BASELINE], NOTHING) == (
        "In F1 on these questions, SFT is better than the untrained reader (+41.3 points, 95 % "
        "interval +35.0 to +47.5) and the most frequent answer (+52.0 points, 95 % interval +46.0 "
        "to +58.0); whether DPO after SFT helped is not shown: +0.4 points, 95 % interval -1.2 "
        "to +2.0 may be chance."
    )


def test_a_gain_of_dpo_is_said_only_if_interval_and_test_agree() -> None:
    both = comparison("SFT", "DPO", 3.0, 1.0, 5.0, 0.01)
    interval_alone = comparison("SFT", "DPO", 3.0, 1.0, 5.0, 0.07)
    assert "in this run DPO after SFT helped, by +3.0 points" in verdict([UNTRAINED], both)
    assert "helped is not shown" in verdict([UNTRAINED], interval_alone)


def test_harm_is_called_harm() -> None:
    harm = comparison("SFT", "DPO", -3.0, -5.0, -1.0, 0.01)
    assert "in this run DPO after SFT did harm, by -3.0 points" in verdict([UNTRAINED], harm)


def test_sft_that_beats_one_of_two_is_not_said_to_beat_both() -> None:
    unclear = comparison("most frequent answer", "SFT", 1.0, -2.0, 4.0, 0.4)
    sentence = verdict([UNTRAINED, unclear], NOTHING)
    assert "SFT is better than the untrained reader (" in sentence
    assert ", and not shown to differ from the most frequent answer (" in sentence


def test_sft_that_lost_is_said_to_be_worse() -> None:
    lost = comparison("untrained reader", "SFT", -9.0, -12.0, -6.0, 0.001)
    assert "SFT is worse than the untrained reader (-9.0 points" in verdict([lost], NOTHING)
