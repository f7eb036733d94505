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


def used(shown: bool | None, accepted: bool, edited: bool = False) -> Answered:
    return Answered(
        "r",
        "ana",
        {"answer": "x"},
        suggestion_shown={} if shown is None else {"answer": shown},
        suggestion_accepted={"answer": accepted},
        suggestion_edited={"answer": edited},
    )


def test_only_suggestions_that_were_shown_can_be_accepted() -> None:
    answered = [used(True, True), used(True, False, True), used(True, False), used(False, True)]
    use = quality_report(TEXT, answered, {}).suggestion_acceptance
    assert use is not None
    assert (use.count, use.edited, use.of) == (1, 1, 3)


def test_an_answer_like_a_suggestion_counts_as_unseen_only_where_that_is_known() -> None:
    answered = [used(False, True), *[used(False, False)] * 3, used(True, True), used(None, True)]
    unseen = quality_report(TEXT, answered, {}).suggestion_unseen
    assert unseen is not None
    assert (unseen.count, unseen.of) == (1, 4)
    # Wilson for 1 of 4, z = 1.96: (1 + z2/2 -+ z sqrt(3/4 + z2/4)) / (4 + z2), z2 = 3.84.
    assert (unseen.low, unseen.high) == pytest.approx((0.0456, 0.6994), abs=1e-4)
    assert quality_report(TEXT, [used(True, True)], {}).suggestion_unseen is None


def test_half_of_the_responses_take_no_longer_than_the_median() -> None:
    answered = [Answered("r", "ana", {}, elapsed_ms=1000 * s) for s in range(1, 12)]
    speed = quality_report(TEXT, answered, {}).speed
    assert speed.median_s == 6.0
    assert speed.p90_s == pytest.approx(10.0)
