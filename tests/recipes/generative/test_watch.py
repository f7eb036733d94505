"""Held-out questions while a tiny reader is trained."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.recipes.generative.toy import SETTINGS, demonstrations, pairs, quiet, steps
from transformers import AutoModelForCausalLM

from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidSettings
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.load import load_reader
from goldspan.run.folder import RunFolder
from goldspan.training.generative_dpo import train_generative_dpo
from goldspan.training.generative_settings import GenerativeDPOSettings
from goldspan.training.generative_sft import train_generative_sft
from goldspan.training.watch import Quiz


def held_out_events(folder: RunFolder) -> list[dict[str, float]]:
    return [event for event in folder.events() if event["kind"] == "held_out"]


def test_questions_asked_on_the_way_change_nothing_of_the_training(tmp_path: Path) -> None:
    rows = demonstrations()
    settings = replace(SETTINGS, max_steps=6)
    apart = train_generative_sft("tiny-gpt2", rows, tmp_path / "a", settings, on_event=quiet)
    watched = train_generative_sft(
        "tiny-gpt2",
        rows,
        tmp_path / "b",
        replace(settings, eval_steps=2),
        held_out=rows,
        on_event=quiet,
    )
    assert steps(apart.folder) == steps(watched.folder)
    found = held_out_events(watched.folder)
    assert [event["step"] for event in found] == [2, 4, 6]
    assert found[-1]["loss"] < found[0]["loss"]
    curve = watched.folder.report()["curves"]["held_out/loss"]
    assert curve == [[event["step"], event["loss"]] for event in found]


def test_a_training_that_gains_nothing_more_ends_and_keeps_its_best_weights(
    sft_run: Path, tmp_path: Path
) -> None:
    # It knows everything by heart at the start; so fast a training can only make it worse.
    rows = demonstrations()
    settings = replace(
        SETTINGS,
        learning_rate=3e-2,
        max_steps=40,
        eval_steps=1,
        early_stopping_patience=3,
        save_total_limit=1,
    )
    result = train_generative_sft(
        sft_run / "model", rows, tmp_path / "run", settings, held_out=rows, on_event=quiet
    )
    report = result.folder.report()
    assert result.steps == report["best_step"] + 3 < 40
    assert not result.interrupted
    best = max(held_out_events(result.folder), key=lambda event: event["f1"])
    assert best["step"] == report["best_step"]
    # The saved model is the best one: asked again, it scores what was measured then.
    assert report["evaluation"]["f1"]["mean"] == pytest.approx(100 * best["f1"])


def test_the_quiz_gives_the_loss_that_training_has(sft_run: Path) -> None:
    reader = load_reader(sft_run)
    model = AutoModelForCausalLM.from_pretrained(sft_run / "model").train()
    rows = demonstrations()
    tokenizer = reader._prompter.tokenizer  # type: ignore[attr-defined]
    config = GenerativeReaderConfig.load(sft_run / "model")
    quiz = Quiz(model, tokenizer, PromptTemplate(), config, rows)
    figures = quiz()
    assert model.training
    assert figures["f1"] == figures["exact_match"] == 1.0
    total, tokens = 0.0, 0
    model.eval()
    for row in quiz._rows:
        ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
        scored = int((labels != -100).sum())
        with torch.no_grad():
            total += float(model(ids, labels=labels).loss) * scored
        tokens += scored
    assert figures["loss"] == pytest.approx(total / tokens, abs=1e-4)


def test_dpo_asks_too_and_writes_page_and_card(sft_run: Path, tmp_path: Path) -> None:
    settings = GenerativeDPOSettings(
        learning_rate=1e-3,
        max_steps=2,
        eval_steps=1,
        per_device_train_batch_size=4,
        logging_steps=1,
    )
    result = train_generative_dpo(
        sft_run, pairs(), tmp_path / "run", settings, held_out=demonstrations(), on_event=quiet
    )
    assert [event["step"] for event in held_out_events(result.folder)] == [1, 2]
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Log-probability of the answers" in page
    card = (tmp_path / "run" / "model" / "README.md").read_text(encoding="utf-8")
    assert "1 annotators judged" in card
    assert result.folder.spec.data_hash in card


def test_stopping_early_without_anything_to_stop_by_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="eval_steps"):
        replace(SETTINGS, early_stopping_patience=2)
    settings = replace(SETTINGS, early_stopping_patience=2, eval_steps=0.5)
    with pytest.raises(InvalidSettings, match="train_size"):
        train_generative_sft("tiny-gpt2", demonstrations(), tmp_path / "run", settings)


def test_a_tracker_that_is_not_there_is_named_before_anything_is_loaded() -> None:
    with pytest.raises(InvalidSettings, match="'sheets'"):
        replace(SETTINGS, report_to=("sheets",))
