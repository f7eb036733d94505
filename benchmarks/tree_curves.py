"""What training passage by passage, with shared prefixes, does to learning; on real questions.

Arms: ``rows`` computes every row apart, in batches of rows drawn at random; ``trees`` computes each
passage once, in batches of whole passages. Exactness is tested elsewhere, so what differs at equal
steps is the order of the rows alone: it is what grouping by passage costs or gives. At equal time
``trees`` is further. Both train a small model from fresh weights with the product's own SFT;
held-out questions are asked at intervals, whose time is not counted. Several seeds show the noise.

Run: ``python -m benchmarks.tree_curves SQUAD.json [--out FILE]``, from the checkout; on a GPU where
there is one. One thread on a CPU.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.formats.read import read_demonstrations
from goldspan.reader.generative_config import GenerativeReaderConfig, length_limit
from goldspan.training.generative_settings import GenerativeSFTSettings
from goldspan.training.generative_sft import train_generative_sft
from goldspan.training.preset import train_tokenizer
from goldspan.training.result import TrainingResult
from goldspan.training.watch import Quiz

VOCABULARY = 8192
SIZES: Mapping[str, tuple[int, int, int]] = {
    "tiny": (2, 128, 4),
    "small": (6, 320, 5),
    "base": (12, 768, 12),
}
"""Layers, width, heads."""


class Arm:
    """One training, its held-out figures and the time that training alone took."""

    def __init__(self, quiz_every: int) -> None:
        self.every = quiz_every
        self.curve: list[dict[str, float]] = []
        self.train_s = 0.0
        self._quiz: Quiz | None = None
        self._since = 0.0

    def watch(self, quiz: Quiz) -> None:
        """Say who is asked."""
        self._quiz = quiz

    def __call__(self, kind: str, values: Mapping[str, Any]) -> None:
        """Take an event of the run."""
        if kind == "started":
            self._since = clock()
        if kind == "step" and values["step"] % self.every == 0:
            self.train_s += clock() - self._since
            assert self._quiz is not None
            self.curve.append(
                {
                    "step": values["step"],
                    "train_s": self.train_s,
                    "train_loss": values["loss"],
                    **self._quiz(),
                }
            )
            self._since = clock()


def clock() -> float:
    """Return wall seconds on a GPU, CPU seconds elsewhere."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def fresh_model(size: str, tokenizer: Any, seed: int) -> Any:
    layers, width, heads = SIZES[size]
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    return LlamaForCausalLM(config)


def train_arm(
    arm: str,
    seed: int,
    questions: Sequence[Demonstration],
    held_out: Sequence[Demonstration],
    tokenizer: Any,
    given: argparse.Namespace,
) -> list[dict[str, float]]:
    """Train one arm with one seed; return its curve."""
    settings = GenerativeSFTSettings(
        share_prefixes=arm != "rows",
        per_device_train_batch_size=given.batch // given.accumulate,
        gradient_accumulation_steps=given.accumulate,
        max_steps=given.steps,
        learning_rate=given.learning_rate,
        logging_steps=given.every,
        save_steps=given.steps,
        seed=seed,
        max_length=512,
    )
    model = fresh_model(given.size, tokenizer, seed)
    watched = Arm(given.every)
    config = GenerativeReaderConfig().limited_to(length_limit(model, tokenizer))
    watched.watch(Quiz(model, tokenizer, PromptTemplate(), config, held_out))
    with tempfile.TemporaryDirectory() as folder:
        result: TrainingResult = train_generative_sft(
            model,
            questions,
            Path(folder) / "run",
            settings,
            tokenizer=tokenizer,
            on_event=watched,
        )
        shared = result.folder.report()["prefixes_shared"]
    assert shared == (arm != "rows"), f"{arm}: prefixes shared: {shared}"
    return watched.curve


def split(
    demonstrations: Sequence[Demonstration], questions: int, held_out: int
) -> tuple[list[Demonstration], list[Demonstration]]:
    """Draw whole articles to train on and others to be asked about."""
    articles: dict[str, list[Demonstration]] = defaultdict(list)
    for one in demonstrations:
        if one.answerable:
            articles[one.article].append(one)
    names = sorted(articles)
    random.Random(0).shuffle(names)
    asked: list[Demonstration] = []
    while len(asked) < held_out:
        asked += articles[names.pop()]
    trained = [one for name in names for one in articles[name]]
    random.Random(1).shuffle(asked)
    return trained[:questions], asked[:held_out]


def report(curves: Mapping[str, Sequence[Sequence[Mapping[str, float]]]]) -> None:
    """Print means over the seeds, and the rows' figures at the time the trees took."""
    print(f"{'step':>6}", end="")
    for arm in curves:
        print(f"{arm + ' s':>10}{'loss':>8}{'(sd)':>8}{'EM':>7}{'F1':>7}{'(sd)':>7}", end="")
    print()
    for at, points in enumerate(
        zip(*(one for some in curves.values() for one in some), strict=True)
    ):
        print(f"{points[0]['step']:>6}", end="")
        for runs in curves.values():
            here = [one[at] for one in runs]
            mean = {name: statistics.fmean(one[name] for one in here) for name in here[0]}
            spread = {name: statistics.pstdev(one[name] for one in here) for name in here[0]}
            print(
                f"{mean['train_s']:>10.1f}{mean['loss']:>8.3f}{spread['loss']:>8.3f}"
                f"{100 * mean['exact_match']:>7.1f}{100 * mean['f1']:>7.1f}"
                f"{100 * spread['f1']:>7.1f}",
                end="",
            )
        print()
    if "rows" in curves and "trees" in curves:
        for seed, (rows, trees) in enumerate(zip(curves["rows"], curves["trees"], strict=False)):
            in_time = [one for one in rows if one["train_s"] <= trees[-1]["train_s"]]
            if in_time:
                print(
                    f"seed {seed}, after {trees[-1]['train_s']:.1f} s: rows at step "
                    f"{in_time[-1]['step']}, loss {in_time[-1]['loss']:.3f}; trees at step "
                    f"{trees[-1]['step']}, loss {trees[-1]['loss']:.3f}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--questions", type=int, default=4000)
    parser.add_argument("--held-out", type=int, default=400)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=40, help="rows of an optimiser step")
    parser.add_argument("--accumulate", type=int, default=1, help="forward passes of a step")
    parser.add_argument("--every", type=int, default=50, help="steps between measurements")
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--arms", default="trees,rows")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no training after this")
    parser.add_argument("--out", type=Path, help="every curve, JSON")
    given = parser.parse_args()
    if not torch.cuda.is_available():
        torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    ends_at = time.monotonic() + given.seconds
    demonstrations = read_demonstrations(given.squad)
    questions, held_out = split(demonstrations, given.questions, given.held_out)
    template = PromptTemplate()
    tokenizer = train_tokenizer(
        sorted({template.render_prompt(one.question_text, one.context) for one in questions}),
        VOCABULARY,
    )
    print(f"{len(questions)} questions to train on, {len(held_out)} held out", flush=True)
    curves: dict[str, list[list[dict[str, float]]]] = {arm: [] for arm in given.arms.split(",")}
    for seed in range(given.seeds):
        for arm, runs in curves.items():
            if time.monotonic() < ends_at:
                runs.append(train_arm(arm, seed, questions, held_out, tokenizer, given))
                last = runs[-1][-1]
                print(
                    f"{arm}, seed {seed}: {last['train_s']:.1f} s, loss {last['loss']:.3f}, "
                    f"F1 {100 * last['f1']:.1f}",
                    flush=True,
                )
            if given.out is not None:
                settings = {**vars(given), "squad": given.squad.name, "out": None}
                given.out.write_text(json.dumps({"settings": settings, "curves": curves}))
    report(curves)


if __name__ == "__main__":
    main()
