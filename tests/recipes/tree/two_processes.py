"""Trains as one process of several; the first one writes the losses to a file."""

import json
import sys
from pathlib import Path

from tests.recipes.tree.models import examples, pairs, tiny
from tests.recipes.tree.trainers import TreeDPO, TreeSFT, curve, trainer_of


def train(output: Path, accumulate: int) -> dict[str, list[tuple[float, ...]]]:
    """Train both ways on batches of two passages; return loss and gradient norm of each step."""
    found = {}
    for name, kind, make in (("sft", TreeSFT, examples), ("dpo", TreeDPO, pairs)):
        rows = [{**row, "passage": number // 3} for number, row in enumerate(make(passages=20))]
        trainer = trainer_of(
            kind,
            tiny("gpt2"),
            rows,
            output / name,
            per_device_train_batch_size=6,
            gradient_accumulation_steps=accumulate,
            num_train_epochs=2,
        )
        trainer.train()
        assert trainer.why_plain is None
        found[name] = curve(trainer, "loss", "grad_norm")
        if trainer.is_world_process_zero():
            (output / f"{name}.json").write_text(json.dumps(found[name]), encoding="utf-8")
    return found


if __name__ == "__main__":
    train(Path(sys.argv[1]), accumulate=1)
