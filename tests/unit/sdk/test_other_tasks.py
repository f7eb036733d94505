"""Rows for other trainers: their columns, their labels, and what is refused."""

from typing import Any

import pytest

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    TextQuestion,
)
from goldspan.errors import InvalidInput, NothingToTrain
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.prepare import prepare
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.trainer import GoldspanTrainer
from goldspan.sdk.training_task import TrainingTask

LABEL = LabelQuestion("label", ["no", "yes"])
SEVERAL = MultiLabelQuestion("label", ["a", "b", "c"])
RATING = RatingQuestion("label", (1, 2, 3))


def record(text: str, *answers: Any, **more: Any) -> FeedbackRecord:
    responses = [
        {"user_id": f"u{at}", "values": {"label": {"value": answer}}}
        for at, answer in enumerate(answers)
    ]
    return FeedbackRecord({"text": text, **more}, responses, external_id=text)


def rows(task: Any, question: Question, framework: str, *records: FeedbackRecord) -> list[Any]:
    return list(prepare(records, [question], framework, task))


def test_a_text_gets_the_label_of_the_majority_by_its_number() -> None:
    task = TrainingTask.for_text_classification(text="text", label=LABEL)
    asked = record("fine", "yes", "no", "yes"), record("unread")
    made = prepare(asked, [LABEL], "transformers", task)
    assert made.to_list() == [{"id": "fine", "text": "fine", "label": 1}]
    assert made.features["label"].names == ["no", "yes"]


def test_several_labels_stand_beside_what_a_loss_over_them_takes() -> None:
    task = TrainingTask.for_text_classification(text="text", label="label")
    (row,) = rows(task, SEVERAL, "setfit", record("fine", ["a", "c"]))
    assert (row["label"], row["binarized_label"]) == ([0, 2], [1.0, 0.0, 1.0])


def test_a_strategy_may_keep_every_answer() -> None:
    task = TrainingTask.for_text_classification(
        text="text", label="label", label_strategy="disagreement"
    )
    made = rows(task, RATING, "transformers", record("fine", 1, 3))
    assert [(row["id"], row["label"]) for row in made] == [("fine#1", 0), ("fine#2", 2)]


def test_a_ranking_gives_its_best_option() -> None:
    ranking = RankingQuestion("label", ["x", "y"])
    task = TrainingTask.for_text_classification(text="text", label=ranking)
    order = [{"value": "x", "rank": 2}, {"value": "y", "rank": 1}]
    (row,) = rows(task, ranking, "transformers", record("fine", order))
    assert row["label"] == 1


def test_a_function_gives_text_and_label() -> None:
    task = TrainingTask.for_text_classification(
        lambda row: [(row["text"], one["value"]) for one in row["label"]]
    )
    made = prepare([record("a", "yes"), record("b", "no")], [LABEL], "transformers", task)
    assert made["label"][:] == [1, 0]
    assert made.features["label"].names == ["no", "yes"]


def test_sentences_stand_beside_their_rating() -> None:
    task = TrainingTask.for_sentence_similarity(texts=["text", "other"], label=RATING)
    (row,) = rows(task, RATING, "sentence-transformers", record("a cat", 2, other="a dog"))
    assert row == {"id": "a cat", "sentence-1": "a cat", "sentence-2": "a dog", "label": 2.0}


def test_sentences_need_no_label() -> None:
    task = TrainingTask.for_sentence_similarity(
        formatting_func=lambda row: {"sentence-1": row["text"], "sentence-2": row["other"]}
    )
    (row,) = rows(task, RATING, "sentence-transformers", record("a cat", other="a dog"))
    assert row == {"id": "a cat", "sentence-1": "a cat", "sentence-2": "a dog"}


def test_a_chat_is_put_in_the_order_of_its_turns() -> None:
    def turns(row: dict[str, Any]) -> Any:
        yield [("c", "10", "assistant", "Hello"), ("c", "9", "user", "Hi")]
        yield ("d", "0", "user", "Bye")

    made = rows(TrainingTask.for_chat_completion(turns), LABEL, "openai", record("x"))
    assert made == [
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "Hello"},
            ]
        },
        {"messages": [{"role": "user", "content": "Bye"}]},
    ]


def test_prompts_are_queries() -> None:
    task = TrainingTask.for_proximal_policy_optimization(lambda row: row["text"])
    assert rows(task, LABEL, "trl", record("Why?")) == [{"id": "Why?", "query": "Why?"}]


def test_a_split_is_by_passage() -> None:
    task = TrainingTask.for_proximal_policy_optimization(lambda row: row["text"])
    asked = [record(f"{at}", context=f"passage {at // 2}") for at in range(8)]
    parts = prepare(asked, [LABEL], "trl", task, train_size=0.5)
    train, test = ({int(one) // 2 for one in parts[name]["query"]} for name in ("train", "test"))
    assert len(train) == 2
    assert train | test == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("task", "found"),
    [
        (TrainingTask.for_text_classification(lambda row: "yes"), "str 'yes'"),
        (TrainingTask.for_sentence_similarity(formatting_func=lambda row: {"s": "a"}), "'s': str"),
        (TrainingTask.for_chat_completion(lambda row: ("c", "0", "bot", "Hi")), "str, str, str"),
        (TrainingTask.for_proximal_policy_optimization(lambda row: 7), "int 7"),
    ],
    ids=["classification", "similarity", "chat", "prompts"],
)
def test_another_result_is_refused(task: Any, found: str) -> None:
    with pytest.raises(InvalidInput, match=f"for_[a-z_]+ should return .*{found}.*record 'x'"):
        prepare([record("x")], [LABEL], task.frameworks[0], task)


def test_rows_are_for_the_trainers_that_read_them() -> None:
    task = TrainingTask.for_text_classification(text="text", label="label")
    with pytest.raises(InvalidInput, match="'transformers' or 'peft' or 'setfit', found 'trl'"):
        prepare([record("x", "yes")], [LABEL], "trl", task)
    with pytest.raises(InvalidInput, match="for other trainers"):
        GoldspanTrainer(FeedbackDataset.for_question_answering(), task, "trl", model="x")  # type: ignore[arg-type]


def test_what_is_not_there_is_named() -> None:
    task = TrainingTask.for_text_classification(text="title", label="label")
    with pytest.raises(InvalidInput, match=r"fields \['title'\], found the columns"):
        prepare([record("x", "yes")], [LABEL], "transformers", task)
    task = TrainingTask.for_text_classification(text="text", label="lable")
    with pytest.raises(InvalidInput, match=r"question 'lable', found \['label'\]"):
        prepare([record("x", "yes")], [LABEL], "transformers", task)
    task = TrainingTask.for_text_classification(text="text", label="label")
    with pytest.raises(InvalidInput, match="asks for a text"):
        prepare([record("x", "yes")], [TextQuestion("label")], "transformers", task)
    with pytest.raises(NothingToTrain, match="2 records without a submitted label"):
        prepare([record("x"), record("y")], [LABEL], "transformers", task)


def test_a_task_knows_one_way_to_its_rows() -> None:
    with pytest.raises(InvalidInput, match="give text and label, or a formatting_func"):
        TrainingTask.for_text_classification(text="text")
    with pytest.raises(InvalidInput, match="found both"):
        TrainingTask.for_sentence_similarity(texts=["a", "b"], formatting_func=lambda row: None)
    with pytest.raises(InvalidInput, match="two or three fields"):
        TrainingTask.for_sentence_similarity(texts=["a"])
    with pytest.raises(InvalidInput, match="for_chat_completion needs a formatting_func"):
        TrainingTask.for_chat_completion(None)  # type: ignore[arg-type]
