import math

import msgspec
import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.errors import InvalidInput
from goldspan.evaluation.intervals import Interval
from goldspan.evaluation.report import Difference, compare, evaluate
from goldspan.evaluation.squad import score

ARTICLES = {"a": "Bees", "b": "Bees", "c": "Tides", "d": "Tides"}
GOLD = {"a": "wax", "b": "two miles", "c": "the Moon", "d": "salt"}


def questions(
    articles: dict[str, str] | None = None, passages: dict[str, str] | None = None
) -> list[Demonstration]:
    """Four questions, two in each of two articles unless told otherwise."""
    articles = ARTICLES if articles is None else articles
    return [
        Demonstration(
            id, "?", "text", (Answer(gold),), articles.get(id, ""), (passages or {}).get(id, "")
        )
        for id, gold in GOLD.items()
    ]


def test_means_are_in_percent_and_bounds_come_from_drawing_articles() -> None:
    # Bees: 1 and 0 exact; Tides: 1 and 1. Drawn article means: .5, .75, 1.
    report = evaluate(questions(), {"a": "wax", "b": "miles", "c": "Moon", "d": "salt"})
    assert report.exact_match == Interval(75.0, 50.0, 100.0, clusters=2)
    # "miles" against "two miles": precision 1, recall 1/2, F1 2/3
    assert report.f1.mean == pytest.approx(100 * (3 + 2 / 3) / 4)
    assert (report.questions, report.missing, report.version) == (4, 0, "v1.1")
    assert report.clusters_by == "article"


def test_passages_are_drawn_where_an_article_is_unknown() -> None:
    passages = {"a": "p1", "b": "p1", "c": "p2", "d": "p3"}
    report = evaluate(questions({"a": "Bees", "b": "Bees"}, passages), GOLD)
    assert (report.clusters_by, report.f1.clusters) == ("passage", 3)


def test_passages_are_drawn_where_all_is_one_article() -> None:
    passages = {"a": "p1", "b": "p1", "c": "p2", "d": "p2"}
    report = evaluate(questions(dict.fromkeys(GOLD, "Bees"), passages), GOLD)
    assert (report.clusters_by, report.f1.clusters) == ("passage", 2)


def test_questions_are_drawn_where_all_is_one_passage() -> None:
    report = evaluate(questions({}), GOLD)
    assert (report.clusters_by, report.f1.clusters) == ("question", 4)


def test_a_single_question_has_no_bounds() -> None:
    report = evaluate(questions()[:1], GOLD)
    assert (report.f1.low, report.f1.high) == (-math.inf, math.inf)


def test_v2_reports_questions_with_and_without_an_answer_apart() -> None:
    unanswerable = Demonstration("e", "?", "text", (), "Bees")
    report = evaluate([*questions(), unanswerable], {**GOLD, "a": "", "e": ""})
    assert report.version == "v2.0"
    assert report.exact_match.mean == 80.0
    assert report.answerable is not None
    assert report.not_answerable is not None
    assert (report.answerable.questions, report.answerable.exact_match.mean) == (4, 75.0)
    assert (report.not_answerable.questions, report.not_answerable.exact_match.mean) == (1, 100.0)


def test_a_missing_prediction_is_wrong_and_counted() -> None:
    report = evaluate(questions(), {"a": "wax"}, version="v2.0")
    assert (report.exact_match.mean, report.missing) == (25.0, 3)


def test_nothing_to_evaluate_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no question to score"):
        evaluate([], {})


def test_a_comparison_says_by_how_much_the_second_is_better() -> None:
    first = score(questions(), {"a": "wax"})
    second = score(questions(), GOLD)
    comparison = compare(first, second[::-1], names=("before", "after"))
    # gains: Bees 0 and 100, Tides 100 and 100; two articles flip in 4 ways, 2 are as far out
    assert comparison.exact_match.interval == Interval(75.0, 50.0, 100.0, clusters=2)
    assert comparison.exact_match.p == 0.5
    assert (comparison.first, comparison.second, comparison.questions) == ("before", "after", 4)


def test_swapping_the_readers_turns_the_sign() -> None:
    first, second = score(questions(), {"a": "wax"}), score(questions(), GOLD)
    there, back = compare(first, second).f1, compare(second, first).f1
    assert back.interval.mean == -there.interval.mean
    assert back.p == there.p


def test_readers_with_other_questions_are_not_compared() -> None:
    with pytest.raises(InvalidInput, match="1 were scored for one of 'x' and 'y' only, such as"):
        compare(score(questions(), {}), score(questions()[1:], {}), names=("x", "y"))


@pytest.mark.parametrize(
    ("low", "high", "p", "shown"),
    [(0.1, 2, 0.01, 1), (-2, -0.1, 0.05, -1), (-0.1, 2, 0.01, 0), (0.1, 2, 0.25, 0)],
)
def test_a_difference_is_shown_by_interval_and_test_together(
    low: float, high: float, p: float, shown: int
) -> None:
    assert Difference(Interval((low + high) / 2, low, high, clusters=20), p).shown == shown


def test_a_report_is_json_and_bounds_that_do_not_exist_are_null() -> None:
    report = msgspec.json.decode(msgspec.json.encode(evaluate(questions()[:1], GOLD)))
    assert report["f1"] == {"mean": 100.0, "low": None, "high": None, "clusters": 1}
