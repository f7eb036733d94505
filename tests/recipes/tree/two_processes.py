"""Trains as one process of several; the first one writes the losses to a file."""

import json
import sys
from pathlib import Path
from typing import Any

from datasets import Dataset
from tests.recipes.tree.models import examples, pairs, scorer, tiny, verdicts, with_passages
from tests.recipes.tree.trainers import ON_CPU, TreeDPO, TreeSFT, curve, trainer_of
from trl import KTOConfig, RewardConfig

from goldspan.training.preset import train_tokenizer
from goldspan.training.processes import leave
from goldspan.training.score_trainer import ScoreTrainer
from goldspan.training.verdict_trainer import VerdictTrainer

Curves = dict[str, list[tuple[float, ...]]]


def train(output: Path, accumulate: int) -> Curves:
    """Train every way on batches of two passages; return loss and gradient norm of each step."""
    found = {}
    for name, trainer in trainers(output, accumulate).items():
        trainer.train()
        assert trainer.why_plain is None
        found[name] = curve(trainer, "loss", "grad_norm")
        if trainer.is_world_process_zero():
            (output / f"{name}.json").write_text(json.dumps(found[name]), encoding="utf-8")
    return found


def trainers(output: Path, accumulate: int) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "per_device_train_batch_size": 6,
        "gradient_accumulation_steps": accumulate,
        "num_train_epochs": 2,
    }
    made = {
        name: trainer_of(kind, tiny("gpt2"), with_passages(rows), output / name, **settings)
        for name, kind, rows in (
            ("sft", TreeSFT, examples(passages=20)),
            ("dpo", TreeDPO, pairs(passages=20)),
        )
    }
    common = {"processing_class": train_tokenizer([], 300)}
    settings = {**ON_CPU, **settings}
    made["reward"] = ScoreTrainer(
        model=scorer("gpt2"),
        args=RewardConfig(output_dir=str(output / "reward"), **settings),
        train_dataset=Dataset.from_list(with_passages(pairs(passages=20))),
        **common,
    )
    # The kind whose loss is a mean over rows: KTO's own compares them with all of a batch.
    kto = {**settings, "per_device_train_batch_size": 12, "loss_type": "apo_zero_unpaired"}
    made["kto"] = VerdictTrainer(
        reference_path=output / "kto" / "reference.json",
        model=tiny("gpt2"),
        args=KTOConfig(output_dir=str(output / "kto"), precompute_ref_log_probs=True, **kto),
        train_dataset=Dataset.from_list(verdicts(passages=20)),
        **common,
    )
    return made


def threads() -> set[str]:
    """Return the names of this process's threads, as Linux knows them."""
    names = Path("/proc/self/task").glob("*/comm")
    return {name.read_text(encoding="utf-8").strip() for name in names}


if __name__ == "__main__":
    train(Path(sys.argv[1]), accumulate=1)
    assert any("gloo" in name for name in threads())
    leave()
    assert not any("gloo" in name for name in threads()), threads()
