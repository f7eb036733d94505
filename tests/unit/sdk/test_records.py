"""Records, suggestions and responses in the forms that callers write them."""

import pytest

from goldspan.errors import InvalidRecord, InvalidResponse
from goldspan.sdk.records import (
    FeedbackRecord,
    RankingValueSchema,
    ResponseSchema,
    SpanValueSchema,
    plain_values,
)

FIELDS = {"question": "Where?", "context": "In Paris."}


def test_a_response_given_as_mapping_is_read_by_attribute() -> None:
    given = {"user_id": "u1", "status": "draft", "values": {"answer": {"value": "Paris"}}}
    record = FeedbackRecord(fields=FIELDS, responses=[given])
    assert record.responses[0].values["answer"].value == "Paris"
    assert record.responses[0].status == "draft"


def test_one_response_need_not_stand_in_a_list() -> None:
    record = FeedbackRecord(fields=FIELDS, responses={"values": {"answer": {"value": "Paris"}}})
    assert [response.to_domain().values for response in record.responses] == [{"answer": "Paris"}]


def test_values_are_taken_plain_wrapped_and_as_schema_classes() -> None:
    ranking = [RankingValueSchema("response2", 1), RankingValueSchema("response1")]
    values = {"a": "x", "b": {"value": 3}, "c": [SpanValueSchema("answer", 3, 8)], "d": ranking}
    assert plain_values(values) == {
        "a": "x",
        "b": 3,
        "c": [{"label": "answer", "start": 3, "end": 8}],
        "d": [{"value": "response2", "rank": 1}, {"value": "response1"}],
    }


def test_a_value_of_another_form_is_refused_with_its_question() -> None:
    with pytest.raises(InvalidResponse, match=r"question 'answer' .*found \{'text': 'Paris'\}"):
        ResponseSchema(values={"answer": {"text": "Paris"}})  # type: ignore[dict-item]


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(InvalidResponse, match=r"one of \['draft', .*found 'done'"):
        FeedbackRecord(fields=FIELDS, responses=[{"values": {}, "status": "done"}])


def test_a_user_responds_once_to_a_record() -> None:
    twice = [{"user_id": "u1", "values": {"answer": "a"}}, {"user_id": "u1", "values": {}}]
    with pytest.raises(InvalidResponse, match=r"several of \['u1'\]"):
        FeedbackRecord(fields=FIELDS, responses=twice)


def test_a_suggestion_without_its_value_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="needs question_name and value"):
        FeedbackRecord(fields=FIELDS, suggestions=[{"question_name": "answer"}])


def test_a_question_has_one_suggestion() -> None:
    one = {"question_name": "answer", "value": "Paris"}
    with pytest.raises(InvalidRecord, match=r"several for \['answer'\]"):
        FeedbackRecord(fields=FIELDS, suggestions=[one, one])


def test_suggestions_and_responses_can_be_set_later() -> None:
    record = FeedbackRecord(fields=FIELDS)
    record.responses = [{"user_id": "u1", "values": {"answer": "Paris"}}]
    assert record.responses[0].user_id == "u1"
    record.suggestions = [{"question_name": "answer", "value": "Paris", "score": 0.5}]
    assert record.suggestions[0].score == 0.5
