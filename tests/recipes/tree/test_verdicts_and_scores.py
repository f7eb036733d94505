"""KTO and reward models go the same way, step by step, whether prefixes are shared or not."""

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig
from tests.recipes.tree.models import pairs, scorer, tiny, verdicts, with_passages
from tests.recipes.tree.trainers import ON_CPU, curve
from transformers import PreTrainedModel
from trl import KTOConfig, RewardConfig

from goldspan.training.generative_kto import with_other_answers
from goldspan.training.preset import train_tokenizer
from goldspan.training.score_trainer import ScoreTrainer
from goldspan.training.verdict_trainer import VerdictTrainer

KTO_FIGURES = (
    "loss",
    "grad_norm",
    "kl",
    "entropy",
    "logps/chosen",
    "rewards/margins",
    "num_tokens",
)
REWARD_FIGURES = ("loss", "grad_norm", "accuracy", "margin", "mean_reward", "num_tokens")


def trained(
    kind: type[Any], config: type[Any], model: PreTrainedModel, rows: list[Any], **parts: Any
) -> Any:
    """Train three steps of 12 rows, in the same batches whether they share prefixes or not."""
    plain = parts.pop("plain")
    settings = {**ON_CPU, "per_device_train_batch_size": 12, "max_steps": 3, **parts.pop("args")}
    trainer = kind(
        model=model,
        args=config(**settings),
        train_dataset=Dataset.from_list(rows),
        processing_class=train_tokenizer([], 300),
        **parts,
    )
    assert trainer.why_plain is None
    if plain:
        trainer.data_collator = trainer.data_collator.plain
    trainer.train()
    return trainer


def assert_alike(trainers: list[Any], figures: tuple[str, ...]) -> None:
    tree, plain = trainers
    assert len(curve(tree, "loss")) == 3
    for ours, theirs in zip(curve(tree, *figures), curve(plain, *figures), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-4)
    computed = [curve(one, "num_tokens_computed")[-1][0] for one in trainers]
    assert computed[0] < 0.6 * computed[1]


@pytest.mark.parametrize("lora", [False, True], ids=["full", "lora"])
@pytest.mark.parametrize("loss_type", ["kto", "apo_zero_unpaired"])
def test_kto_follows_the_curve_of_separate_rows(loss_type: str, lora: bool, tmp_path: Path) -> None:
    adapters = LoraConfig(target_modules="all-linear", r=4) if lora else None
    rows = verdicts()
    if loss_type == "kto":
        rows = with_other_answers(rows, seed=0)
    found = []
    for plain in (False, True):
        torch.manual_seed(0)
        settings = {
            "output_dir": str(tmp_path),
            "loss_type": loss_type,
            "precompute_ref_log_probs": True,
        }
        parts = {"args": settings, "peft_config": adapters, "plain": plain}
        parts["reference_path"] = tmp_path / f"{plain}.json"
        found.append(trained(VerdictTrainer, KTOConfig, tiny("llama"), rows, **parts))
    figures = KTO_FIGURES if loss_type == "kto" else KTO_FIGURES[:2] + KTO_FIGURES[3:]
    assert_alike(found, figures)


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen2", "qwen3", "mistral", "gemma"])
def test_a_reward_model_follows_the_curve_of_separate_rows(name: str, tmp_path: Path) -> None:
    found = []
    for plain in (False, True):
        parts = {"args": {"output_dir": str(tmp_path)}, "plain": plain}
        found.append(
            trained(ScoreTrainer, RewardConfig, scorer(name), with_passages(pairs(8)), **parts)
        )
    assert_alike(found, REWARD_FIGURES)


def test_adapters_of_a_reward_model_follow_it_too(tmp_path: Path) -> None:
    found = []
    for plain in (False, True):
        torch.manual_seed(0)
        adapters = LoraConfig(task_type="SEQ_CLS", target_modules=["q_proj", "v_proj"], r=4)
        parts = {
            "args": {"output_dir": str(tmp_path)},
            "peft_config": adapters,
            "plain": plain,
        }
        found.append(
            trained(ScoreTrainer, RewardConfig, scorer("llama"), with_passages(pairs(8)), **parts)
        )
    assert_alike(found, REWARD_FIGURES)


@pytest.mark.parametrize("name", ["gpt2", "qwen3"])
def test_scores_and_gradients_of_a_forest_are_those_of_separate_rows(
    name: str, tmp_path: Path
) -> None:
    rows = with_passages(pairs(4))
    parts = {"args": {"output_dir": str(tmp_path)}, "plain": False}
    trainer = trained(ScoreTrainer, RewardConfig, scorer(name), rows, **parts)
    model = trainer.model.eval()
    found = []
    for collator in (trainer.data_collator, trainer.data_collator.plain):
        batch = collator(rows)
        assert ("tree_ids" in batch) == (collator is trainer.data_collator)
        model.zero_grad()
        scores = model(**batch).logits
        (scores**2).sum().backward()
        found.append((scores, [p.grad.clone() for p in model.parameters() if p.grad is not None]))
    (scores, grads), (plain_scores, plain_grads) = found
    assert torch.allclose(scores, plain_scores, atol=1e-5)
    for grad, plain_grad in zip(grads, plain_grads, strict=True):
        assert torch.allclose(grad, plain_grad, atol=1e-5)


def test_the_other_answer_is_to_a_question_about_another_passage() -> None:
    rows = [
        {"prompt_ids": [passage, i], "completion_ids": [passage], "passage": passage}
        for passage, count in enumerate((1, 4, 2, 3))
        for i in range(count)
    ]
    made = with_other_answers(rows, seed=3)
    assert all(row["KL_completion_ids"] != row["completion_ids"] for row in made)
    assert made == with_other_answers(rows, seed=3)


def test_where_one_passage_has_most_rows_another_row_answers() -> None:
    rows = [{"prompt_ids": [1], "completion_ids": [i], "passage": 0} for i in range(3)]
    made = with_other_answers(rows, seed=0)
    assert all(row["KL_completion_ids"] != row["completion_ids"] for row in made)
