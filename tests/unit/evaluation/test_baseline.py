import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.errors import InvalidInput
from goldspan.evaluation.baseline import most_frequent_answer


def asked(*golds: str) -> Demonstration:
    return Demonstration("x", "?", "text", tuple(Answer(gold) for gold in golds))


def test_equal_answers_count_together_and_keep_the_first_spelling() -> None:
    assert most_frequent_answer([asked("salt"), asked("The Moon"), asked("moon!")]) == "The Moon"


def test_an_answer_counts_once_a_question() -> None:
    assert (
        most_frequent_answer([asked("wax", "wax", "Wax"), asked("salt"), asked("salt")]) == "salt"
    )


def test_not_answerable_may_be_the_most_frequent() -> None:
    assert most_frequent_answer([asked(), asked("salt"), asked()]) == ""


def test_the_first_one_wins_a_tie() -> None:
    assert most_frequent_answer([asked("salt"), asked("wax")]) == "salt"


def test_no_training_question_has_no_most_frequent_answer() -> None:
    with pytest.raises(InvalidInput, match="at least one training question"):
        most_frequent_answer([])
