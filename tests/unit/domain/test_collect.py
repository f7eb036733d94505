"""Worked by hand: what people's responses become."""

from dataclasses import replace
from typing import Any

import pytest

from goldspan.domain import collect
from goldspan.domain.collect import NO_ANSWER, AnnotatedRecord
from goldspan.domain.demonstration import Answer
from goldspan.domain.question import RankingQuestion
from goldspan.domain.record import Response, ResponseStatus
from goldspan.domain.span import Span
from goldspan.errors import InvalidSpan

CONTEXT = "The mill at Brook Lane was built in 1790. In 1790 it had two wheels."
#          0         1         2         3         4
#          0123456789012345678901234567890123456789012
RANKING = RankingQuestion("preference", values=["response1", "response2", "response3"])


def answered(*values: Any, **fields: str) -> AnnotatedRecord:
    responses = [Response({"answer": value}, user_id=f"u{n}") for n, value in enumerate(values)]
    return AnnotatedRecord(
        "r1", {"question": "When was it built?", "context": CONTEXT, **fields}, responses
    )


def marked(start: int, end: int) -> dict[str, Any]:
    return {"label": "answer", "start": start, "end": end}


def test_a_written_answer_is_located_at_its_first_occurrence() -> None:
    demonstration = collect.demonstration(answered("1790"))
    assert demonstration is not None
    assert demonstration.answers == (Answer("1790", Span(36, 40)),)


def test_an_answer_in_other_words_has_no_place() -> None:
    demonstration = collect.demonstration(answered("in the year 1790"))
    assert demonstration is not None
    assert demonstration.answers == (Answer("in the year 1790", None),)


def test_white_space_around_a_written_answer_does_not_count() -> None:
    demonstration = collect.demonstration(answered("1790\n", " 1790"))
    assert demonstration is not None
    assert demonstration.gold_texts == ("1790",)


def test_the_answer_given_most_often_stands_first() -> None:
    demonstration = collect.demonstration(answered("in 1790", "1790", "1790"))
    assert demonstration is not None
    assert demonstration.gold_texts == ("1790", "in 1790")


def test_each_marked_span_is_an_answer_with_its_own_place() -> None:
    demonstration = collect.demonstration(answered([marked(45, 49), marked(33, 40)]))
    assert demonstration is not None
    assert demonstration.answers == (
        Answer("1790", Span(45, 49)),
        Answer("in 1790", Span(33, 40)),
    )


def test_a_span_past_the_context_is_refused() -> None:
    with pytest.raises(InvalidSpan, match="reaches past the text"):
        collect.demonstration(answered([marked(60, 90)]))


@pytest.mark.parametrize("nothing", [[], "", "  ", NO_ANSWER])
def test_a_submitted_nothing_says_not_answerable(nothing: Any) -> None:
    demonstration = collect.demonstration(answered(nothing))
    assert demonstration is not None
    assert not demonstration.answerable


def test_the_majority_decides_whether_there_is_an_answer() -> None:
    demonstration = collect.demonstration(answered([], [marked(36, 40)], []))
    assert demonstration is not None
    assert demonstration.answers == ()


def test_a_tie_counts_as_answerable() -> None:
    demonstration = collect.demonstration(answered([], [marked(36, 40)]))
    assert demonstration is not None
    assert demonstration.gold_texts == ("1790",)


@pytest.mark.parametrize("status", [ResponseStatus.DRAFT, ResponseStatus.DISCARDED])
def test_only_submitted_responses_count(status: ResponseStatus) -> None:
    record = AnnotatedRecord(
        "r1", {"question": "?", "context": CONTEXT}, [Response({"answer": "1790"}, status, "u0")]
    )
    assert collect.demonstration(record) is None


def test_a_response_that_leaves_the_question_out_is_no_answer() -> None:
    record = AnnotatedRecord("r1", {"context": CONTEXT}, [Response({"other": "1790"})])
    assert collect.demonstration(record) is None


def test_the_external_id_and_the_origin_are_kept() -> None:
    record = AnnotatedRecord(
        "r1",
        {"prompt": "When?", "context": CONTEXT},
        [Response({"response": "1790"})],
        external_id="squad-7",
        metadata={"article": "Mills", "passage": "Mills/0"},
    )
    demonstration = collect.demonstration(record, question_field="prompt", answer="response")
    assert demonstration is not None
    assert demonstration.id == "squad-7"
    assert demonstration.question_text == "When?"
    assert (demonstration.article, demonstration.passage) == ("Mills", "Mills/0")


def judged(
    *values: dict[str, Any], metadata: dict[str, Any] | None = None, **candidates: str
) -> AnnotatedRecord:
    fields = {"prompt": "When was it built?", "context": CONTEXT, **candidates}
    responses = [Response(value, user_id=f"u{n}") for n, value in enumerate(values)]
    return AnnotatedRecord("r1", fields, responses, metadata=metadata or {})


def ranked(*names_and_ranks: tuple[str, int | None]) -> dict[str, Any]:
    return {"preference": [{"value": name, "rank": rank} for name, rank in names_and_ranks]}


ONE_OVER_TWO = ranked(("response1", 1), ("response2", 2))


def test_the_annotators_choice_becomes_the_pair() -> None:
    record = judged(ranked(("response2", 1), ("response1", 2)), response1="two", response2="1790")
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen == Answer("1790", Span(36, 40))
    assert pair.rejected == Answer("two", Span(57, 60))
    assert pair.annotators == ("u0",)
    assert pair.question_text == "When was it built?"


def test_items_without_a_rank_take_their_position() -> None:
    record = judged(
        {"preference": [{"value": "response2"}, {"value": "response1"}]},
        response1="two",
        response2="1790",
    )
    (pair,) = collect.preference_pairs(record, RANKING)
    assert (pair.chosen.text, pair.rejected.text) == ("1790", "two")


def test_a_tie_makes_no_pair() -> None:
    record = judged(ranked(("response1", 1), ("response2", 1)), response1="two", response2="1790")
    assert collect.preference_pairs(record, RANKING) == []


def test_a_field_without_a_text_is_no_candidate() -> None:
    record = judged(
        ranked(("response1", 1), ("response2", 2), ("response3", 3)),
        response1="1790",
        response2="two",
        response3="",
    )
    assert len(collect.preference_pairs(record, RANKING)) == 1


def test_two_annotators_against_one_smooth_the_pair() -> None:
    other_way = ranked(("response2", 1), ("response1", 2))
    record = judged(ONE_OVER_TWO, ONE_OVER_TWO, other_way, response1="1790", response2="two")
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen.text == "1790"
    assert pair.label_smoothing == 0.375  # 1 - (2 + 1/2) / (3 + 1)


def test_none_acceptable_casts_no_vote_and_its_correction_beats_all() -> None:
    record = judged(
        {**ONE_OVER_TWO, "acceptable": "none", "correction": "1790"},
        response1="two",
        response2="Brook Lane",
    )
    pairs = collect.preference_pairs(record, RANKING)
    assert [(pair.chosen.text, pair.rejected.text) for pair in pairs] == [
        ("1790", "two"),
        ("1790", "Brook Lane"),
    ]


def test_a_correction_may_be_marked_in_the_context() -> None:
    record = judged(
        {**ONE_OVER_TWO, "acceptable": "none", "correction": [marked(45, 49)]}, response1="two"
    )
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen == Answer("1790", Span(45, 49))


def test_a_correction_left_empty_is_none() -> None:
    record = judged({**ONE_OVER_TWO, "correction": " "}, response1="two", response2="1790")
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen.text == "two"


def test_a_candidate_may_say_not_answerable() -> None:
    record = judged(ONE_OVER_TWO, response1=NO_ANSWER, response2="two")
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen == Answer("")


def test_a_candidates_place_is_read_from_the_metadata() -> None:
    record = judged(
        ONE_OVER_TWO, response1="1790", response2="two", metadata={"response1_start": 45}
    )
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen == Answer("1790", Span(45, 49))


def test_a_wrong_place_in_the_metadata_is_not_believed() -> None:
    record = judged(
        ONE_OVER_TWO, response1="1790", response2="two", metadata={"response1_start": 3}
    )
    (pair,) = collect.preference_pairs(record, RANKING)
    assert pair.chosen == Answer("1790", Span(36, 40))


def test_drafts_choose_nothing() -> None:
    record = AnnotatedRecord(
        "r1",
        {"prompt": "?", "context": CONTEXT, "response1": "1790", "response2": "two"},
        [Response(ONE_OVER_TWO, ResponseStatus.DRAFT, "u0")],
    )
    assert collect.preference_pairs(record, RANKING) == []


def test_what_settled_a_record_stands_in_place_of_all_votes() -> None:
    votes = answered("1790", "1790", "two wheels")
    settled = replace(votes, adjudicated=Response({"answer": "two wheels"}, user_id="lead"))
    demonstration = collect.demonstration(settled)
    assert demonstration is not None
    assert demonstration.gold_texts == ("two wheels",)

    judged_record = judged(ONE_OVER_TWO, response1="two", response2="1790")
    lead = Response(ranked(("response1", 2), ("response2", 1)), user_id="lead")
    (pair,) = collect.preference_pairs(replace(judged_record, adjudicated=lead), RANKING)
    assert pair.chosen.text == "1790"
    assert pair.annotators == ("lead",)
