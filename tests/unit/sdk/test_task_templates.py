"""The other tasks' templates have the names and kinds that the field's notebooks count on."""

from typing import Any

import pytest

from goldspan.errors import InvalidSettings
from goldspan.sdk.dataset import FeedbackDataset

LABELS = ["a", "b"]


@pytest.mark.parametrize(
    ("task", "arguments", "fields", "questions"),
    [
        ("text_classification", {"labels": LABELS}, ["text"], {"label": "label_selection"}),
        (
            "text_classification",
            {"labels": LABELS, "multi_label": True},
            ["text"],
            {"label": "multi_label_selection"},
        ),
        ("summarization", {}, ["text"], {"summary": "text"}),
        ("translation", {}, ["source"], {"target": "text"}),
        ("sentence_similarity", {}, ["sentence-1", "sentence-2"], {"similarity": "rating"}),
        (
            "natural_language_inference",
            {},
            ["premise", "hypothesis"],
            {"label": "label_selection"},
        ),
        (
            "preference_modeling",
            {"context": True},
            ["prompt", "context", "response1", "response2"],
            {"preference": "ranking"},
        ),
        ("proximal_policy_optimization", {}, ["prompt"], {"prompt": "rating"}),
        (
            "retrieval_augmented_generation",
            {"number_of_retrievals": 2},
            ["query", "retrieved_document_1", "retrieved_document_2"],
            {
                "rating_retrieved_document_1": "rating",
                "rating_retrieved_document_2": "rating",
                "response": "text",
            },
        ),
        (
            "multi_modal_classification",
            {"labels": LABELS},
            ["content"],
            {"label": "label_selection"},
        ),
        ("multi_modal_transcription", {}, ["content"], {"description": "text"}),
    ],
)
def test_a_template_shows_and_asks(
    task: str, arguments: dict[str, Any], fields: list[str], questions: dict[str, str]
) -> None:
    dataset = getattr(FeedbackDataset, f"for_{task}")(**arguments, guidelines="Mine.")
    assert isinstance(dataset, FeedbackDataset)
    assert [field.name for field in dataset.fields] == fields
    assert {question.name: question.kind for question in dataset.questions} == questions
    assert dataset.guidelines == "Mine."


def test_what_may_be_missing_is_not_required() -> None:
    dataset = FeedbackDataset.for_retrieval_augmented_generation(2, 5)
    required = {one.name for one in (*dataset.fields, *dataset.questions) if one.required}
    assert required == {"query", "retrieved_document_1", "rating_retrieved_document_1"}
    dataset = FeedbackDataset.for_preference_modeling(3)
    assert [field.required for field in dataset.fields] == [True, True, False, False]


def test_too_few_candidates_or_documents_are_refused() -> None:
    with pytest.raises(InvalidSettings, match="number_of_responses >= 2"):
        FeedbackDataset.for_preference_modeling(1)
    with pytest.raises(InvalidSettings, match="number_of_retrievals >= 1"):
        FeedbackDataset.for_retrieval_augmented_generation(0)
