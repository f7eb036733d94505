"""The trainer on the span reader: from a dataset to a folder that answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForQuestionAnswering

from goldspan.errors import Conflict, InvalidInput, InvalidSettings, NotFound
from goldspan.feedback import ArgillaTrainer, GoldspanTrainer, TrainingTask
from goldspan.sdk.dataset import FeedbackDataset

QA = TrainingTask.for_question_answering()
QUICK = {
    "max_steps": 30,
    "learning_rate": 3e-3,
    "per_device_train_batch_size": 4,
    "max_length": 64,
    "max_question_length": 16,
    "doc_stride": 8,
}


def trainer_of(dataset: Any, model: Path, **options: Any) -> GoldspanTrainer:
    return GoldspanTrainer(
        dataset, QA, "transformers", model=model, framework_kwargs=QUICK, **options
    )


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_output_folder_is_the_run_and_the_model(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = trainer_of(answered, span_start, train_size=0.75, seed=3)
    trainer.train(tmp_path / "reader")
    AutoModelForQuestionAnswering.from_pretrained(tmp_path / "reader")
    trained = rows_of(tmp_path / "reader" / "data.jsonl")
    held_out = rows_of(tmp_path / "reader" / "held_out.jsonl")
    assert (len(trained), len(held_out)) == (18, 6)
    assert not {row["context"] for row in trained} & {row["context"] for row in held_out}
    assert trainer.result.steps == 30
    printed = capsys.readouterr().out
    assert "training on 18 questions" in printed
    assert "18 of 18 rows kept" in printed
    assert "held out: 6 questions, on no passage that was trained on" in printed
    assert "before EM" in printed.replace("  ", " ")
    assert "after  EM" in printed


def test_a_trained_reader_predicts_and_is_saved_with_its_card(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path
) -> None:
    trainer = trainer_of(answered, span_start)
    trainer.update_config(max_steps=120)
    trainer.train(tmp_path / "reader")
    context = "the cat that we saw is blue now"
    assert trainer.predict("which colour has the cat ?", context).text == "blue"
    both = trainer.predict(
        ["which colour has the cat ?", "which colour has the dog ?"],
        [context, "the dog that we saw is red now"],
    )
    assert [answer.text for answer in both] == ["blue", "red"]
    trainer.save(tmp_path / "saved")
    AutoModelForQuestionAnswering.from_pretrained(tmp_path / "saved")
    assert not (tmp_path / "saved" / "data.jsonl").exists()
    card = (tmp_path / "saved" / "README.md").read_text(encoding="utf-8")
    assert "24 of 24 rows were trained on." in card
    assert "Not measured on held-out questions." in card


def test_a_prepared_dataset_trains_on_the_same_rows(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path
) -> None:
    prepared = answered.prepare_for_training(framework="transformers", task=QA)
    for name, dataset in (("direct", answered), ("prepared", prepared)):
        trainer = trainer_of(dataset, span_start)
        trainer.update_config(max_steps=1)
        trainer.train(tmp_path / name)
    direct, again = (rows_of(tmp_path / name / "data.jsonl") for name in ("direct", "prepared"))
    assert direct == again


def test_a_dataset_that_was_split_while_prepared_keeps_its_split(
    answered: FeedbackDataset, span_start: Path
) -> None:
    parts = answered.prepare_for_training("transformers", QA, train_size=0.5)
    assert "held_out=12" in repr(trainer_of(parts, span_start))
    with pytest.raises(InvalidInput, match="split already"):
        trainer_of(parts, span_start, train_size=0.5)


def test_records_may_be_filtered_and_limited(answered: FeedbackDataset, span_start: Path) -> None:
    trainer = trainer_of(
        answered, span_start, filter_by={"response_status": "submitted"}, max_records=5
    )
    assert "5 questions" in repr(trainer)


def test_a_folder_that_holds_a_run_is_not_overwritten(
    answered: FeedbackDataset, span_start: Path, tmp_path: Path
) -> None:
    trainer = trainer_of(answered, span_start)
    trainer.update_config(max_steps=1)
    trainer.train(tmp_path / "reader")
    with pytest.raises(Conflict, match=r"already holds a run.*goldspan train sft --resume"):
        trainer.train(tmp_path / "reader")


def test_predicting_before_training_is_refused(answered: FeedbackDataset, span_start: Path) -> None:
    with pytest.raises(NotFound, match="call train"):
        trainer_of(answered, span_start).predict("which colour has the cat ?", "it is red")


def test_as_many_contexts_as_questions_are_wanted(
    answered: FeedbackDataset, span_start: Path
) -> None:
    trainer = trainer_of(answered, span_start)
    with pytest.raises(InvalidInput, match="found 2 and 1"):
        trainer.predict(["which colour ?"], ["it is red", "it is blue"])


def test_an_unknown_setting_is_refused_with_the_known_ones(
    answered: FeedbackDataset, span_start: Path
) -> None:
    trainer = trainer_of(answered, span_start)
    with pytest.raises(InvalidSettings) as caught:
        trainer.update_config(evaluation_strategy="epoch", learning_rte=1e-4)
    message = str(caught.value)
    assert "Did you mean 'learning_rate'?" in message
    assert "num_train_epochs" in message
    assert "evaluation_strategy: transformers renamed it to eval_strategy" in message
    assert trainer.settings.learning_rate == 3e-3


def test_a_setting_of_the_wrong_type_is_refused(
    answered: FeedbackDataset, span_start: Path
) -> None:
    trainer = trainer_of(answered, span_start)
    trainer.update_config(learning_rate="1e-3")
    assert trainer.settings.learning_rate == 1e-3
    with pytest.raises(InvalidSettings, match=r"'max_steps'.*found 'many'"):
        trainer.update_config(max_steps="many")


def test_a_model_is_needed(answered: FeedbackDataset) -> None:
    with pytest.raises(InvalidInput, match="needs a model"):
        GoldspanTrainer(answered, QA, "transformers")


def test_the_old_name_is_the_same_class() -> None:
    assert ArgillaTrainer is GoldspanTrainer
