"""Rows as a ``datasets.Dataset``."""

from typing import Any

import pytest

from goldspan.errors import InvalidInput
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord

pytest.importorskip("datasets")
FIELDS = {"prompt": "Where?", "response1": "Paris", "response2": "Rome"}


def preferences(*responses: dict[str, Any]) -> FeedbackDataset:
    local = FeedbackDataset.for_direct_preference_optimization(judgement=True)
    local.add_records(FeedbackRecord(fields=FIELDS, responses=responses))
    return local


def test_rankings_keep_their_ranks() -> None:
    ranking = [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}]
    response = {"user_id": "u1", "values": {"preference": ranking, "strength": 3}}
    row = preferences(response).format_as("datasets")[0]
    assert row["preference"] == [{"user_id": "u1", "value": ranking, "status": "submitted"}]
    assert row["strength"][0]["value"] == 3
    assert row["correction"] == []


def test_an_empty_dataset_has_the_columns_of_a_full_one() -> None:
    ranking = [{"value": "response2"}, {"value": "response1"}]
    empty = FeedbackDataset.for_direct_preference_optimization(judgement=True).format_as("datasets")
    full = preferences({"values": {"preference": ranking}}).format_as("datasets")
    assert empty.features == full.features


def test_a_field_named_like_a_question_must_stand_in_every_record() -> None:
    local = FeedbackDataset.for_question_answering()
    fields = {"question": "Where?", "context": "In Paris."}
    local.add_records([FeedbackRecord({**fields, "answer": "Paris"}), FeedbackRecord(fields)])
    with pytest.raises(InvalidInput, match="'answer' is named like a question, and 1 of 2"):
        local.format_as("datasets")


def test_other_formats_are_refused() -> None:
    with pytest.raises(InvalidInput, match="found 'pandas'"):
        preferences().format_as("pandas")
