"""Training a tiny generative reader on preferences."""

import json
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from tests.recipes.generative.toy import SETTINGS as SFT
from tests.recipes.generative.toy import demonstrations, pairs, quiet, steps
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig

from goldspan.domain.demonstration import Answer
from goldspan.domain.prompt import TEMPLATE_FILE, PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import (
    InvalidSettings,
    NothingToTrain,
    ReferenceMismatch,
    TemplateMismatch,
    UnusableModel,
)
from goldspan.reader.generative import GenerativeReader
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter
from goldspan.training.arguments import trainer_arguments
from goldspan.training.generative_dpo import require_zero, train_generative_dpo
from goldspan.training.generative_rows import LONG_REJECTED, NO_WINDOW, pair_rows
from goldspan.training.generative_settings import GenerativeDPOSettings
from goldspan.training.generative_sft import train_generative_sft
from goldspan.training.preference_trainer import PreferenceTrainer
from goldspan.training.preset import build_preset
from goldspan.training.resume import resume_training

DPO = GenerativeDPOSettings(
    learning_rate=1e-3,
    lr_scheduler_type="constant",
    warmup_ratio=0.0,
    per_device_train_batch_size=4,
    logging_steps=1,
)
ONE_STEP = replace(DPO, max_steps=1)
OTHER = PromptTemplate("Question: {question} Context: {context}")


def largest_margin(run: Path) -> float:
    report = json.loads((run / "report.json").read_text())
    assert report["start_margins"]["pairs"] == 8
    largest: float = report["start_margins"]["largest"]
    return largest


def test_preferences_are_learnt_and_told_step_by_step(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(DPO, num_train_epochs=6)
    result = train_generative_dpo(sft_run, pairs(), tmp_path / "run", settings, on_event=quiet)
    accuracy = steps(result.folder, "rewards/accuracies")
    margin = steps(result.folder, "rewards/margins")
    assert (result.steps, accuracy[12]) == (12, 1.0)
    assert margin[12] > 0.5 > abs(margin[1])
    figures = result.folder.report()["evaluation"]["preferences"]
    assert figures["reward_accuracy"] == 1.0
    assert figures["logps_rejected"] < figures["start_logps_rejected"]
    assert set(steps(result.folder, "logps/chosen")) == set(range(1, 13))
    assert set(steps(result.folder, "logps/rejected")) == set(range(1, 13))
    reader = GenerativeReader.from_pretrained(tmp_path / "run")
    assert reader.template == PromptTemplate()
    assert reader.config.max_length == SFT.max_length


def test_on_a_folder_the_reference_is_what_training_starts_from(
    sft_run: Path, tmp_path: Path
) -> None:
    for number, model in enumerate((sft_run, str(sft_run / "model"))):
        run = tmp_path / str(number)
        result = train_generative_dpo(
            model, pairs(), run, replace(ONE_STEP, loss_type=("sigmoid",)), on_event=quiet
        )
        assert largest_margin(run) < 1e-3
        assert result.final_loss == pytest.approx(log(2), abs=1e-3)


def test_on_a_fresh_object_the_reference_is_the_object_not_what_it_was_loaded_from(
    sft_run: Path, tmp_path: Path
) -> None:
    # Loaded from the SFT folder, then trained further: the folder's weights are not its own.
    model = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    settings = replace(SFT, max_steps=3)
    train_generative_sft(model, demonstrations(), tmp_path / "sft", settings, on_event=quiet)
    result = train_generative_dpo(
        model, pairs(), tmp_path / "dpo", replace(ONE_STEP, loss_type=("sigmoid",)), on_event=quiet
    )
    assert largest_margin(tmp_path / "dpo") < 1e-3
    assert result.final_loss == pytest.approx(log(2), abs=1e-3)
    moved = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    moved.config._name_or_path = str(tmp_path / "sft" / "model")
    with torch.no_grad():
        moved.transformer.wte.weight.mul_(1.1)
    train_generative_dpo(moved, pairs(), tmp_path / "moved", ONE_STEP, on_event=quiet)
    assert largest_margin(tmp_path / "moved") < 1e-3


def test_on_an_adapter_the_reference_is_the_adapter(sft_run: Path, tmp_path: Path) -> None:
    lora = replace(SFT, max_steps=5, use_peft=True, lora_r=4, learning_rate=1e-2)
    sft = train_generative_sft(sft_run, demonstrations(), tmp_path / "sft", lora, on_event=quiet)
    adapter = sft.folder.root / "adapter"
    result = train_generative_dpo(adapter, pairs(), tmp_path / "dpo", ONE_STEP, on_event=quiet)
    assert largest_margin(tmp_path / "dpo") < 1e-3
    assert result.folder.report()["trained"]["trainable"] < 40_000
    # The saved model is the adapter merged into its base: nothing of it is lost.
    merged = AutoModelForCausalLM.from_pretrained(sft.model_dir)
    base = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    with_adapter = PeftModel.from_pretrained(base, str(adapter))
    ids = torch.tensor([[5, 6, 7]])
    assert torch.allclose(merged(ids).logits, with_adapter(ids).logits, atol=1e-4)
    assert not (tmp_path / "dpo" / "adapter" / "ref").exists()


def test_new_adapters_on_an_sft_folder_start_from_it(sft_run: Path, tmp_path: Path) -> None:
    settings = replace(ONE_STEP, use_peft=True, lora_r=4)
    train_generative_dpo(sft_run, pairs(), tmp_path / "dpo", settings, on_event=quiet)
    assert largest_margin(tmp_path / "dpo") < 1e-3


def test_an_adapter_object_is_trained_and_its_run_can_begin_again(
    sft_run: Path, tmp_path: Path
) -> None:
    base = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    model = get_peft_model(base, LoraConfig(r=2, target_modules=["c_attn"], fan_in_fan_out=True))
    train_generative_dpo(model, pairs(), tmp_path / "dpo", ONE_STEP, on_event=quiet)
    assert largest_margin(tmp_path / "dpo") < 1e-3
    again = tmp_path / "again"
    train_generative_dpo(tmp_path / "dpo" / "start", pairs(), again, ONE_STEP, on_event=quiet)
    assert steps(load(again)) == steps(load(tmp_path / "dpo"))


def load(run: Path) -> Any:
    from goldspan.run.folder import RunFolder

    return RunFolder(run)


def make_trainer(sft_run: Path, where: Path, settings: GenerativeDPOSettings, **own: Any) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(sft_run / "model")
    config = GenerativeReaderConfig.load(sft_run / "model")
    made, _, _ = pair_rows(pairs(), Prompter(tokenizer, PromptTemplate(), config))
    rows = [{"label_smoothing": 0.0, "weight": 1.0, **row, **own} for row in made]
    return PreferenceTrainer(
        rows,
        reference_path=where / "reference.json",
        own_loss=bool(own),
        on_pairs=lambda *_: None,
        model=AutoModelForCausalLM.from_pretrained(sft_run / "model"),
        processing_class=tokenizer,
        args=DPOConfig(
            beta=settings.beta,
            loss_type=list(settings.loss_type),
            loss_weights=list(settings.weights),
            label_smoothing=settings.label_smoothing,
            max_length=None,
            precompute_ref_log_probs=True,
            **trainer_arguments(settings, where),
        ),
    )


def test_a_reference_of_other_weights_is_found_before_the_first_step(
    sft_run: Path, tmp_path: Path
) -> None:
    trainer = make_trainer(sft_run, tmp_path, DPO)
    require_zero(trainer.start_margins(), "the reference")
    with torch.no_grad():
        trainer.model.transformer.wte.weight.mul_(1.1)
    with pytest.raises(ReferenceMismatch, match=r"of 8 are not.*'the reference', is not what"):
        require_zero(trainer.start_margins(), "the reference")


def loss_of(trainer: Any) -> tuple[float, dict[str, float]]:
    """The loss of all pairs after the policy has moved, and the gradient's norm by weight."""
    with torch.no_grad():
        trainer.model.transformer.h[0].mlp.c_fc.weight.mul_(1.3)
    batch = trainer.data_collator([trainer.train_dataset[i] for i in range(8)])
    trainer.model.train()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    norms = {
        name: float(each.grad.norm())
        for name, each in trainer.model.named_parameters()
        if each.grad is not None
    }
    return float(loss.detach()), norms


@pytest.mark.parametrize(
    "loss_type",
    [("sigmoid",), ("hinge",), ("ipo",), ("sigmoid_norm",), ("sft",), ("sigmoid", "sft")],
    ids="+".join,
)
def test_without_smoothing_and_weights_the_own_loss_is_trls(
    sft_run: Path, tmp_path: Path, loss_type: tuple[str, ...]
) -> None:
    weights = (1.0, 0.3)[: len(loss_type)]
    settings = replace(DPO, loss_type=loss_type, loss_weights=weights)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    theirs, their_norms = loss_of(make_trainer(sft_run, tmp_path / "a", settings))
    own = make_trainer(sft_run, tmp_path / "b", settings, weight=1.0)
    ours, our_norms = loss_of(own)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert our_norms == pytest.approx(their_norms, abs=1e-5)


def test_smoothing_and_weight_of_a_pair_change_its_loss_as_worked_by_hand(
    sft_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    settings = replace(DPO, loss_type=("sigmoid",))
    plain = make_trainer(sft_run, tmp_path / "a", settings, weight=1.0)
    smoothed = make_trainer(sft_run, tmp_path / "b", settings, weight=2.0, label_smoothing=0.3)
    loss_of(plain)
    margins = plain.start_margins().double()
    by_hand = -(0.7 * torch.nn.functional.logsigmoid(margins)).mean()
    by_hand -= (0.3 * torch.nn.functional.logsigmoid(-margins)).mean()
    assert loss_of(smoothed)[0] == pytest.approx(2 * float(by_hand), abs=1e-5)


def test_the_own_robust_loss_is_trls_at_one_smoothing_for_all(
    sft_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    settings = replace(DPO, loss_type=("robust",), label_smoothing=0.1)
    theirs, their_norms = loss_of(make_trainer(sft_run, tmp_path / "a", settings))
    own = make_trainer(sft_run, tmp_path / "b", settings, weight=1.0, label_smoothing=0.1)
    ours, our_norms = loss_of(own)
    assert ours == pytest.approx(theirs, abs=1e-6)
    assert our_norms == pytest.approx(their_norms, abs=1e-5)


def test_ties_are_left_out_or_learnt_by_the_model_that_was_asked_for(
    sft_run: Path, tmp_path: Path
) -> None:
    tied = [replace(pair, tie=True) for pair in pairs()]
    decided = replace(ONE_STEP, loss_type=("sigmoid",))
    with pytest.raises(NothingToTrain, match="8 in which people found both answers equally good"):
        train_generative_dpo(sft_run, tied, tmp_path / "none", decided)
    for model in ("davidson", "rao_kupper"):
        settings = replace(decided, ties=model)
        run = train_generative_dpo(sft_run, tied, tmp_path / model, settings, on_event=quiet)
        # Before the first step both answers are equally good, and half of such pairs tie.
        assert run.final_loss == pytest.approx(log(2), abs=1e-3)


def test_ties_keep_two_answers_together_that_a_preference_drives_apart(
    sft_run: Path, tmp_path: Path
) -> None:
    tied = [replace(pair, tie=True) for pair in pairs()]
    settings = replace(DPO, loss_type=("sigmoid",), max_steps=8, ties="davidson")
    margins = {}
    for name, some in (("tied", tied), ("preferred", pairs())):
        run = train_generative_dpo(sft_run, some, tmp_path / name, settings, on_event=quiet)
        margins[name] = run.folder.report()["evaluation"]["preferences"]["reward_margin"]
    assert abs(margins["tied"]) < 0.2 < margins["preferred"]


def test_label_smoothing_is_not_silently_ignored(sft_run: Path, tmp_path: Path) -> None:
    final = []
    for number, smoothing in enumerate((0.0, 0.3)):
        settings = replace(DPO, max_steps=4, label_smoothing=smoothing, loss_type=("sigmoid",))
        run = tmp_path / str(number)
        final.append(
            train_generative_dpo(sft_run, pairs(), run, settings, on_event=quiet).final_loss
        )
    assert final[1] > final[0] + 0.01


def test_pairs_of_their_own_smoothing_need_a_loss_that_knows_it(
    sft_run: Path, tmp_path: Path
) -> None:
    unsure = [replace(pair, label_smoothing=0.25) for pair in pairs()]
    with pytest.raises(InvalidSettings, match="'apo_zero' cannot take into account"):
        train_generative_dpo(
            sft_run, unsure, tmp_path / "run", replace(ONE_STEP, loss_type=("apo_zero",))
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("loss_type", ["apo_zero", "robust"])
def test_trls_other_losses_train_too(sft_run: Path, tmp_path: Path, loss_type: str) -> None:
    settings = replace(ONE_STEP, loss_type=(loss_type,))
    run = train_generative_dpo(sft_run, pairs(), tmp_path / "run", settings, on_event=quiet)
    assert run.steps == 1


def test_chosen_answers_that_become_less_likely_are_warned_about_and_the_anchor_holds_them(
    sft_run: Path, tmp_path: Path
) -> None:
    warned = {}
    for loss_type in (("sigmoid",), ("sigmoid", "sft")):
        settings = replace(DPO, max_steps=8, learning_rate=5e-3, loss_type=loss_type)
        run = tmp_path / "+".join(loss_type)
        result = train_generative_dpo(sft_run, pairs(4), run, settings, on_event=quiet)
        evaluation = result.folder.report()["evaluation"]
        assert evaluation["preferences"]["reward_accuracy"] == 1.0
        warned[loss_type] = any("have become less likely" in w for w in evaluation["warnings"])
    assert warned == {("sigmoid",): True, ("sigmoid", "sft"): False}


def test_a_batch_of_eight_trains_as_eight_batches_of_one(sft_run: Path, tmp_path: Path) -> None:
    weighed = [replace(p, weight=1.0 + i, label_smoothing=0.05 * i) for i, p in enumerate(pairs())]
    losses = []
    for name, (batch, accumulated) in {"eight": (8, 1), "ones": (1, 8)}.items():
        settings = replace(
            DPO,
            max_steps=3,
            loss_type=("sigmoid",),
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=accumulated,
        )
        run = train_generative_dpo(sft_run, weighed, tmp_path / name, settings, on_event=quiet)
        losses.append(list(steps(run.folder).values()))
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)


@pytest.mark.parametrize("use_peft", [False, True], ids=["full", "lora"])
def test_after_ctrl_c_the_rest_of_the_run_has_the_same_losses(
    sft_run: Path, tmp_path: Path, use_peft: bool
) -> None:
    settings = replace(DPO, num_train_epochs=2, use_peft=use_peft, lora_r=2)
    unsure = [replace(pair, label_smoothing=0.1) for pair in pairs()]
    model = AutoModelForCausalLM.from_pretrained(sft_run / "model")
    whole = train_generative_dpo(sft_run, unsure, tmp_path / "whole", settings, on_event=quiet)

    def interrupt(kind: str, values: Mapping[str, Any]) -> None:
        if kind == "step" and values["step"] == 1:
            os.kill(os.getpid(), signal.SIGINT)

    output = tmp_path / "stopped"
    stopped = train_generative_dpo(model, unsure, output, settings, on_event=interrupt)
    assert (stopped.interrupted, stopped.steps) == (True, 2)
    resumed = resume_training(output, on_event=quiet)
    assert (resumed.interrupted, resumed.steps) == (False, 4)
    assert steps(resumed.folder) == steps(whole.folder)
    assert largest_margin(output) < 1e-3


def test_another_prompt_than_the_checkpoints_is_refused_with_both_shown(
    sft_run: Path, tmp_path: Path
) -> None:
    with pytest.raises(TemplateMismatch) as raised:
        train_generative_dpo(sft_run, pairs(), tmp_path / "run", ONE_STEP, template=OTHER)
    assert repr(OTHER.prompt) in str(raised.value)
    assert repr(PromptTemplate().prompt) in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_another_prompt_may_be_allowed(sft_run: Path, tmp_path: Path) -> None:
    result = train_generative_dpo(
        sft_run,
        pairs(),
        tmp_path / "run",
        ONE_STEP,
        template=OTHER,
        allow_other_prompt=True,
        on_event=quiet,
    )
    saved = PromptTemplate.from_json((result.model_dir / TEMPLATE_FILE).read_text())
    assert saved == replace(PromptTemplate(), prompt=OTHER.prompt)


def test_a_model_that_nobody_wrote_a_template_for_needs_one(tmp_path: Path) -> None:
    model, tokenizer = build_preset("tiny-gpt2", [pair.context for pair in pairs()], seed=1)
    with pytest.raises(UnusableModel, match="nobody knows with what prompt"):
        train_generative_dpo(model, pairs(), tmp_path / "run", ONE_STEP, tokenizer=tokenizer)


def test_what_does_not_fit_is_left_out_and_counted(sft_run: Path, tmp_path: Path) -> None:
    context = "The cat is red. " * 60
    wide = replace(
        pairs(1)[0],
        context=context,
        chosen=Answer(context[:600], Span(0, 600)),
        rejected=Answer("x"),
    )
    long = replace(pairs(1)[0], rejected=Answer("one two " * 60))
    result = train_generative_dpo(
        sft_run, [*pairs(3), wide, long], tmp_path / "run", ONE_STEP, on_event=quiet
    )
    assert (result.rows.given, result.rows.kept) == (5, 3)
    assert result.rows.dropped == {NO_WINDOW: 1, LONG_REJECTED: 1}
    with pytest.raises(NothingToTrain):
        train_generative_dpo(sft_run, [wide], tmp_path / "none", ONE_STEP, on_event=quiet)


def test_an_adapter_whose_tokenizer_grew_loads_again(tmp_path: Path) -> None:
    texts = [f"{d.context} {d.question_text}" for d in demonstrations()]
    model, tokenizer = build_preset("tiny-gpt2", texts, seed=1)
    tokenizer.pad_token = None
    for part in (model, tokenizer):
        part.save_pretrained(tmp_path / "base")
    lora = replace(SFT, max_steps=3, use_peft=True, lora_r=4, learning_rate=1e-2)
    sft = train_generative_sft(
        tmp_path / "base", demonstrations(), tmp_path / "sft", lora, on_event=quiet
    )
    merged = AutoModelForCausalLM.from_pretrained(sft.model_dir)
    assert merged.get_input_embeddings().num_embeddings == len(tokenizer) + 1
    adapter = sft.folder.root / "adapter"
    result = train_generative_dpo(adapter, pairs(), tmp_path / "dpo", ONE_STEP, on_event=quiet)
    assert largest_margin(tmp_path / "dpo") < 1e-3
    reference = json.loads((result.folder.root / "reference.json").read_text())
    again = train_generative_dpo(
        sft.model_dir, pairs(), tmp_path / "merged", ONE_STEP, on_event=quiet
    )
    same = json.loads((again.folder.root / "reference.json").read_text())
    assert reference["ref_chosen_logps"] == pytest.approx(same["ref_chosen_logps"], abs=1e-3)
