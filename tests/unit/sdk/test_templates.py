"""The templates' fields and questions."""

import pytest

from goldspan.domain.question import SpanQuestion
from goldspan.errors import InvalidSettings
from goldspan.sdk.dataset import FeedbackDataset


def shape(dataset: FeedbackDataset) -> tuple[dict[str, bool], dict[str, tuple[str, bool]]]:
    """Field name to required; question name to kind and required."""
    return (
        {field.name: field.required for field in dataset.fields},
        {question.name: (question.kind, question.required) for question in dataset.questions},
    )


def test_question_answering_asks_for_a_text() -> None:
    dataset = FeedbackDataset.for_question_answering(use_markdown=True)
    assert shape(dataset) == ({"question": True, "context": True}, {"answer": ("text", True)})
    assert [getattr(field, "use_markdown", None) for field in dataset.fields] == [True, True]


def test_extractive_question_answering_asks_for_spans_that_may_overlap() -> None:
    dataset = FeedbackDataset.for_question_answering(extractive=True)
    question = dataset.question_by_name("answer")
    assert isinstance(question, SpanQuestion)
    assert (question.field, [o.value for o in question.labels]) == ("context", ["answer"])
    assert question.allow_overlapping


def test_fine_tuning_shows_a_context_only_if_asked() -> None:
    alone = FeedbackDataset.for_supervised_fine_tuning()
    assert shape(alone) == ({"prompt": True}, {"response": ("text", True)})
    with_context = FeedbackDataset.for_supervised_fine_tuning(context=True)
    assert shape(with_context)[0] == {"prompt": True, "context": False}


def test_preference_ranks_candidates_of_which_the_first_is_required() -> None:
    dataset = FeedbackDataset.for_direct_preference_optimization(3, context=True)
    fields = {
        "prompt": True,
        "context": False,
        "response1": True,
        "response2": False,
        "response3": False,
    }
    assert shape(dataset) == (fields, {"preference": ("ranking", True)})


def test_judgement_adds_companions_that_need_no_answer() -> None:
    dataset = FeedbackDataset.for_direct_preference_optimization(context=True, judgement=True)
    assert shape(dataset)[1] == {
        "preference": ("ranking", True),
        "acceptable": ("label_selection", False),
        "correction": ("text", False),
        "strength": ("rating", False),
        "rationale": ("text", False),
    }


def test_an_extractive_judgement_marks_its_correction_in_the_context() -> None:
    dataset = FeedbackDataset.for_direct_preference_optimization(
        context=True, judgement=True, extractive=True
    )
    assert shape(dataset)[1]["correction"] == ("span", False)


def test_a_marked_correction_without_a_context_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="context=True"):
        FeedbackDataset.for_direct_preference_optimization(judgement=True, extractive=True)


def test_a_preference_needs_two_candidates() -> None:
    with pytest.raises(InvalidSettings, match="number_of_responses >= 2, found 1"):
        FeedbackDataset.for_direct_preference_optimization(1)
