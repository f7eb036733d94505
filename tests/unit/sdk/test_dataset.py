"""The local dataset: what it takes, what it refuses, how its rows look."""

import json
from typing import Any

import pytest

from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidInput, InvalidRecord, InvalidResponse
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.filters import IntegerMetadataFilter, TermsMetadataFilter
from goldspan.sdk.records import FeedbackRecord

FIELDS = {"question": "Where?", "context": "In Paris."}


def dataset(**options: Any) -> FeedbackDataset:
    return FeedbackDataset.for_question_answering(**options)


def test_a_record_with_an_undeclared_field_is_taken_locally() -> None:
    local = dataset()
    local.add_records([FeedbackRecord(fields={**FIELDS, "answer": "Paris"})])
    assert next(local.rows())["answer"] == "Paris"


def test_a_missing_field_is_refused_and_nothing_is_added() -> None:
    local = dataset()
    records = [FeedbackRecord(fields=FIELDS), FeedbackRecord(fields={"question": "Where?"})]
    with pytest.raises(InvalidRecord, match="record 1: field 'context' is required"):
        local.add_records(records)
    assert len(local) == 0


def test_every_fault_is_listed_at_once() -> None:
    bad = [FeedbackRecord(fields={}, external_id=f"q{at}") for at in range(7)]
    with pytest.raises(InvalidRecord) as caught:
        dataset().add_records(bad)
    lines = caught.value.message.splitlines()
    assert lines[0] == "nothing was added, 7 of 7 records do not fit:"
    assert lines[1].startswith("  record 0 ('q0'): field 'question' is required")
    assert lines[-1] == "  … and 2 more"


def test_an_unknown_question_in_a_response_is_refused() -> None:
    record = FeedbackRecord(fields=FIELDS, responses=[{"values": {"anwser": {"value": "Paris"}}}])
    with pytest.raises(InvalidResponse, match="'anwser' is not one of the dataset's questions"):
        dataset().add_records(record)


def test_a_value_of_the_wrong_kind_is_refused() -> None:
    record = FeedbackRecord(fields=FIELDS, responses=[{"values": {"answer": {"value": 7}}}])
    with pytest.raises(InvalidResponse, match="'answer' takes a text, found 7"):
        dataset().add_records(record)


def test_a_suggestion_of_the_wrong_kind_is_refused() -> None:
    suggestion = {"question_name": "answer", "value": "Paris"}
    record = FeedbackRecord(fields=FIELDS, suggestions=[suggestion])
    with pytest.raises(InvalidRecord, match=r"suggestion: question 'answer' takes a list"):
        dataset(extractive=True).add_records(record)


def test_a_vector_of_another_length_is_refused() -> None:
    local = dataset(vectors_settings=[VectorSettings("v", 3)])
    with pytest.raises(InvalidRecord, match="vector 'v' has 2 numbers"):
        local.add_records(FeedbackRecord(fields=FIELDS, vectors={"v": [0.0, 1.0]}))


def test_undeclared_metadata_are_refused_where_the_dataset_says_so() -> None:
    strict = FeedbackDataset(
        fields=dataset().fields,
        questions=dataset().questions,
        metadata_properties=[TermsMetadataProperty("article")],
        allow_extra_metadata=False,
    )
    with pytest.raises(InvalidRecord, match="metadata 'split' is not one of"):
        strict.add_records(FeedbackRecord(fields=FIELDS, metadata={"split": "train"}))


def test_a_row_holds_fields_responses_and_suggestion() -> None:
    local = dataset()
    local.add_records(
        FeedbackRecord(
            fields=FIELDS,
            responses=[{"user_id": "u1", "values": {"answer": "Paris"}}],
            suggestions=[{"question_name": "answer", "value": "In Paris", "agent": "m"}],
            metadata={"article": "France"},
            external_id="q1",
        )
    )
    row = next(local.rows())
    assert row == {
        **FIELDS,
        "answer": [{"user_id": "u1", "value": "Paris", "status": "submitted"}],
        "answer-suggestion": "In Paris",
        "answer-suggestion-metadata": {"type": None, "score": None, "agent": "m"},
        "external_id": "q1",
        "metadata": json.dumps({"article": "France"}),
    }


def test_filters_keep_what_passes_all_of_them() -> None:
    local = dataset()
    submitted = [{"user_id": "u1", "values": {"answer": "Paris"}}]
    local.add_records(
        [
            FeedbackRecord(FIELDS, submitted, metadata={"article": "A", "n": 1}, external_id="1"),
            FeedbackRecord(FIELDS, metadata={"article": "A", "n": 2}, external_id="2"),
            FeedbackRecord(FIELDS, metadata={"article": "B", "n": 3}, external_id="3"),
        ]
    )

    def ids(**filters: Any) -> list[str | None]:
        return [record.external_id for record in local.filter_by(**filters)]

    assert ids(response_status="pending") == ["2", "3"]
    assert ids(response_status=["submitted", "pending"]) == ["1", "2", "3"]
    of_a = TermsMetadataFilter("article", ["A"])
    assert ids(metadata_filters=[of_a, IntegerMetadataFilter("n", ge=2)]) == ["2"]


def test_an_unknown_response_status_is_refused() -> None:
    with pytest.raises(InvalidInput, match="found 'missing'"):
        dataset().filter_by(response_status="missing")
