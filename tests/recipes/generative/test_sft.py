"""Training a tiny generative reader: it learns to answer, to stop, and to go on after a stop."""

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.recipes.generative.toy import SETTINGS, demonstrations, quiet, steps
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from trl.trainer import base_trainer

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import Conflict, InvalidSettings, NothingToTrain, UnusableModel
from goldspan.reader.generative import GenerativeReader
from goldspan.reader.load import load_reader
from goldspan.run.folder import RunFolder
from goldspan.training.generative_sft import train_generative_sft, train_generative_sft_texts
from goldspan.training.preset import build_preset
from goldspan.training.resume import resume_training

TUTORIAL = PromptTemplate(
    "### Question: {question}\n\n### Context: {context}\n\n### Answer:", " {answer}"
)


def texts() -> list[str]:
    return [f"{d.context} {d.question_text} Context: Question: Answer:" for d in demonstrations()]


def test_the_reader_learns_its_answers_and_when_to_stop(sft_run: Path) -> None:
    folder = RunFolder(sft_run)
    losses = steps(folder)
    assert losses[max(losses)] < 0.1 * losses[1]
    reader = load_reader(sft_run)
    assert isinstance(reader, GenerativeReader)
    questions = [(d.question_text, [d.context]) for d in demonstrations()]
    answers = [answer.text for (answer,) in reader.answer_many(questions)]
    assert answers == [d.gold_texts[0] for d in demonstrations()]
    assert all(one.stopped for (one,) in reader.completions(questions))


def test_the_saved_folder_is_a_plain_one_with_template_and_lengths(sft_run: Path) -> None:
    model_dir = sft_run / "model"
    model = AutoModelForCausalLM.from_pretrained(model_dir)
    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    config = GenerationConfig.from_pretrained(model_dir)
    assert model.config.max_position_embeddings == 1024
    assert (config.pad_token_id, config.eos_token_id) == (
        tokenizer.pad_token_id,
        tokenizer.eos_token_id,
    )
    assert config.pad_token_id != config.eos_token_id
    reader = GenerativeReader.from_pretrained(sft_run)
    assert reader.template == PromptTemplate()
    assert (reader.config.max_length, reader.config.max_new_tokens) == (96, 16)
    assert not list(model_dir.glob("*.bin"))


def test_the_report_says_what_was_learnt_and_how_it_answers(sft_run: Path) -> None:
    report = RunFolder(sft_run).report()
    assert report["loss_on"] == "answers"
    assert report["rows"] == {"given": 12, "kept": 12, "dropped": {}, "windows": 12}
    assert report["template"]["prompt"] == PromptTemplate().prompt
    assert report["evaluation"]["exact_match"]["mean"] == 100.0
    assert report["evaluation"]["warnings"] == []
    assert report["evaluation"]["samples"][0]["completions"] == [" red"]
    assert report["trained"]["parameters"] == report["trained"]["trainable"]
    assert report["settings"]["report_to"] == []


def test_a_reader_that_does_not_stop_is_warned_about(tmp_path: Path) -> None:
    output = tmp_path / "run"
    seen: list[str] = []
    settings = replace(SETTINGS, max_steps=1, learning_rate=1e-6)
    train_generative_sft(
        "tiny-gpt2",
        demonstrations(),
        output,
        settings,
        on_event=lambda kind, values: seen.append(kind),
    )
    warnings = RunFolder(output).report()["evaluation"]["warnings"]
    assert seen.count("warning") == len(warnings) > 0
    assert "does not end its answer" in warnings[0] or "writes nothing" in warnings[0]


@pytest.mark.parametrize("step", [4])
def test_after_ctrl_c_the_rest_of_the_run_has_the_same_losses(tmp_path: Path, step: int) -> None:
    settings = replace(SETTINGS, num_train_epochs=2)
    rows = demonstrations()
    whole = train_generative_sft("tiny-qwen3", rows, tmp_path / "whole", settings, on_event=quiet)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == step - 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    stopped = train_generative_sft("tiny-qwen3", rows, output, settings, on_event=interrupt)
    assert (stopped.interrupted, stopped.steps) == (True, step)
    resumed = resume_training(output, on_event=quiet)
    assert (resumed.interrupted, resumed.steps) == (False, 6)
    assert steps(resumed.folder) == steps(whole.folder)
    one, other = (AutoModelForCausalLM.from_pretrained(r.model_dir) for r in (whole, resumed))
    assert all((a == b).all() for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_a_batch_of_eight_trains_as_eight_batches_of_one(tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=3, seed=3)
    shapes = {"eight": (8, 1), "ones": (1, 8)}
    trained = []
    for name, (batch, accumulated) in shapes.items():
        shaped = replace(
            settings,
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=accumulated,
        )
        rows = demonstrations(8)
        result = train_generative_sft("tiny-gpt2", rows, tmp_path / name, shaped, on_event=quiet)
        trained.append((steps(result.folder), result.model_dir))
    assert list(trained[0][0].values()) == pytest.approx(list(trained[1][0].values()), abs=1e-5)
    one, other = (AutoModelForCausalLM.from_pretrained(folder) for _, folder in trained)
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-4)


def test_padding_that_is_the_end_token_is_replaced_by_a_token_of_its_own(tmp_path: Path) -> None:
    model, tokenizer = build_preset("tiny-gpt2", texts(), seed=1)
    tokenizer.pad_token = tokenizer.eos_token
    rows_before = model.get_input_embeddings().num_embeddings
    result = train_generative_sft(
        model,
        demonstrations(),
        tmp_path / "run",
        replace(SETTINGS, max_steps=1),
        tokenizer=tokenizer,
        on_event=quiet,
    )
    assert tokenizer.pad_token == tokenizer.eos_token
    saved = AutoTokenizer.from_pretrained(result.model_dir)
    config = GenerationConfig.from_pretrained(result.model_dir)
    assert saved.pad_token_id == config.pad_token_id == rows_before
    loaded = AutoModelForCausalLM.from_pretrained(result.model_dir)
    assert loaded.get_input_embeddings().num_embeddings == rows_before + 1


def test_spare_embedding_rows_are_kept_and_used_for_padding(tmp_path: Path) -> None:
    model, tokenizer = build_preset("tiny-llama", texts(), seed=1)
    tokenizer.pad_token = None
    model.resize_token_embeddings(len(tokenizer) + 50, mean_resizing=False)
    settings = replace(SETTINGS, max_steps=1)
    result = train_generative_sft(
        model,
        demonstrations(),
        tmp_path / "run",
        settings,
        tokenizer=tokenizer,
        on_event=quiet,
    )
    loaded = AutoModelForCausalLM.from_pretrained(result.model_dir)
    assert loaded.get_input_embeddings().num_embeddings == len(tokenizer) + 50


def test_a_model_object_is_trained_in_place_and_its_run_resumes_from_its_own_copy(
    tmp_path: Path,
) -> None:
    model, tokenizer = build_preset("tiny-gpt2", texts(), seed=1)
    before = model.transformer.h[0].attn.c_attn.weight.detach().clone()
    settings = replace(SETTINGS, max_steps=2)
    result = train_generative_sft(
        model, demonstrations(), tmp_path / "run", settings, tokenizer=tokenizer, on_event=quiet
    )
    assert not torch.equal(model.transformer.h[0].attn.c_attn.weight.detach(), before)
    kept = AutoModelForCausalLM.from_pretrained(result.folder.root / "start")
    assert torch.equal(kept.transformer.h[0].attn.c_attn.weight, before)
    assert model.config._name_or_path == str(result.model_dir)


def test_a_further_training_keeps_the_template_of_the_first(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=1, learning_rate=1e-5)
    first = train_generative_sft(
        sft_run, demonstrations(), tmp_path / "a", settings, template=TUTORIAL, on_event=quiet
    )
    second = train_generative_sft(
        first.folder.root, demonstrations(), tmp_path / "b", settings, on_event=quiet
    )
    assert GenerativeReader.from_pretrained(second.model_dir).template == TUTORIAL


def test_the_model_may_lie_in_the_runs_own_folder(tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=1)
    output = tmp_path / "sft_model"
    train_generative_sft(
        "tiny-gpt2", demonstrations(), output, settings, model_at_root=True, on_event=quiet
    )
    AutoModelForCausalLM.from_pretrained(output)
    assert load_reader(output).answer("Who?", ["The cat."])


def test_lora_trains_a_small_part_and_saves_a_merged_model_beside_its_adapter(
    sft_run: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, max_steps=3, use_peft=True, lora_r=2, learning_rate=1e-2)
    result = train_generative_sft(
        sft_run, demonstrations(), tmp_path / "run", settings, on_event=quiet
    )
    report = result.folder.report()
    assert 0 < report["trained"]["trainable"] < 0.2 * report["trained"]["parameters"]
    merged = AutoModelForCausalLM.from_pretrained(result.model_dir)
    start = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    assert type(merged) is type(start)
    names = [name for name, _ in start.named_parameters()]
    changed = [
        name
        for name in names
        if not torch.equal(merged.get_parameter(name), start.get_parameter(name))
    ]
    assert changed
    assert not [name for name in changed if "wte" in name or "ln" in name]
    adapter = json.loads((result.folder.root / "adapter" / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == str(sft_run / "model")


def test_an_adapter_on_the_output_layer_is_refused_before_a_run_begins(
    sft_run: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, use_peft=True, lora_target_modules=("c_attn", "lm_head"))
    with pytest.raises(InvalidSettings, match="names the output layer 'lm_head'"):
        train_generative_sft(sft_run, demonstrations(), tmp_path / "run", settings)
    assert not (tmp_path / "run").exists()


def test_a_lora_run_resumes_with_equal_losses(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(SETTINGS, max_steps=4, use_peft=True, lora_r=2, lora_dropout=0.1)
    rows = demonstrations()
    whole = train_generative_sft(sft_run, rows, tmp_path / "whole", settings, on_event=quiet)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    assert train_generative_sft(sft_run, rows, output, settings, on_event=interrupt).interrupted
    assert steps(resume_training(output, on_event=quiet).folder) == steps(whole.folder)


def test_texts_are_learnt_whole_and_the_report_says_so(tmp_path: Path) -> None:
    settings = replace(SETTINGS, num_train_epochs=2)
    result = train_generative_sft_texts(
        "tiny-gpt2", texts(), tmp_path / "run", settings, on_event=quiet
    )
    report = result.folder.report()
    assert (report["loss_on"], report["template"]) == ("all tokens", None)
    losses = steps(result.folder)
    assert losses[max(losses)] < losses[1]
    with pytest.raises(UnusableModel, match="pass template="):
        load_reader(tmp_path / "run")


def test_texts_resume_too(tmp_path: Path) -> None:
    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "run"
    train_generative_sft_texts("tiny-gpt2", texts(), output, SETTINGS, on_event=interrupt)
    resumed = resume_training(output, on_event=quiet)
    assert (resumed.interrupted, sorted(steps(resumed.folder))) == (False, list(range(1, 10)))


def test_nothing_to_train_on_leaves_no_run_behind(tmp_path: Path) -> None:
    long = Demonstration("1", "Who?", "The cat.", (Answer("one two " * 20),))
    with pytest.raises(NothingToTrain, match="1 whose answer is longer than max_new_tokens"):
        train_generative_sft("tiny-gpt2", [long], tmp_path / "run", SETTINGS, on_event=quiet)
    assert not (tmp_path / "run").exists()


def test_a_run_is_never_overwritten(sft_run: Path) -> None:
    before = (sft_run / "data.jsonl").read_bytes()
    with pytest.raises(Conflict, match="already holds a run"):
        train_generative_sft("tiny-gpt2", demonstrations(2), sft_run, SETTINGS, on_event=quiet)
    assert (sft_run / "data.jsonl").read_bytes() == before


def test_a_model_object_without_a_tokenizer_says_what_to_pass(tmp_path: Path) -> None:
    model, _ = build_preset("tiny-gpt2", texts(), seed=1)
    with pytest.raises(UnusableModel, match="pass tokenizer="):
        train_generative_sft(model, demonstrations(), tmp_path / "run", SETTINGS, on_event=quiet)


def test_a_model_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match="expected a causal language model, found Linear"):
        train_generative_sft(
            torch.nn.Linear(2, 2), demonstrations(), tmp_path / "run", SETTINGS, on_event=quiet
        )


def test_adapters_in_pickles_or_without_a_base_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    folder.mkdir()
    config = {"peft_type": "LORA", "base_model_name_or_path": None}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "adapter_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(UnusableModel, match="safetensors only"):
        train_generative_sft(folder, demonstrations(), tmp_path / "run", SETTINGS)
    (folder / "adapter_model.safetensors").write_bytes(b"")
    with pytest.raises(UnusableModel, match="does not say which model it belongs to"):
        train_generative_sft(folder, demonstrations(), tmp_path / "run", SETTINGS)


def test_sharing_prefixes_changes_no_loss(tmp_path: Path) -> None:
    # Three questions about each of four passages, all twelve in one batch.
    rows = [
        replace(one, id=f"{one.id}-{number}", question_text=f"{one.question_text} {number}")
        for one in demonstrations(4)
        for number in range(3)
    ]
    losses = []
    for shared in (True, False):
        settings = replace(
            SETTINGS, max_steps=3, per_device_train_batch_size=12, share_prefixes=shared
        )
        run = tmp_path / str(shared)
        result = train_generative_sft("tiny-llama", rows, run, settings, on_event=quiet)
        assert result.folder.report()["prefixes_shared"] is shared
        losses.append(list(steps(result.folder).values()))
        computed = steps(result.folder, "num_tokens_computed")[3]
        assert (computed < 0.7 * steps(result.folder, "num_tokens")[3]) is shared
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


def test_batches_can_be_filled_by_tokens_instead_of_rows(tmp_path: Path) -> None:
    settings = replace(
        SETTINGS, num_train_epochs=1, per_device_train_batch_size=1, tokens_per_batch=100_000
    )
    run = tmp_path / "run"
    result = train_generative_sft("tiny-gpt2", demonstrations(), run, settings, on_event=quiet)
    assert (result.rows.kept > 1, result.steps) == (True, 1)


def test_nothing_is_reported_to_the_makers_of_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(base_trainer, "send_telemetry", lambda **what: sent.append(what))
    monkeypatch.delenv("CI", raising=False)
    settings = replace(SETTINGS, max_steps=1)
    result = train_generative_sft(
        "tiny-gpt2", demonstrations(), tmp_path / "run", settings, on_event=quiet
    )
    assert sent == []
    cards = list(result.folder.root.rglob("README.md"))
    assert cards == [result.model_dir / "README.md"]  # ours; the trainer's own is not written
    assert "generated_from_trainer" not in cards[0].read_text(encoding="utf-8")


@pytest.mark.skipif(torch.cuda.is_available(), reason="says what is missing without CUDA")
def test_weights_of_four_bits_are_refused_where_nothing_computes_with_them(
    sft_run: Path, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, use_peft=True, load_in_4bit=True)
    with pytest.raises(InvalidSettings, match="needs a CUDA device"):
        train_generative_sft(sft_run, demonstrations(), tmp_path / "run", settings)
    with pytest.raises(InvalidSettings, match="fresh weights"):
        train_generative_sft("tiny-gpt2", demonstrations(), tmp_path / "run", settings)
    with pytest.raises(InvalidSettings, match="needs use_peft=True"):
        replace(SETTINGS, load_in_4bit=True)
    assert not (tmp_path / "run").exists()
