"""Prepared datasets: their columns, their splits, and the way back."""

import re
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer
from goldspan.domain.question import Question, RankingQuestion, TextQuestion
from goldspan.errors import InvalidInput, NothingToTrain
from goldspan.sdk.examples import read_examples
from goldspan.sdk.prepare import from_dataset, prepare
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.training_task import TrainingTask

ANSWER: list[Question] = [TextQuestion("answer")]
PREFERENCE: list[Question] = [RankingQuestion("preference", values=["response1", "response2"])]
SFT = TrainingTask.for_supervised_fine_tuning(
    lambda row: f"{row['context']}\n{row['question']} {row['answer']}"
)
TEXTS = TrainingTask.for_supervised_fine_tuning(lambda row: f"{row['question'].upper()} 1790")
QA = TrainingTask.for_question_answering()
DPO = TrainingTask.for_direct_preference_optimization()


def records(passages: int = 4, questions: int = 3) -> list[FeedbackRecord]:
    return [
        FeedbackRecord(
            {"question": f"When, {q}?", "context": f"Mill {p} is of 17{p}0.", "answer": f"17{p}0"},
            external_id=f"p{p}q{q}",
            metadata={"article": "Mills"},
        )
        for p in range(passages)
        for q in range(questions)
    ]


def judged() -> list[FeedbackRecord]:
    value = [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}]
    fields = {"prompt": "When?", "context": "In 1790.", "response1": "In", "response2": "1790"}
    response = {"user_id": "u1", "values": {"preference": {"value": value}}}
    return [FeedbackRecord(fields, [response])]


class HandMade(list[dict[str, Any]]):
    """Rows as a dataset of `datasets` gives them, whose columns may be of mixed kinds."""

    @property
    def column_names(self) -> list[str]:
        return sorted({column for row in self for column in row})


def hand_made(rows: list[dict[str, Any]]) -> Any:
    return HandMade(rows)


def test_demonstrations_have_squads_columns() -> None:
    dataset = prepare(records(1, 1), ANSWER, "transformers", QA)
    assert dataset[0]["question"] == "When, 0?"
    assert dataset[0]["answers"] == {"text": ["1700"], "answer_start": [13]}
    assert dataset[0]["article"] == "Mills"


def test_texts_stand_beside_the_columns_they_are_made_of() -> None:
    dataset = prepare(records(1, 1), ANSWER, "trl", SFT)
    assert dataset[0]["text"] == "Mill 0 is of 1700.\nWhen, 0? 1700"


def test_pairs_have_the_columns_of_dpo_trainers() -> None:
    row = prepare(judged(), PREFERENCE, "trl", DPO)[0]
    assert row["prompt"] == "Context: In 1790.\nQuestion: When?\nAnswer:"
    assert (row["chosen"], row["rejected"]) == (" 1790", " In")
    assert row["annotators"] == ["u1"]


@pytest.mark.parametrize(
    ("task", "rows", "questions"),
    [(QA, records(), ANSWER), (SFT, records(), ANSWER), (TEXTS, records(), ANSWER),
     (DPO, judged(), PREFERENCE)],
    ids=["triplets", "template", "texts", "choices"],
)  # fmt: skip
def test_the_trainer_reads_back_what_was_prepared(task: Any, rows: Any, questions: Any) -> None:
    data = read_examples(rows, questions, task)
    back = from_dataset(prepare(rows, questions, "trl", task))
    assert (back.demonstrations, back.pairs) == (data.demonstrations, data.pairs)
    assert [row.text for row in back.texts] == [row.text for row in data.texts]
    assert back.template == data.template


def test_a_text_changed_afterwards_is_what_is_trained() -> None:
    dataset = prepare(records(), ANSWER, "trl", SFT)
    changed = dataset.map(lambda row: {"text": row["text"] + "!"})
    data = from_dataset(changed)
    assert data.texts[0].text.endswith("1700!")
    assert "changed after prepare_for_training" in data.notes[0]


def test_a_split_keeps_passages_apart() -> None:
    parts = prepare(records(), ANSWER, "trl", SFT, train_size=0.75, seed=1)
    assert (len(parts["train"]), len(parts["test"])) == (9, 3)
    assert not set(parts["train"]["context"]) & set(parts["test"]["context"])


def test_squad_itself_is_a_prepared_dataset() -> None:
    datasets = pytest.importorskip("datasets")
    answers = {"text": ["1790"], "answer_start": [3]}
    row = {"id": "s1", "title": "Mills", "context": "In 1790.", "question": "When?"}
    data = from_dataset(datasets.Dataset.from_list([{**row, "answers": answers}]))
    assert data.demonstrations[0].article == "Mills"
    assert data.demonstrations[0].gold_texts == ("1790",)


SOUND = {"question": "When?", "context": "In 1790.", "answers": {"text": [], "answer_start": []}}
LISTS = r"dataset\[1\]: 'answers' is an object with the equally long lists 'text' and"


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ({"answers": None}, f"{LISTS}.*found None"),
        ({"answers": {"text": ["1790"]}}, f"{LISTS}.*found {{'text'"),
        ({"answers": {"text": ["1790"], "answer_start": []}}, LISTS),
        ({"answers": [{"text": "1790", "answer_start": 3}]}, LISTS),
        ({"answers": "1790"}, f"{LISTS}.*found '1790'"),
        (
            {"answers": {"text": [None], "answer_start": [3]}},
            "texts that are not empty, found None",
        ),
        ({"answers": {"text": [""], "answer_start": [3]}}, "found ''; leave both lists empty"),
        ({"answers": {"text": ["1790"], "answer_start": [None]}}, "from 0, or -1 .* found None"),
        ({"answers": {"text": ["1790"], "answer_start": [-2]}}, "from 0, or -1 .* found -2"),
        ({"answers": {"text": ["1790"], "answer_start": ["3"]}}, "from 0, or -1 .* found '3'"),
        ({"answers": {"text": ["1790"], "answer_start": [99]}}, "the nearest one starts at 3"),
        ({"answers": {"text": ["1790"], "answer_start": [0]}}, "character 0, where 'In 1' stands"),
        ({"question": None}, "'question' is a text that is not empty, found None"),
        ({"context": 5}, "'context' is a text, found 5"),
        ({"title": ["Mills"]}, r"'title' is a text, found \['Mills'\]"),
        ({"template": {"prompt": "x"}}, "'template' is a text, found {'prompt'"),
    ],
)
def test_a_faulty_row_is_named_with_what_it_should_hold(faulty: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match="1 of the dataset's 2 rows are faulty") as refused:
        from_dataset(hand_made([SOUND, {**SOUND, **faulty}]))
    assert re.search(said, refused.value.message)


def test_pairs_and_texts_name_their_faulty_rows_too() -> None:
    pair = {"prompt": "When?", "chosen": "1790", "rejected": "In"}
    with pytest.raises(InvalidInput, match=r"dataset\[1\]: 'chosen' is a text, found None"):
        from_dataset(hand_made([pair, {**pair, "chosen": None}]))
    with pytest.raises(InvalidInput, match=r"dataset\[0\]: 'text' is a text that is not empty"):
        from_dataset(hand_made([{"text": None}]))


def test_a_row_without_a_context_or_a_place_is_read() -> None:
    bare = {"question": "When?", "answers": {"text": ["1790"], "answer_start": [-1]}}
    assert from_dataset(hand_made([bare])).demonstrations[0].answers == (Answer("1790"),)


def test_columns_of_no_kind_are_refused() -> None:
    datasets = pytest.importorskip("datasets")
    with pytest.raises(InvalidInput, match=r"found \['sentence'\]"):
        from_dataset(datasets.Dataset.from_list([{"sentence": "In 1790."}]))


def test_an_unknown_framework_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"'transformers' \(span reader\).*found 'spacy'"):
        prepare(records(), ANSWER, "spacy", QA)


def test_whole_texts_cannot_train_the_span_reader() -> None:
    with pytest.raises(InvalidInput, match="gives whole texts"):
        prepare(records(), ANSWER, "transformers", TEXTS)


def test_nothing_to_train_says_what_became_of_the_records() -> None:
    bare = [FeedbackRecord({"question": "When?", "context": "In 1790."})]
    with pytest.raises(NothingToTrain, match="left out: 1 records without a submitted answer"):
        prepare(bare, ANSWER, "trl", QA)


def test_a_warning_points_at_the_caller() -> None:
    task = TrainingTask.for_direct_preference_optimization(
        lambda row: (row["prompt"], row["response1"], row["response2"])
    )
    with pytest.warns(UserWarning, match="does not read the annotators' choices"):
        prepare(judged(), PREFERENCE, "trl", task)
