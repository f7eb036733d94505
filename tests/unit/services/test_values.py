"""Values in the form that is kept."""

import msgspec
import pytest

from goldspan.domain.question import RankingQuestion, SpanQuestion, TextQuestion
from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidResponse
from goldspan.services.lookup import Schema
from goldspan.services.values import kept_response, kept_value
from goldspan.wire.record import ResponseValue

SCHEMA = Schema((), {"answer": TextQuestion("answer")}, {"answer": "q"}, {}, {})


def test_a_ranking_is_kept_from_best_to_worst_with_every_rank() -> None:
    question = RankingQuestion("preference", ["a", "b", "c"])
    given = [{"value": "c", "rank": 2}, {"value": "a", "rank": 1}, {"value": "b", "rank": 2}]
    assert [(i["value"], i["rank"]) for i in kept_value(question, given)] == [
        ("a", 1),
        ("c", 2),
        ("b", 2),
    ]


def test_a_ranking_without_ranks_takes_them_from_the_order() -> None:
    question = RankingQuestion("preference", ["a", "b"])
    assert kept_value(question, [{"value": "b"}, {"value": "a"}]) == [
        {"value": "b", "rank": 1},
        {"value": "a", "rank": 2},
    ]


def test_a_span_keeps_label_start_and_end_alone() -> None:
    question = SpanQuestion("answer", "context", ["answer"])
    given = [{"label": "answer", "start": 0, "end": 6, "text": "Denver", "score": 1}]
    assert kept_value(question, given) == [{"label": "answer", "start": 0, "end": 6}]


def test_a_draft_may_leave_questions_out_and_a_submitted_response_may_not() -> None:
    assert kept_response(SCHEMA, {}, {}, ResponseStatus.DRAFT) == "{}"
    assert kept_response(SCHEMA, {}, None, ResponseStatus.DISCARDED) is None
    with pytest.raises(InvalidResponse, match=r"missing: \['answer'\]"):
        kept_response(SCHEMA, {}, {}, ResponseStatus.SUBMITTED)


def test_kept_values_are_wrapped_as_clients_read_them() -> None:
    kept = kept_response(
        SCHEMA, {}, {"answer": ResponseValue(value="Denver")}, ResponseStatus.SUBMITTED
    )
    assert kept is not None
    assert msgspec.json.decode(kept) == {"answer": {"value": "Denver"}}
