"""What the trainer is handed by mistake: an error that says what to do, and nothing left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan.errors import (
    GoldspanError,
    InvalidInput,
    InvalidSettings,
    NothingToTrain,
    UnusableModel,
)
from goldspan.feedback import GoldspanTrainer, TrainingTask
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.records import FeedbackRecord

QA = TrainingTask.for_question_answering()
LENGTHS = {"max_length": 64, "max_question_length": 16, "doc_stride": 8, "max_steps": 1}


def refused(
    dataset: Any, model: Any, output: Path, expected: type[GoldspanError], message: str
) -> None:
    """Train, expecting an error and no folder."""
    trainer = GoldspanTrainer(dataset, QA, "transformers", model, framework_kwargs=LENGTHS)
    with pytest.raises(expected, match=message):
        trainer.train(output)
    assert not output.exists()


def with_answers(*answers: str, context: str) -> FeedbackDataset:
    dataset = FeedbackDataset.for_question_answering()
    dataset.add_records(
        [
            FeedbackRecord(
                {"question": "which colour ?", "context": context},
                [{"user_id": "u1", "values": {"answer": answer}}],
            )
            for answer in answers
        ]
    )
    return dataset


def test_a_model_folder_without_a_tokenizer(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path
) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (span_start / name).unlink(missing_ok=True)
    refused(answered, span_start, tmp_path / "o", UnusableModel, "holds no tokenizer")


def test_a_model_folder_with_a_pickle(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path
) -> None:
    (span_start / "model.safetensors").rename(span_start / "pytorch_model.bin")
    refused(answered, span_start, tmp_path / "o", UnusableModel, "pytorch_model.bin.*never loaded")


def test_a_model_folder_that_is_not_there(answered: FeedbackDataset, tmp_path: Path) -> None:
    refused(answered, tmp_path / "nowhere", tmp_path / "o", UnusableModel, "which is not a folder")


def test_an_answer_longer_than_a_window_is_left_out_and_counted(
    span_start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = " ".join(["red"] * 60)
    dataset = with_answers(long, "blue", context=f"it is {long} and blue")
    GoldspanTrainer(dataset, QA, "transformers", span_start, framework_kwargs=LENGTHS).train(
        tmp_path / "o"
    )
    assert "1 of 2 rows kept, 1 windows; dropped: 1 answer longer than a window" in (
        capsys.readouterr().out
    )


def test_nothing_but_answers_longer_than_a_window(span_start: Path, tmp_path: Path) -> None:
    long = " ".join(["red"] * 60)
    dataset = with_answers(long, context=f"it is {long} now")
    refused(dataset, span_start, tmp_path / "o", NothingToTrain, "1 answer longer than a window")


def test_answers_that_do_not_stand_in_the_context(span_start: Path, tmp_path: Path) -> None:
    dataset = with_answers("violet", context="it is red now")
    refused(dataset, span_start, tmp_path / "o", NothingToTrain, "not found in its context")


def test_a_dataset_that_nobody_answered(span_start: Path) -> None:
    dataset = FeedbackDataset.for_question_answering()
    dataset.add_records(FeedbackRecord({"question": "which ?", "context": "it is red"}))
    with pytest.raises(NothingToTrain, match="left out: 1 records without a submitted answer"):
        GoldspanTrainer(dataset, QA, "transformers", span_start)


def test_an_empty_dataset(span_start: Path) -> None:
    with pytest.raises(NothingToTrain, match="found none"):
        GoldspanTrainer(FeedbackDataset.for_question_answering(), QA, "transformers", span_start)


def test_something_that_is_no_dataset(span_start: Path) -> None:
    wrong: Any = [{"question": "which ?"}]
    with pytest.raises(InvalidInput, match="found list"):
        GoldspanTrainer(wrong, QA, "transformers", span_start)


def test_a_setting_that_does_not_exist(answered: FeedbackDataset, span_start: Path) -> None:
    with pytest.raises(InvalidSettings, match="TRL renamed it to max_length"):
        GoldspanTrainer(
            answered, QA, "transformers", span_start, framework_kwargs={"max_seq_length": 64}
        )


def test_a_task_that_is_none(answered: FeedbackDataset, span_start: Path) -> None:
    wrong: Any = "question-answering"
    with pytest.raises(InvalidInput, match="task is a TrainingTask, found str"):
        GoldspanTrainer(answered, wrong, "transformers", span_start)


def test_a_span_reader_is_no_model_to_write_with(
    answered: FeedbackDataset, make_span_parts: Callable[..., tuple[Any, Any]], tmp_path: Path
) -> None:
    model, tokenizer = make_span_parts(["it is red now"])
    trainer = GoldspanTrainer(answered, QA, "trl", model, tokenizer=tokenizer)
    with pytest.raises(UnusableModel, match="expected a causal language model"):
        trainer.train(tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_one_passage_cannot_be_split(span_start: Path) -> None:
    dataset = with_answers("red", "blue", context="it is red and blue")
    with pytest.raises(InvalidInput, match="at least two passages, found 1"):
        GoldspanTrainer(dataset, QA, "transformers", span_start, train_size=0.5)
