"""What KTO costs a verdict, and a reward model's training a pair, with prefixes shared or not.

Two SQuAD passages with five questions each make a batch, as in ``benchmarks/training.py``: ten
pairs, or a thumb up and one down for each of the ten questions. Both ways compute the same forward
and backward pass in the same trainer; separate rows project the vocabulary only where a token is
scored, so that this is no comparison with stock TRL, which is slower. CPU time, the least of some
turns.

Run: ``python -m benchmarks.judged_training [SQUAD.json] [--rounds N]``, from the checkout.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import datasets
import torch
import transformers
from benchmarks.training import ON_CPU, VOCABULARY, Bench, Row, in_turns, squad_file
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, GPT2Config
from trl import KTOConfig, RewardConfig

from goldspan.formats.read import read_demonstrations
from goldspan.training.generative_kto import with_other_answers
from goldspan.training.preset import train_tokenizer
from goldspan.training.score_trainer import ScoreTrainer
from goldspan.training.verdict_trainer import VerdictTrainer

PASSAGES = 2


def kto(bench: Bench) -> tuple[Any, list[Row]]:
    """Build a KTO trainer, and its rows."""
    verdicts: list[Row] = [
        {
            "prompt_ids": pair["prompt_ids"],
            "completion_ids": pair[name],
            "label": name == "chosen_ids",
            "passage": pair["passage"],
        }
        for pair in bench.pairs(PASSAGES)
        for name in ("chosen_ids", "rejected_ids")
    ]
    rows = with_other_answers(verdicts, seed=0)
    settings = how(bench, len(rows))
    trainer = VerdictTrainer(
        reference_path=bench.folder / "reference.json",
        model=bench.model(),
        args=KTOConfig(**settings, precompute_ref_log_probs=True),
        train_dataset=Dataset.from_list(rows),
        processing_class=bench.tokenizer,
    )
    return trainer, [dict(row) for row in trainer.train_dataset]


def reward(bench: Bench) -> tuple[Any, list[Row]]:
    """Build a reward model's trainer, and its rows."""
    rows = bench.pairs(PASSAGES)
    config: GPT2Config = bench.model().config
    config.num_labels = 1
    trainer = ScoreTrainer(
        model=AutoModelForSequenceClassification.from_config(config).float(),
        args=RewardConfig(**how(bench, len(rows))),
        train_dataset=Dataset.from_list(rows),
        processing_class=bench.tokenizer,
    )
    return trainer, rows


def how(bench: Bench, rows: int) -> Mapping[str, Any]:
    """Return TRL's arguments for one batch of all rows."""
    return {
        **ON_CPU,
        "output_dir": str(bench.folder / "out"),
        "per_device_train_batch_size": rows,
    }


def compare(name: str, trainer: Any, rows: Sequence[Row], rounds: int) -> None:
    """Print what one row costs, shared and apart."""
    assert trainer.why_plain is None, trainer.why_plain
    trainer.model.train()
    trainer.current_gradient_accumulation_steps = 1
    shared = trainer.data_collator(rows)
    apart = trainer.data_collator.plain(rows)
    assert "tree_ids" in shared
    tokens = [
        shared["tree_ids"].numel(),
        sum(ids.numel() for key, ids in apart.items() if key.endswith("input_ids")),
    ]
    costs = in_turns(
        rounds,
        lambda: trainer.training_step(trainer.model, dict(shared)),
        lambda: trainer.training_step(trainer.model, dict(apart)),
    )
    for who, cost, count in zip(("shared", "apart"), costs, tokens, strict=True):
        share = 1e3 * cost / len(rows)
        print(f"{name:<16}{who:<8}{share:>9.1f} ms{count / len(rows):>8.0f} tokens", flush=True)
    print(f"{name:<16}{'ratio':<8}{costs[1] / costs[0]:>9.1f}{tokens[1] / tokens[0]:>11.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    source = squad_file(given.squad)
    if not source.is_file():
        print(f"no SQuAD file at {source}; name one, or set GOLDSPAN_TEST_DATA to its folder")
        return
    os.environ["TQDM_DISABLE"] = "1"
    datasets.disable_progress_bars()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    demonstrations = read_demonstrations(source)
    texts = {one.context for one in demonstrations} | {one.question_text for one in demonstrations}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            tokenizer=train_tokenizer(sorted(texts), VOCABULARY),
            demonstrations=demonstrations,
            folder=Path(folder),
            rounds=given.rounds,
            quick=False,
        )
        for name, make in (("KTO, a verdict", kto), ("reward, a pair", reward)):
            compare(name, *make(bench), given.rounds)


if __name__ == "__main__":
    main()
