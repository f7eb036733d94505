"""The trainer on preferences, with the span reader: what people chose is what is trained on."""

import json
from pathlib import Path
from typing import Any

import pytest

from goldspan.errors import InvalidInput
from goldspan.feedback import GoldspanTrainer, TrainingTask
from goldspan.sdk.dataset import FeedbackDataset

CHOICES = TrainingTask.for_direct_preference_optimization()
LENGTHS = {"max_length": 64, "max_question_length": 16, "doc_stride": 8}


@pytest.fixture
def sft(answered: FeedbackDataset, span_start: Path, tmp_path: Path) -> Path:
    trainer = GoldspanTrainer(
        answered,
        TrainingTask.for_question_answering(),
        "transformers",
        model=span_start,
        framework_kwargs={**LENGTHS, "max_steps": 20, "learning_rate": 3e-3},
    )
    trainer.train(tmp_path / "sft")
    return tmp_path / "sft"


def pairs_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "data.jsonl").read_text("utf-8").splitlines()]


def test_the_trained_pairs_are_the_annotators_choices(
    judged: FeedbackDataset, sft: Path, tmp_path: Path
) -> None:
    trainer = GoldspanTrainer(judged, CHOICES, "transformers", model=sft)
    trainer.update_config(max_steps=3)
    trainer.train(tmp_path / "dpo")
    rows = pairs_of(tmp_path / "dpo")
    trained = [(row["chosen"]["text"], row["rejected"]["text"]) for row in rows]
    wanted = []
    for record in judged.records:
        first = record.responses[0].values["preference"].value[0]["value"]
        second = {"response1": "response2", "response2": "response1"}[first]
        wanted.append((record.fields[first], record.fields[second]))
    assert trained == wanted
    assert all(row["annotators"] == ["u1"] for row in rows)


def test_held_out_preferences_score_what_people_preferred(
    judged: FeedbackDataset, sft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = GoldspanTrainer(judged, CHOICES, "transformers", model=sft, train_size=0.75)
    trainer.update_config(max_steps=3)
    trainer.train(tmp_path / "dpo")
    printed = capsys.readouterr().out
    assert "training on 9 preference pairs" in printed
    assert "held out: 3 questions" in printed
    assert "before not measured" not in printed


def test_a_function_that_ignores_the_choices_is_warned_about(
    judged: FeedbackDataset, sft: Path
) -> None:
    task = TrainingTask.for_direct_preference_optimization(
        lambda row: (f"{row['prompt']} {row['context']}", row["response1"], row["response2"])
    )
    with pytest.warns(UserWarning, match="12 of 12 records hold a submitted choice"):
        GoldspanTrainer(judged, task, "transformers", model=sft)


def test_the_seeds_learning_rate_is_warned_about_where_it_is_set(
    judged: FeedbackDataset, sft: Path
) -> None:
    trainer = GoldspanTrainer(judged, CHOICES, "transformers", model=sft)
    with pytest.warns(UserWarning, match="400 times the default") as caught:
        trainer.update_config(learning_rate=2e-2)
    assert caught[0].filename == __file__
    assert trainer.settings.learning_rate == 2e-2


def test_prompts_that_are_no_question_and_context_cannot_train_the_span_reader(
    judged: FeedbackDataset, sft: Path
) -> None:
    task = TrainingTask.for_direct_preference_optimization(
        lambda row: (row["prompt"].upper(), row["response1"], row["response2"])
    )
    with pytest.raises(InvalidInput, match="gives whole texts or prompts"):
        GoldspanTrainer(judged, task, "transformers", model=sft)


def test_questions_that_the_reader_was_trained_on_before_are_counted(
    judged: FeedbackDataset, sft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trainer = GoldspanTrainer(judged, CHOICES, "transformers", model=sft)
    trainer.update_config(max_steps=1)
    trainer.train(tmp_path / "dpo")
    line = f"12 of the 12 are about questions that {sft} was trained on"
    assert line in capsys.readouterr().out
