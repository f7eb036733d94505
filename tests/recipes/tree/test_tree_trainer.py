"""TRL's trainers go the same way, step by step, whether they share prefixes or not."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tests.recipes.tree.models import examples, pairs, tiny, with_passages
from tests.recipes.tree.trainers import (
    PlainDPO,
    PlainSFT,
    TreeDPO,
    TreeSFT,
    curve,
    trainer_of,
)
from transformers import PreTrainedModel

SFT_FIGURES = ("loss", "grad_norm", "entropy", "mean_token_accuracy", "num_tokens")
DPO_FIGURES = (
    "loss",
    "grad_norm",
    "entropy",
    "rewards/margins",
    "rewards/accuracies",
    "logps/chosen",
    "logits/rejected",
    "num_tokens",
)
STEPS = 20


def in_order(trainer: Any, rows: list[dict[str, Any]], epochs: int) -> list[dict[str, Any]]:
    """Return the rows as the trainer reads them, epoch after epoch."""
    read = []
    for epoch in range(epochs):
        trainer.state.epoch = epoch
        read += [rows[i] for batch in trainer.get_train_dataloader().batch_sampler for i in batch]
    trainer.state.epoch = None
    return read


def assert_same_curves(
    plain_kind: type[Any],
    tree_kind: type[Any],
    model: PreTrainedModel,
    rows: list[dict[str, Any]],
    figures: tuple[str, ...],
    tmp_path: Path,
    **settings: Any,
) -> None:
    """Train 20 steps of 6 rows both ways, over two epochs in the tree trainer's own order."""
    settings = {"per_device_train_batch_size": 6, "max_steps": STEPS, **settings}
    tree = trainer_of(tree_kind, model, rows, tmp_path / "tree", **settings)
    order = in_order(tree, rows, epochs=2)
    plain = trainer_of(
        plain_kind,
        model,
        [{key: value for key, value in row.items() if key != "passage"} for row in order],
        tmp_path / "plain",
        train_sampling_strategy="sequential",
        **settings,
    )
    tree.train()
    plain.train()
    assert tree.why_plain is None
    assert len(curve(tree, "loss")) == STEPS
    for ours, theirs in zip(curve(tree, *figures), curve(plain, *figures), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)
    computed = curve(tree, "num_tokens", "num_tokens_computed")[-1]
    assert computed[1] < 0.7 * computed[0]


ARCHITECTURES = ["gpt2", "llama", "smollm", "qwen2", "qwen3", "mistral", "gemma", "gemma3"]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_sft_follows_trls_curve(name: str, tmp_path: Path) -> None:
    rows = with_passages(examples(passages=20, questions=3))
    assert_same_curves(PlainSFT, TreeSFT, tiny(name), rows, SFT_FIGURES, tmp_path)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_dpo_follows_trls_curve(name: str, tmp_path: Path) -> None:
    rows = with_passages(pairs(passages=20, questions=3))
    settings = {"loss_type": ["sigmoid", "sft"], "loss_weights": [1.0, 0.5]}
    assert_same_curves(PlainDPO, TreeDPO, tiny(name), rows, DPO_FIGURES, tmp_path, **settings)


def test_sft_of_an_adapter_follows_trls_curve_when_batches_accumulate(tmp_path: Path) -> None:
    rows = with_passages(examples(passages=40, questions=3))
    settings = {"gradient_accumulation_steps": 2, "lora": True}
    assert_same_curves(PlainSFT, TreeSFT, tiny("llama"), rows, SFT_FIGURES, tmp_path, **settings)


def test_dpo_of_an_adapter_follows_trls_curve_when_batches_accumulate(tmp_path: Path) -> None:
    rows = with_passages(pairs(passages=40, questions=3))
    settings = {"gradient_accumulation_steps": 2, "lora": True}
    assert_same_curves(PlainDPO, TreeDPO, tiny("llama"), rows, DPO_FIGURES, tmp_path, **settings)


@pytest.mark.parametrize("loss_type", ["ipo", "robust"])
def test_other_losses_follow_trls_curve_too(loss_type: str, tmp_path: Path) -> None:
    rows = with_passages(pairs(passages=20, questions=3))
    settings = {"loss_type": [loss_type], "label_smoothing": 0.1}
    assert_same_curves(PlainDPO, TreeDPO, tiny("gpt2"), rows, DPO_FIGURES, tmp_path, **settings)


def test_a_precomputed_reference_gives_the_same_curve(tmp_path: Path) -> None:
    rows = with_passages(pairs(passages=20, questions=3))
    settings = {"precompute_ref_log_probs": True}
    assert_same_curves(PlainDPO, TreeDPO, tiny("gpt2"), rows, DPO_FIGURES, tmp_path, **settings)


@pytest.mark.parametrize(("kind", "make"), [(TreeSFT, examples), (TreeDPO, pairs)])
def test_a_resumed_training_goes_on_exactly(kind: type[Any], make: Any, tmp_path: Path) -> None:
    rows = with_passages(make(passages=10, questions=3))
    settings: dict[str, Any] = {"per_device_train_batch_size": 4, "num_train_epochs": 2}
    whole = trainer_of(kind, tiny("gpt2"), rows, tmp_path / "whole", **settings)
    whole.train()
    saving: dict[str, Any] = {
        **settings,
        "save_strategy": "steps",
        "save_steps": 11,
    }  # inside the second epoch
    trainer_of(kind, tiny("gpt2"), rows, tmp_path / "cut", **saving).train()
    resumed = trainer_of(kind, tiny("gpt2"), rows, tmp_path / "cut", **saving)
    resumed.train(resume_from_checkpoint=str(tmp_path / "cut" / "checkpoint-11"))
    assert curve(resumed, "loss", "grad_norm") == curve(whole, "loss", "grad_norm")
    ends = zip(whole.model.parameters(), resumed.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in ends)


@pytest.mark.parametrize(("kind", "make"), [(TreeSFT, examples), (TreeDPO, pairs)])
def test_evaluation_gives_what_trl_gives(kind: type[Any], make: Any, tmp_path: Path) -> None:
    plain_kind = {TreeSFT: PlainSFT, TreeDPO: PlainDPO}[kind]
    rows = make(passages=4, questions=3)
    found = [
        each.evaluate(each.train_dataset)
        for each in (
            trainer_of(one, tiny("gpt2"), rows, tmp_path, per_device_eval_batch_size=6)
            for one in (plain_kind, kind)
        )
    ]
    for name in ("eval_loss", "eval_entropy"):
        assert found[0][name] == pytest.approx(found[1][name], abs=1e-5)


def test_batches_are_filled_by_tokens_where_that_is_asked_for(tmp_path: Path) -> None:
    rows = with_passages(pairs(passages=12, questions=3))
    trainer = trainer_of(
        TreeDPO, tiny("gpt2"), rows, tmp_path, tokens_per_batch=150, num_train_epochs=1
    )
    for batch in trainer.get_train_dataloader():
        assert batch["tree_ids"].numel() < 150 * 1.5  # padding is not counted
    sizes = [len(batch) for batch in trainer.get_train_dataloader().batch_sampler]
    assert sum(sizes) == len(rows)
    assert all(size % 3 == 0 for size in sizes)  # whole passages
    trainer.train()
    assert len(curve(trainer, "loss")) == len(sizes)


def test_without_passages_rows_come_as_trl_draws_them(tmp_path: Path) -> None:
    rows = examples(passages=10, questions=3)
    settings: dict[str, Any] = {"per_device_train_batch_size": 10, "num_train_epochs": 2}
    trained = [
        trainer_of(kind, tiny("gpt2"), rows, tmp_path, **settings) for kind in (PlainSFT, TreeSFT)
    ]
    for trainer in trained:
        trainer.train()
    curves = [curve(trainer, "loss")[0] for trainer in trained]
    assert curves[0] == pytest.approx(curves[1], abs=1e-4)


@pytest.mark.filterwarnings("ignore:.*label_smoothing_factor:FutureWarning")
@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"packing": True, "max_length": 64}, "packed"),
        ({"label_smoothing_factor": 0.1}, "logit"),
        ({"accelerator_config": {"split_batches": True}}, "forest"),
    ],
)
def test_a_set_up_that_rules_sharing_out_says_so_in_one_line(
    settings: dict[str, Any], word: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trainer = trainer_of(TreeSFT, tiny("gpt2"), examples(), tmp_path, **settings)
    assert word in trainer.why_plain
    assert [record.message for record in caplog.records if "Prefixes" in record.message] == [
        f"Prefixes are not shared: {trainer.why_plain}"
    ]


def test_a_model_that_is_not_proven_trains_on_plain_batches(tmp_path: Path) -> None:
    model = tiny("gpt2")
    model.config.model_type = "unheard-of"
    rows = with_passages(examples(passages=4, questions=3))
    trainer = trainer_of(TreeSFT, model, rows, tmp_path, max_steps=2)
    trainer.train()
    assert "'unheard-of'" in trainer.why_plain
    assert len(curve(trainer, "loss")) == 2
