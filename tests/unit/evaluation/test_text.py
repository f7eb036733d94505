import math

from goldspan.evaluation.intervals import Interval
from goldspan.evaluation.report import Comparison, Difference, EvaluationReport, PartReport
from goldspan.evaluation.text import as_text, describe, notes, verdict

SFT = EvaluationReport(
    name="sft",
    version="v1.1",
    questions=200,
    missing=0,
    exact_match=Interval(37.75, 31.2, 43.04, 20),
    f1=Interval(49.5, 45.0, 54.0, 20),
    clusters_by="article",
)


def comparison(mean: float, low: float, high: float, p: float) -> Comparison:
    f1 = Difference(Interval(mean, low, high, 20), p)
    return Comparison("sft", "dpo", 200, f1, f1, "article")


def test_the_table_shows_each_reader_in_one_line() -> None:
    assert as_text([SFT]) == (
        "     EM                 F1                 questions  clusters     missing\n"
        "sft  37.8 [31.2, 43.0]  49.5 [45.0, 54.0]  200        20 articles  0\n"
        "\n"
        "EM and F1 in percent by SQuAD v1.1's rules, with 95 % intervals over articles."
    )


def test_questions_with_and_without_an_answer_get_lines_of_their_own() -> None:
    part = PartReport(100, Interval(50, 40, 60, 20), Interval(50, 40, 60, 20), "article")
    report = EvaluationReport("sft", "v2.0", 200, 0, SFT.exact_match, SFT.f1, "article", part, part)
    lines = as_text([report]).splitlines()
    assert [line.split("  ")[:2] for line in lines[2:4]] == [
        ["", "answerable"],
        ["", "not answerable"],
    ]


def test_what_limits_the_figures_is_said() -> None:
    report = EvaluationReport(
        "sft", "v2.0", 3, 2, Interval(50, 0, 100, 3), Interval(50, 0, 100, 3), "passage"
    )
    text = as_text([report])
    assert "Intervals are over passages because the data names fewer than two articles" in text
    assert "Only 3 passages: intervals are rough" in text
    assert "sft gave no answer to 2 questions; they count as wrong" in text
    assert "v2.0 script would leave them out" in text


def test_rows_that_were_left_out_are_counted() -> None:
    assert notes([], left_out=3) == ["3 faulty rows of the data were left out, and count nowhere."]


def test_one_cluster_shows_no_interval() -> None:
    nothing = Interval(50, -math.inf, math.inf, 1)
    report = EvaluationReport("sft", "v1.1", 1, 0, nothing, nothing, "question")
    assert "50.0 [no interval]" in as_text([report])
    assert "1 question\n" in as_text([report]).replace("  0\n", "\n")


def test_a_comparison_shows_sign_bounds_and_p() -> None:
    assert describe(comparison(1.5, -0.25, 3.25, 0.091)) == (
        "dpo - sft: EM +1.5 [-0.2, +3.2], p = 0.091; F1 +1.5 [-0.2, +3.2], p = 0.091"
    )


def test_a_small_p_is_never_shown_as_zero() -> None:
    assert "p < 0.001" in describe(comparison(5, 4, 6, 0.0001))


def test_the_verdict_follows_from_the_figures() -> None:
    better, worse, open_ = (
        comparison(5, 4, 6, 0.01),
        comparison(-5, -6, -4, 0.01),
        comparison(1, -1, 3, 0.4),
    )
    assert verdict(better) == "dpo is better than sft by 5.0 points of F1."
    assert verdict(worse) == "dpo is worse than sft by 5.0 points of F1."
    assert verdict(open_) == "Not shown that dpo and sft differ: 1.0 points of F1 may be chance."
