"""What formatting functions may return, and what is said when they return something else."""

from collections.abc import Iterator
from typing import Any

import pytest

from goldspan.errors import InvalidInput
from goldspan.sdk.training_task import (
    Preference,
    PromptCompletion,
    Text,
    TrainingTask,
    Triplet,
)

ROW = {"question": "When?", "context": "In 1790.", "answer": "1790"}
PAIR = ("When?", "1790", "1791")


def returning(value: Any) -> Any:
    return lambda row: value


def test_a_text_is_one_example() -> None:
    task = TrainingTask.for_supervised_fine_tuning(lambda row: f"{row['question']} 1790")
    assert task.examples(ROW, "row 0") == [Text("When? 1790")]


def test_a_dict_of_prompt_and_completion_is_one_example() -> None:
    given = {"prompt": "When?", "completion": " 1790"}
    task = TrainingTask.for_supervised_fine_tuning(returning(given))
    assert task.examples(ROW, "row 0") == [PromptCompletion("When?", " 1790")]


def test_none_leaves_the_record_out() -> None:
    task = TrainingTask.for_supervised_fine_tuning(returning(None))
    assert task.examples(ROW, "row 0") == []


def test_a_list_and_a_generator_hold_several_examples() -> None:
    def generator(row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        yield PAIR
        yield PAIR

    for function in (returning([PAIR, PAIR]), generator):
        task = TrainingTask.for_direct_preference_optimization(function)
        assert task.examples(ROW, "row 0") == [Preference(*PAIR), Preference(*PAIR)]


def test_a_pair_may_be_a_dict() -> None:
    given = {"rejected": "1791", "prompt": "When?", "chosen": "1790"}
    task = TrainingTask.for_direct_preference_optimization(returning(given))
    assert task.examples(ROW, "row 0") == [Preference(*PAIR)]


@pytest.mark.parametrize(
    ("chosen", "rejected", "pair"),
    [
        ("Q: When? A: 1790", "Q: When? A: 1791", ("Q: When? A:", " 1790", " 1791")),
        ("A: Paris", "A: Paris, France", ("A:", " Paris", " Paris, France")),
        ("1790", "1791", ("", "1790", "1791")),
    ],
)
def test_two_texts_to_score_have_their_common_words_as_prompt(
    chosen: str, rejected: str, pair: tuple[str, str, str]
) -> None:
    task = TrainingTask.for_reward_modeling(returning([(chosen, rejected)]))
    assert task.examples(ROW, "row 0") == [Preference(*pair)]


def test_what_is_no_two_texts_is_not_scored() -> None:
    task = TrainingTask.for_reward_modeling(returning("1790"))
    with pytest.raises(InvalidInput, match=r"should return \(chosen, rejected\).*found str '1790'"):
        task.examples(ROW, "row 0")


def test_question_context_and_answer_make_a_triplet() -> None:
    task = TrainingTask.for_question_answering(lambda row: tuple(row.values()))
    assert task.examples(ROW, "row 0") == [Triplet("When?", "In 1790.", "1790")]


def test_the_function_gets_a_copy_of_the_row() -> None:
    def greedy(row: dict[str, Any]) -> str:
        row.clear()
        return "text"

    row = dict(ROW)
    TrainingTask.for_supervised_fine_tuning(greedy).examples(row, "row 0")
    assert row == ROW


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (PAIR, r"\(str, str, str\)"),
        (7, "int 7"),
        ({"prompt": "When?"}, r"\{'prompt': str\}"),
        ({"prompt": "When?", "completion": None}, r"\{'prompt': str, 'completion': NoneType\}"),
    ],
)
def test_fine_tuning_names_what_it_expected_and_found(value: Any, found: str) -> None:
    task = TrainingTask.for_supervised_fine_tuning(returning(value))
    expected = f"should return a str or .*found {found} for record 'r7'"
    with pytest.raises(InvalidInput, match=expected):
        task.examples(ROW, "record 'r7'")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("When?", "str 'When\\?'"),
        (("When?", "1790"), r"\(str, str\)"),
        (("When?", "1790", None), r"\(str, str, NoneType\)"),
        (list(PAIR), "str 'When\\?' for row 0, item 0"),
    ],
)
def test_a_preference_names_what_it_expected_and_found(value: Any, found: str) -> None:
    task = TrainingTask.for_direct_preference_optimization(returning(value))
    with pytest.raises(InvalidInput, match=rf"\(prompt, chosen, rejected\).*found {found}"):
        task.examples(ROW, "row 0")


def test_what_the_function_raises_passes_through() -> None:
    task = TrainingTask.for_supervised_fine_tuning(lambda row: row["no such column"])
    with pytest.raises(KeyError, match="no such column"):
        task.examples(ROW, "row 0")


def test_a_formatting_function_is_a_function() -> None:
    with pytest.raises(InvalidInput, match="is a function of one row, found str"):
        TrainingTask.for_question_answering("question")  # type: ignore[arg-type]


def test_fine_tuning_needs_a_function() -> None:
    with pytest.raises(InvalidInput, match="for_question_answering"):
        TrainingTask.for_supervised_fine_tuning(None)  # type: ignore[arg-type]
