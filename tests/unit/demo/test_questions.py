"""Which questions a demo answers, judges and holds out."""

from collections import Counter
from pathlib import Path

import pytest

from goldspan.demo.options import DemoOptions
from goldspan.demo.questions import DemoQuestions, questions_for, spread
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidInput
from goldspan.formats.squad import write_squad


def articles(sizes: dict[str, list[int]]) -> list[Demonstration]:
    """For each article a list of passages with so many questions each."""
    return [
        Demonstration(
            id=f"{article}{passage}.{number}",
            question_text=f"Which {number}?",
            context=f"yes, {article}{passage}",
            answers=(Answer("yes", Span(0, 3)),),
            article=article,
            passage=f"{article}{passage}",
        )
        for article, passages in sizes.items()
        for passage, size in enumerate(passages)
        for number in range(size)
    ]


def read(
    tmp_path: Path, train: list[Demonstration], dev: list[Demonstration], limit: int = 20
) -> DemoQuestions:
    write_squad(tmp_path / "train.json", train)
    write_squad(tmp_path / "dev.json", dev)
    return questions_for(
        DemoOptions(
            home=tmp_path / "home",
            output=tmp_path,
            data=tmp_path / "train.json",
            evaluate=tmp_path / "dev.json",
            limit=limit,
            evaluate_limit=4,
        )
    )


def test_a_part_takes_whole_passages_from_as_many_articles_as_can_be() -> None:
    everything = articles({"a": [2, 2, 2, 2], "b": [2, 2], "c": [2]})
    part = spread(everything, 9, seed=0)
    assert Counter(one.article for one in part) == {"a": 2, "b": 4, "c": 2} or Counter(
        one.article for one in part
    ) == {"a": 4, "b": 2, "c": 2}
    assert set(Counter(one.passage for one in part).values()) == {2}


def test_a_part_keeps_the_order_and_all_of_it_is_everything() -> None:
    everything = articles({"a": [2, 1], "b": [3]})
    assert spread(everything, 100, seed=5) == everything


def test_a_passage_that_does_not_fit_makes_room_for_a_smaller_one() -> None:
    everything = articles({"a": [3], "b": [1]})
    for seed in range(4):
        part = spread(everything, 2, seed=seed)
        assert Counter(one.article for one in part) in ({"a": 3}, {"b": 1})


def test_made_up_questions_are_halved_by_passage_and_held_out_by_article(tmp_path: Path) -> None:
    made = questions_for(DemoOptions(home=tmp_path, output=tmp_path, limit=100, evaluate_limit=30))
    assert len(made.answered) == len(made.judged) == 50
    assert len(made.held_out) == 30
    assert not {one.context for one in made.answered} & {one.context for one in made.judged}
    assert not {one.article for one in made.training} & {one.article for one in made.held_out}


def test_articles_that_are_held_out_are_not_trained_on(tmp_path: Path) -> None:
    train = articles({"a": [5, 5], "b": [5, 5], "c": [5]})
    found = read(tmp_path, train, articles({"a": [4], "z": [4]}))
    assert {one.article for one in found.training} == {"b", "c"}
    assert "10 left out because their article or passage is held out" in found.described


def test_files_that_are_about_the_same_articles_are_refused(tmp_path: Path) -> None:
    same = articles({"a": [5, 5]})
    with pytest.raises(InvalidInput, match="no question to train on"):
        read(tmp_path, same, same)


def test_a_question_that_looks_the_same_twice_is_asked_once(tmp_path: Path) -> None:
    train = articles({"a": [2], "b": [2]})
    twins = [
        Demonstration(f"twin {one.id}", one.question_text, one.context, one.answers, one.article)
        for one in train
    ]
    found = read(tmp_path, [*train, *twins], articles({"z": [4]}))
    assert len(found.training) == 4
