"""What training passage by passage, with shared prefixes, does to learning; on real questions.

Arms, paired by seed:

- ``trees``: whole passages together in a batch, each passage computed once;
- ``grouped``: the same batches in the same order, every row computed apart. At equal steps it tells
  whether sharing changes what is learnt, at equal time what it gives;
- ``shuffled``: rows at random, every row computed apart, as trainers do it. At equal steps it tells
  what grouping by passage costs or gives.

All project the vocabulary only where an answer is scored, so that the rows' arms are quicker than
stock TRL. A small model from fresh weights learns to copy first, once: it is given random tokens
twice and predicts their second run. All arms start from there, are trained by the product's own SFT
trainer at a constant rate, and are asked held-out questions of other articles at intervals; that
time is not counted. Under teacher forcing, each token of a gold answer is predicted after the true
ones before it: it says more than F1 does of a model that reads this badly.

Every finished training is written to ``--journal`` at once; started again with it, the script goes
on with what is missing. Run, from the checkout, on one thread of a CPU:

``python -m benchmarks.tree_curves SQUAD.json --journal curves.json``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import torch
import transformers
from datasets import Dataset
from transformers import LlamaConfig, LlamaForCausalLM, PrinterCallback, TrainerCallback
from trl import SFTConfig

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.formats.read import read_demonstrations
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter
from goldspan.run.folder import write_json
from goldspan.training.arguments import trainer_arguments
from goldspan.training.generative_rows import Row, demonstration_rows
from goldspan.training.generative_settings import GenerativeSFTSettings
from goldspan.training.generative_sft import GenerativeSFTTrainer
from goldspan.training.preset import train_tokenizer
from goldspan.training.watch import Quiz

ARMS = ("trees", "grouped", "shuffled")
VOCABULARY = 4096
LAYERS, WIDTH, HEADS = 2, 128, 4
CONFIG = GenerativeReaderConfig(
    max_length=256, max_question_length=48, doc_stride=32, max_new_tokens=16
)
T_95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365}
"""Student's t for a 95 % interval, by the number of seeds."""

TOLERANCE = 1e-3
"""What rounding alone may make of a figure, in nats or as a share: the order of sums differs."""

Point = dict[str, float]
Curve = list[Point]


def short_questions(
    demonstrations: Sequence[Demonstration], words: int, answer_words: int
) -> list[Demonstration]:
    """Keep questions with short answers about short passages, where a passage has three or more."""
    of: dict[str, list[Demonstration]] = defaultdict(list)
    for one in demonstrations:
        short = len(one.context.split()) <= words and one.answerable
        if short and len(one.answers[0].text.split()) <= answer_words:
            of[one.context].append(one)
    return [one for some in of.values() if len(some) >= 3 for one in some]


def split(
    demonstrations: Sequence[Demonstration], questions: int, held_out: int
) -> tuple[list[Demonstration], list[Demonstration]]:
    """Draw whole articles to train on and others to be asked about."""
    articles: dict[str, list[Demonstration]] = defaultdict(list)
    for one in demonstrations:
        articles[one.article].append(one)
    names = sorted(articles)
    random.Random(0).shuffle(names)
    asked: list[Demonstration] = []
    while len(asked) < held_out:
        asked += articles[names.pop()]
    trained = [one for name in names for one in articles[name]]
    return trained[:questions], asked[:held_out]


def fresh_model(tokenizer: Any) -> Any:
    """Draw the weights of a Llama of 2 layers."""
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=WIDTH,
            intermediate_size=2 * WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def learn_to_copy(model: Any, steps: int, rows: int = 32) -> list[float]:
    """Teach the model to repeat random tokens; return the losses."""
    draw = random.Random(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.0)
    warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, 0.02, total_iters=50)
    losses = []
    for step in range(steps):
        length = draw.randrange(12, 29)
        shape = (rows, draw.randrange(7))
        said = torch.randint(2, model.config.vocab_size, (rows, length))
        between = torch.randint(2, model.config.vocab_size, shape)
        hidden = model.model(torch.cat([said, between, said], dim=1)).last_hidden_state
        logits = model.lm_head(hidden[:, length + shape[1] : -1]).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, said[:, 1:].flatten())
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        warm_up.step()
        losses.append(loss.item())
        if step % 100 == 99:
            print(f"copying, step {step + 1}: {statistics.fmean(losses[-20:]):.3f}", flush=True)
    return losses


def start_of(folder: Path, tokenizer: Any, steps: int) -> Path:
    """Return where the model lies that all arms start from; make it where it is missing."""
    if not (folder / "config.json").is_file():
        model = fresh_model(tokenizer)
        losses = learn_to_copy(model, steps)
        model.save_pretrained(folder)
        write_json(folder / "losses.json", losses)
    return folder


class Exam:
    """What a model says of held-out questions.

    Args:
        trainer: whose model is asked; its collator makes the batches, sharing prefixes.
        tokenizer: the model's.
        questions: with their gold answers.
        rows: theirs.
    """

    def __init__(
        self, trainer: Any, tokenizer: Any, questions: Sequence[Demonstration], rows: Sequence[Row]
    ) -> None:
        model = trainer.model
        self._model = model
        self._collate = trainer.data_collator
        self._rows = [{name: row[name] for name in ("input_ids", "labels")} for row in rows]
        self._quiz = Quiz(model, tokenizer, PromptTemplate(), CONFIG, questions)

    @torch.no_grad()
    def __call__(self) -> Point:
        """Return loss (nats a token), shares of tokens and of answers foretold, EM and F1."""
        training = self._model.training
        self._model.eval()
        loss, right, tokens, wholly = 0.0, 0, 0, 0
        for first in range(0, len(self._rows), 40):
            batch = self._collate(self._rows[first : first + 40])
            output = self._model(**batch, use_cache=False, fused_lm_head=True)
            mask = output["label_mask"]
            hits = output["is_top1"].bool() & mask
            loss -= float(output["log_probs"].sum())
            right += int(hits.sum())
            tokens += int(mask.sum())
            wholly += int((hits == mask).all(dim=1).sum())
        self._model.train(training)
        figures = self._quiz()
        return {
            "loss": loss / tokens,
            "tokens": right / tokens,
            "answers": wholly / len(self._rows),
            "exact_match": figures["exact_match"],
            "f1": figures["f1"],
        }


class Watch(TrainerCallback):
    """Takes the figures at intervals, and the CPU time that training alone took.

    Args:
        exam: what is asked.
        every: steps from one time to the next.
    """

    def __init__(self, exam: Exam, every: int) -> None:
        self._exam = exam
        self._every = every
        self._train_s = 0.0
        self._since = 0.0
        self.curve: Curve = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Measure the start."""
        self._take(0)

    def on_step_end(self, _args: Any, state: Any, *_: Any, **__: Any) -> None:
        """Measure, if it is time to."""
        if state.global_step % self._every == 0:
            self._train_s += time.process_time() - self._since
            self._take(state.global_step)

    def _take(self, step: int) -> None:
        self.curve.append({"step": step, "train_s": self._train_s, **self._exam()})
        self._since = time.process_time()


def train_arm(
    arm: str,
    seed: int,
    start: Path,
    tokenizer: Any,
    rows: Sequence[Row],
    held_out: tuple[Sequence[Demonstration], Sequence[Row]],
    given: argparse.Namespace,
) -> Curve:
    """Train one arm with one seed; return its curve."""
    settings = GenerativeSFTSettings(
        per_device_train_batch_size=given.batch,
        max_steps=given.steps,
        learning_rate=given.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        logging_steps=given.every,
        save_steps=10 * given.steps,
        seed=seed,
    )
    with tempfile.TemporaryDirectory() as folder:
        trainer = GenerativeSFTTrainer(
            model=LlamaForCausalLM.from_pretrained(start),
            args=SFTConfig(max_length=None, **trainer_arguments(settings, Path(folder))),
            train_dataset=Dataset.from_list(list(rows)),
            processing_class=tokenizer,
        )
        assert trainer.why_plain is None, trainer.why_plain
        watch = Watch(Exam(trainer, tokenizer, *held_out), given.every)
        if arm != "trees":
            trainer.data_collator = trainer.data_collator.plain
        if arm == "shuffled":
            trainer.why_plain = "rows at random"  # its data loader is then TRL's
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(watch)
        trainer.train()
    return watch.curve


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and half the width of its 95 % interval over the seeds."""
    if len(values) < 2:
        return values[0], float("inf")
    spread = statistics.stdev(values) / len(values) ** 0.5
    return statistics.fmean(values), T_95[len(values)] * spread


def at_time(curve: Curve, seconds: float, name: str) -> float:
    """Return a figure after so much training, on the line between two measurements."""
    for before, after in pairwise(curve):
        if after["train_s"] >= seconds:
            share = (seconds - before["train_s"]) / (after["train_s"] - before["train_s"])
            return before[name] + share * (after[name] - before[name])
    return curve[-1][name]


UNITS: Mapping[str, tuple[str, float]] = {
    "loss": ("loss, nats a token", 1.0),
    "tokens": ("tokens foretold, %", 100.0),
    "answers": ("answers foretold, %", 100.0),
    "exact_match": ("exact match, %", 100.0),
    "f1": ("F1", 100.0),
}


def report(curves: Mapping[str, Sequence[Curve]]) -> None:
    """Print the curves, what differs at equal steps and at equal time, and the bars."""
    print(f"{'arm':<10}{'step':>6}{'CPU s':>8}" + "".join(f"{name:>13}" for name in UNITS))
    for arm, runs in curves.items():
        for points in zip(*runs, strict=True):
            mean = {name: statistics.fmean(p[name] for p in points) for name in points[0]}
            print(f"{arm:<10}{points[0]['step']:>6.0f}{mean['train_s']:>8.1f}", end="")
            print("".join(f"{factor * mean[n]:>13.3f}" for n, (_, factor) in UNITS.items()))
    trees = curves["trees"]
    bars: list[tuple[str, bool]] = []
    print(f"trees less the other arm, mean and 95 % interval over {len(trees)} seeds")
    for name, (title, factor) in UNITS.items():
        for arm in ("grouped", "shuffled"):
            pairs = list(zip(trees, curves[arm], strict=True))
            steps = [factor * (ours[-1][name] - theirs[-1][name]) for ours, theirs in pairs]
            middle, half = interval(steps)
            print(f"{title:<22}{arm:<10}at equal steps {middle:>9.4f} ± {half:.4f}")
            noise = max(half, TOLERANCE * factor)
            bars.append((f"{title}: within noise of {arm} at equal steps", abs(middle) <= noise))
            in_time = [
                factor * (ours[-1][name] - at_time(theirs, ours[-1]["train_s"], name))
                for ours, theirs in pairs
            ]
            middle, half = interval(in_time)
            print(f"{title:<22}{arm:<10}at equal time  {middle:>9.4f} ± {half:.4f}")
            ahead = middle + half < 0 if name == "loss" else middle - half > 0
            bars.append((f"{title}: ahead of {arm} at equal time", ahead))
    for bar, met in bars:
        print(f"bar {bar}: {'met' if met else 'not met'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--journal", type=Path, required=True, help="JSON, written and resumed")
    parser.add_argument("--words", type=int, default=80, help="of a passage at most")
    parser.add_argument("--answer-words", type=int, default=3, help="of an answer at most")
    parser.add_argument("--questions", type=int, default=4000)
    parser.add_argument("--held-out", type=int, default=400)
    parser.add_argument("--copy-steps", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=40, help="rows of a step")
    parser.add_argument("--every", type=int, default=40, help="steps between measurements")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--report", action="store_true", help="print what the journal holds")
    given = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    settings = {
        name: str(value)
        for name, value in vars(given).items()
        if name not in ("squad", "journal", "seeds", "report")
    }
    journal: dict[str, Any] = {"settings": settings, "runs": {}}
    if given.journal.is_file():
        journal = msgspec.json.decode(given.journal.read_bytes())
        if journal["settings"] != settings:
            parser.error(f"{given.journal} was begun with other settings: {journal['settings']}")
    short = short_questions(read_demonstrations(given.squad), given.words, given.answer_words)
    questions, held_out = split(short, given.questions, given.held_out)
    template = PromptTemplate()
    tokenizer = train_tokenizer(
        sorted({template.render_prompt(one.question_text, one.context) for one in questions}),
        VOCABULARY,
    )
    prompter = Prompter(tokenizer, template, CONFIG)
    rows, counts = demonstration_rows(questions, prompter)
    asked, _ = demonstration_rows(held_out, prompter)
    lengths = statistics.fmean(len(row["input_ids"]) for row in rows)
    print(f"{counts.describe()}; {lengths:.0f} tokens a row; {len(asked)} held out", flush=True)
    start = start_of(given.journal.with_suffix(".start"), tokenizer, given.copy_steps)
    for seed in range(given.seeds):
        for arm in ARMS:
            if given.report or f"{arm} {seed}" in journal["runs"]:
                continue
            curve = train_arm(arm, seed, start, tokenizer, rows, (held_out, asked), given)
            journal["runs"][f"{arm} {seed}"] = curve
            write_json(given.journal, journal)
            print(f"{arm}, seed {seed}: {curve[-1]}", flush=True)
    whole = [
        seed
        for seed in range(given.seeds)
        if all(f"{arm} {seed}" in journal["runs"] for arm in ARMS)
    ]
    if not whole:
        print("no seed has all three arms yet: nothing to compare")
        return
    report({arm: [journal["runs"][f"{arm} {seed}"] for seed in whole] for arm in ARMS})


if __name__ == "__main__":
    main()
