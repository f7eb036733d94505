"""Figures of people's answers, from a handful of them worked by hand."""

from typing import Any

import pytest

from goldspan.domain.question import Question, RankingQuestion, SpanQuestion, TextQuestion
from goldspan.evaluation.quality import Answered, quality_report

SPAN: dict[str, Question] = {
    "answer": SpanQuestion("answer", "context", ["answer"], allow_overlapping=True)
}
RANKING: dict[str, Question] = {"preference": RankingQuestion("preference", ["r1", "r2"])}
TEXT: dict[str, Question] = {"answer": TextQuestion("answer")}


def marked(*spans: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"label": "answer", "start": start, "end": end} for start, end in spans]


def ranked(*ranks: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"value": name, "rank": rank} for name, rank in ranks]


def test_any_of_the_known_spans_is_right_and_nothing_beside_them() -> None:
    known: dict[str, dict[str, Any]] = {
        "r": {"answer": marked((0, 6), (0, 10))},
        "s": {"answer": []},
    }
    for record, given, right in (
        ("r", marked((0, 6)), 1),
        ("r", marked((0, 6), (0, 10)), 1),
        ("r", marked((0, 6), (7, 9)), 0),
        ("r", [], 0),
        ("s", [], 1),
        ("s", marked((0, 6)), 0),
    ):
        report = quality_report(SPAN, [Answered(record, "ana", {"answer": given})], known)
        controls = report.annotators[0].controls
        assert controls is not None
        assert controls.count == right, given


def test_the_majority_is_that_of_the_others() -> None:
    said = {"ana": "x", "ben": "y", "cem": "y"}
    answered = [Answered("r", user, {"answer": value}) for user, value in said.items()]
    people = {one.user_id: one for one in quality_report(TEXT, answered, {}).annotators}
    ana, ben = people["ana"].majority_agreement, people["ben"].majority_agreement
    assert ana is not None
    assert (ana.count, ana.of) == (0, 1)
    assert ben is None  # the others, x and y, have no majority


def test_a_tie_for_the_best_says_nothing_of_position() -> None:
    answered = [
        Answered("a", "ana", {"preference": ranked(("r1", 1), ("r2", 2))}, ["r1", "r2"]),
        Answered("b", "ana", {"preference": ranked(("r1", 1), ("r2", 2))}, ["r2", "r1"]),
        Answered("c", "ana", {"preference": ranked(("r1", 1), ("r2", 1))}, ["r1", "r2"]),
        Answered("d", "ana", {"preference": ranked(("r1", 1), ("r2", 2))}),
    ]
    bias = quality_report(RANKING, answered, {}).position_bias
    assert bias is not None
    assert (bias.chosen, bias.of, bias.expected) == (1, 2, 0.5)


def test_only_suggestions_that_were_shown_can_be_accepted() -> None:
    def used(shown: bool, accepted: bool, edited: bool = False) -> Answered:
        return Answered(
            "r",
            "ana",
            {"answer": "x"},
            suggestion_shown={"answer": shown},
            suggestion_accepted={"answer": accepted},
            suggestion_edited={"answer": edited},
        )

    answered = [used(True, True), used(True, False, True), used(True, False), used(False, True)]
    use = quality_report(TEXT, answered, {}).suggestion_acceptance
    assert use is not None
    assert (use.count, use.edited, use.of) == (1, 1, 3)


def test_half_of_the_responses_take_no_longer_than_the_median() -> None:
    answered = [Answered("r", "ana", {}, elapsed_ms=1000 * s) for s in range(1, 12)]
    speed = quality_report(TEXT, answered, {}).speed
    assert speed.median_s == 6.0
    assert speed.p90_s == pytest.approx(10.0)
