"""A reader's answers as suggestions."""

from collections.abc import Callable, Sequence
from typing import cast

import pytest

from goldspan.domain.record import Suggestion
from goldspan.errors import InvalidInput
from goldspan.reader.base import Reader, ReaderAnswer
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.suggest import SuggestionCounts, suggest

FIELDS = {"question": "Where?", "context": "In Paris."}


def dataset(extractive: bool) -> FeedbackDataset:
    made = FeedbackDataset.for_question_answering(extractive=extractive)
    made.add_records(FeedbackRecord(fields=FIELDS))
    return made


def test_a_written_answer_is_suggested_with_score_and_agent(
    given_reader: Callable[..., Reader],
) -> None:
    local = dataset(extractive=False)
    counts = suggest(local, given_reader("Paris"), show_progress=False)
    assert counts == SuggestionCounts(suggested=1, not_in_context=0)
    assert local[0].suggestions == (Suggestion("answer", "Paris", 0.5, "given", "model"),)


def test_a_marked_answer_is_suggested_with_its_place(given_reader: Callable[..., Reader]) -> None:
    local = dataset(extractive=True)
    suggest(local, given_reader("Paris"), agent="mine", show_progress=False)
    value = [{"label": "answer", "start": 3, "end": 8}]
    assert local[0].suggestions == (Suggestion("answer", value, [0.5], "mine", "model"),)


@pytest.mark.parametrize(("extractive", "value"), [(True, []), (False, "(not in the passage)")])
def test_not_answerable_is_suggested_in_the_form_of_the_question(
    given_reader: Callable[..., Reader], extractive: bool, value: object
) -> None:
    local = dataset(extractive)
    suggest(local, given_reader(""), show_progress=False)
    assert local[0].suggestions == (Suggestion("answer", value, 0.5, "given", "model"),)


def test_an_answer_that_cannot_be_marked_is_counted(given_reader: Callable[..., Reader]) -> None:
    local = dataset(extractive=True)
    counts = suggest(local, given_reader("Rome"), show_progress=False)
    assert counts == SuggestionCounts(suggested=0, not_in_context=1)
    assert local[0].suggestions == ()


def test_a_new_suggestion_replaces_the_one_for_its_question(
    given_reader: Callable[..., Reader],
) -> None:
    local = dataset(extractive=False)
    suggest(local, given_reader("In"), show_progress=False)
    suggest(local, given_reader("Paris"), show_progress=False)
    assert [one.value for one in local[0].suggestions] == ["Paris"]


def test_a_dataset_that_asks_for_no_answers_is_refused(
    given_reader: Callable[..., Reader],
) -> None:
    preferences = FeedbackDataset.for_direct_preference_optimization(context=True)
    with pytest.raises(InvalidInput, match=r"questions \[\('preference', 'ranking'\)\]"):
        suggest(preferences, given_reader("Paris"), show_progress=False)


def test_a_score_can_be_the_gap_to_the_second_best_answer(
    given_reader: Callable[..., Reader],
) -> None:
    class TwoAnswers:
        name = "two"

        def answer_many(
            self,
            questions: Sequence[tuple[str, Sequence[str]]],
            top_k: int = 1,
            on_progress: object = None,
        ) -> list[list[ReaderAnswer]]:
            both = [ReaderAnswer("Paris", None, None, 0.6), ReaderAnswer("In", None, None, 0.25)]
            return [both[:top_k] for _ in questions]

    local = dataset(extractive=False)
    suggest(local, cast(Reader, TwoAnswers()), score="gap", show_progress=False)
    assert local[0].suggestions[0].score == pytest.approx(0.35)
    suggest(local, given_reader("Paris"), score="gap", show_progress=False)
    assert local[0].suggestions[0].score == 0.5
