"""What a pair and an example cost on one GPU in bfloat16: TRL at its best, and prefixes shared.

A Llama of 360 million numbers (SmolLM2-360M's shape, fresh weights), float32 weights under bfloat16
autocast, fused AdamW, no gradient checkpointing. TRL projects the vocabulary only where a token is
scored on this device, and runs sdpa; every batch holds passages of like length, so that little is
padding; SFT is run packed, too. An optimiser step has 160 pairs or examples, of 32 SQuAD passages
with five questions each. Each kind takes them in forward passes of several sizes, and its cheapest
one counts. Every figure is wall time, the median of the steps after the first two. The reference
model of DPO is in memory.

Run: ``python -m benchmarks.training_gpu SQUAD.json [--out FILE] [--seconds N]``, from the
checkout; it says so where there is no GPU. ``--tiny`` runs all of it on a toy model, on a CPU too.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import datasets
import torch
import transformers
from benchmarks.training import END, PAD, QUESTIONS, VOCABULARY, Bench, Row, demonstration, kinds_of
from datasets import Dataset
from transformers import LlamaConfig, LlamaForCausalLM, PrinterCallback, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer
from trl.data_utils import pack_dataset
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.utils import add_fused_lm_head

from goldspan.formats.read import read_demonstrations
from goldspan.training.preset import train_tokenizer
from goldspan.training.tree_batch import TreeCollator
from goldspan.training.tree_model import share_prefixes

PASSAGES = 32
PACKED_TOKENS = 1024
SKIPPED_STEPS = 2
BAR = 3.0
DPO, SFT = kinds_of(DPOTrainer), kinds_of(SFTTrainer)


class WallClock(TrainerCallback):
    """Reads the clock at every step, when the device is done with it."""

    def __init__(self) -> None:
        self.read: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Begin."""
        self._note()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Note the end of a step."""
        self._note()

    def step_s(self) -> float:
        """Return the median of the steps after the first ones."""
        steps = [after - before for before, after in zip(self.read, self.read[1:], strict=False)]
        return statistics.median(steps[SKIPPED_STEPS:])

    def _note(self) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        self.read.append(time.perf_counter())


@dataclass
class GPU:
    """The machine, the rows, and what was measured so far.

    Args:
        bench: makes rows.
        tiny: whether the model is a toy.
        ends_at: no new measurement begins after this, by ``time.monotonic``.
        found: every measurement.
    """

    bench: Bench
    tiny: bool
    ends_at: float
    found: list[dict[str, Any]] = field(default_factory=list)

    @property
    def passages(self) -> int:
        """Passages of an optimiser step."""
        return 2 if self.tiny else PASSAGES

    @property
    def per_step(self) -> int:
        """Pairs, or examples, of an optimiser step."""
        return QUESTIONS * self.passages

    @property
    def device(self) -> str:
        """Where the model lies."""
        return "cuda" if torch.cuda.is_available() else "cpu"

    def model(self, attention: str = "sdpa", *, layers: int = 32) -> Any:
        """Build the model on the device, always with the same weights."""
        size = {
            "hidden_size": 960,
            "intermediate_size": 2560,
            "num_hidden_layers": layers,
            "num_attention_heads": 15,
            "num_key_value_heads": 5,
            "vocab_size": 49_152,
        }
        if self.tiny:
            size |= {"hidden_size": 120, "intermediate_size": 256, "num_hidden_layers": 2}
            size["vocab_size"] = VOCABULARY
        special = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": PAD}
        config = LlamaConfig(
            **size,
            **special,
            max_position_embeddings=8192,
            tie_word_embeddings=True,
            attn_implementation=attention,
        )
        torch.manual_seed(0)
        with torch.device(self.device):
            return LlamaForCausalLM(config)

    def rows(self, steps: int) -> list[Row]:
        """Make the rows of some steps; passages of like length follow each other in a step."""
        rows = []
        for seed in range(steps):
            asked: dict[int, list[Row]] = {}
            for row in self.bench.pairs(self.passages, seed):
                asked.setdefault(row["passage"], []).append(row)
            in_order = sorted(asked.values(), key=lambda some: len(some[0]["prompt_ids"]))
            rows += [
                {**row, "passage": self.passages * seed + row["passage"]} for row in flat(in_order)
            ]
        return rows

    def measure(
        self,
        name: str,
        kind: type[Any],
        rows: Sequence[Row],
        *,
        micro: int,
        packed: bool = False,
        attention: str = "sdpa",
        per_step: int | None = None,
    ) -> float | None:
        """Train, print and note what a row costs; None where it does not fit or time is up.

        Args:
            name: of the line printed.
            kind: a trainer.
            rows: pairs, ``per_step`` of them for every optimiser step.
            micro: rows of one forward pass.
            packed: whether rows are packed to 1,024 tokens, as TRL does it; SFT alone.
            attention: transformers' name of the implementation.
            per_step: rows of one optimiser step; None takes the machine's own.
        """
        per_step = per_step or self.per_step
        if time.monotonic() > self.ends_at:
            print(f"{name:<44} left out: the time is up", flush=True)
            return None
        try:
            trainer = self._trainer(kind, rows, micro, packed, attention, per_step)
            clock = WallClock()
            trainer.add_callback(clock)
            if self.device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            trainer.train()
            each = 1e3 * clock.step_s() / rows_a_step(trainer, len(rows))
        except torch.OutOfMemoryError:
            print(f"{name:<44} does not fit into the memory", flush=True)
            return None
        except Exception:
            # One failed measurement must not cost the others their time on the device.
            traceback.print_exc()
            print(f"{name:<44} failed, see above", flush=True)
            return None
        finally:
            trainer = None
            gc.collect()
            torch.cuda.empty_cache()
        peak = torch.cuda.max_memory_allocated() / 2**30 if self.device == "cuda" else 0.0
        self.found.append({"name": name, "ms": each, "peak_gib": peak, "steps_s": clock.read})
        print(f"{name:<44}{each:>9.3f}{peak:>9.1f}", flush=True)
        return each

    def _trainer(
        self,
        kind: type[Any],
        rows: Sequence[Row],
        micro: int,
        packed: bool,
        attention: str,
        per_step: int,
    ) -> Any:
        settings: dict[str, Any] = {
            "output_dir": str(self.bench.folder / "out"),
            "use_cpu": self.device == "cpu",
            "bf16": self.device == "cuda",
            "gradient_checkpointing": False,
            "train_sampling_strategy": "sequential",
            "per_device_train_batch_size": micro,
            "gradient_accumulation_steps": max(1, per_step // micro),
            "dataloader_num_workers": 0 if self.tiny else 4,
            "learning_rate": 1e-5,
            "logging_steps": 1,
            "save_strategy": "no",
            "report_to": "none",
            "disable_tqdm": True,
            "max_length": None,
            "num_train_epochs": 1,
        }
        arguments: dict[str, Any] = {"processing_class": self.bench.tokenizer}
        # Without passages, rows come in their order: the same batches for all kinds.
        plain = [{name: row[name] for name in row if name != "passage"} for row in rows]
        if issubclass(kind, SFTTrainer):
            data = Dataset.from_list([demonstration(row) for row in rows])
            data = data.remove_columns("passage")
            if packed:
                before = sum(map(len, data["input_ids"]))
                data = pack_dataset(data, PACKED_TOKENS, "bfd")
                # As many tokens a step as without packing.
                a_step = max(1, round(per_step * len(data) / len(rows)))
                settings |= {"packing": True, "max_length": PACKED_TOKENS}
                settings["per_device_train_batch_size"] = micro
                settings["gradient_accumulation_steps"] = max(1, round(a_step / micro))
                assert sum(map(len, data["input_ids"])) == before, "packing lost tokens"
            arguments["args"] = SFTConfig(**settings)
        else:
            data = Dataset.from_list(plain)
            arguments["args"] = DPOConfig(**settings)
            arguments["ref_model"] = self.model(attention)
        trainer = kind(model=self.model(attention), train_dataset=data, **arguments)
        trainer.remove_callback(PrinterCallback)
        return trainer


def rows_a_step(trainer: Any, rows: int) -> float:
    """Return how many of the rows given an optimiser step takes; packed ones hold several."""
    args = trainer.args
    taken = args.per_device_train_batch_size * args.gradient_accumulation_steps
    return float(taken * rows / len(trainer.train_dataset))


def flat(lists: Sequence[Sequence[Row]]) -> list[Row]:
    """Join lists."""
    return [one for some in lists for one in some]


def exactness(gpu: GPU) -> Iterator[tuple[str, float | None, float]]:
    """Compare log-probs and gradients in float32 with separate rows, on this device."""
    rows = gpu.rows(1)[: 4 * 5]
    plain = DataCollatorForPreference(pad_token_id=PAD)
    tree = TreeCollator(plain, PAD)
    apart = learnt(gpu, "sdpa", plain(rows))
    for attention in ("sdpa", "flex_attention") if gpu.device == "cuda" else ("sdpa",):
        try:
            shared = learnt(gpu, attention, tree(rows))
        except Exception:
            traceback.print_exc()
            print(f"exactness with {attention}: failed, see above", flush=True)
            continue
        logp, gradient = (
            float((one - other).abs().max()) for one, other in zip(apart, shared, strict=True)
        )
        gpu.found.append({"name": f"exactness {attention}", "logp": logp, "gradient": gradient})
        print(f"float32, {attention}: log-probs within {logp:.1e}, gradients {gradient:.1e}")
        yield f"1e-3 / difference of log-probs, {attention}", 1e-3 / max(logp, 1e-9), 1.0


def learnt(gpu: GPU, attention: str, batch: Mapping[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a batch's log-probs, summed over answers, and the gradient of the embedding."""
    model = gpu.model(attention, layers=4)
    add_fused_lm_head(model)
    share_prefixes(model)
    inputs = {name: value.to(gpu.device) for name, value in batch.items()}
    mask = inputs.pop("completion_mask")
    inputs["labels"] = inputs["input_ids"].masked_fill(mask == 0, -100)
    logps = model(**inputs, fused_lm_head=True, use_cache=False).log_probs.sum(dim=1)
    chosen, rejected = logps.chunk(2)
    loss = -torch.nn.functional.logsigmoid(0.1 * (chosen - rejected)).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    return logps.detach().cpu(), model.get_input_embeddings().weight.grad.cpu()


def dpo(gpu: GPU) -> Iterator[tuple[str, float | None, float]]:
    """Compare DPO with its reference model in memory."""
    rows = gpu.rows(SKIPPED_STEPS + 4)
    stock, ours = (
        [
            gpu.measure(f"DPO {title}, {n} pairs a pass", DPO[who], rows, micro=n)
            for n in (gpu.per_step // part for part in parts)
        ]
        for title, who, parts in (("TRL", "stock", (8, 4, 2)), ("Goldspan", "goldspan", (4, 2, 1)))
    )
    yield "DPO a pair", times(stock, ours), BAR


def sft(gpu: GPU) -> Iterator[tuple[str, float | None, float]]:
    """Compare SFT, TRL's also packed."""
    rows = gpu.rows(SKIPPED_STEPS + 4)
    stock, ours = (
        [
            gpu.measure(f"SFT {title}, {n} rows a pass", SFT[who], rows, micro=n)
            for n in (gpu.per_step // part for part in (4, 2, 1))
        ]
        for title, who in (("TRL", "stock"), ("Goldspan", "goldspan"))
    )
    stock += [
        gpu.measure(
            f"SFT TRL, packed, {n} x 1,024 tokens a pass", SFT["stock"], rows, micro=n, packed=True
        )
        for n in (1, 2 if gpu.tiny else 8)
    ]
    yield "SFT an example", times(stock, ours), BAR


def growth(gpu: GPU) -> Iterator[tuple[str, float | None, float]]:
    """Show how the gain in SFT grows with questions and context."""
    least: float | None = None
    at_once = 4 if gpu.tiny else 40
    for context in (300, 800):
        for questions in (1, 5, 20):
            passages = max(1, at_once // questions)
            rows = flat(
                [gpu.bench.composed(passages, questions, context) for _ in range(SKIPPED_STEPS + 4)]
            )
            a_step = passages * questions
            title = f"SFT, {context} tokens, {questions} questions"
            found = [
                gpu.measure(f"{title}, {who}", SFT[who], rows, micro=a_step, per_step=a_step)
                for who in ("stock", "goldspan")
            ]
            ratio = times(found[:1], found[1:])
            if ratio is not None:
                print(f"{title}: {ratio:.2f} times", flush=True)
                least = ratio if least is None else min(least, ratio)
    yield "no cell slower than plain rows, least ratio", least, 0.95


def flex(gpu: GPU) -> Iterator[tuple[str, float | None, float]]:
    """Compare FlexAttention's sparse mask with sdpa's dense one on long contexts."""
    passages, questions = (1, 5) if gpu.tiny else (2, 20)
    a_step = passages * questions
    rows = flat([gpu.bench.composed(passages, questions, 800) for _ in range(SKIPPED_STEPS + 6)])
    found = [
        gpu.measure(
            f"SFT Goldspan, 800 tokens, {attention}",
            SFT["goldspan"],
            rows,
            micro=a_step,
            per_step=a_step,
            attention=attention,
        )
        for attention in ("sdpa", "flex_attention")
        if attention == "sdpa" or gpu.device == "cuda"
    ]
    yield "FlexAttention over sdpa", times(found[:1], found[1:]), 0.0


def times(theirs: Sequence[float | None], ours: Sequence[float | None]) -> float | None:
    """Return how many times our best is cheaper than theirs."""
    measured = [[one for one in some if one is not None] for some in (theirs, ours)]
    return min(measured[0]) / min(measured[1]) if all(measured) else None


PARTS: Mapping[str, Callable[[GPU], Iterator[tuple[str, float | None, float]]]] = {
    "exactness": exactness,
    "dpo": dpo,
    "sft": sft,
    "growth": growth,
    "flex": flex,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=170, help="begin nothing after this")
    parser.add_argument("--out", type=Path, help="every measurement, JSON")
    parser.add_argument("--tiny", action="store_true", help="a toy model, on a CPU too")
    given = parser.parse_args()
    if not torch.cuda.is_available() and not given.tiny:
        print("no GPU here: nothing to measure. benchmarks/training.py measures on a CPU")
        return
    ends_at = time.monotonic() + given.seconds
    os.environ |= {"TQDM_DISABLE": "1", "TOKENIZERS_PARALLELISM": "true"}
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    demonstrations = read_demonstrations(given.squad)
    texts = {one.context for one in demonstrations} | {one.question_text for one in demonstrations}
    tokenizer = train_tokenizer(sorted(texts), VOCABULARY)
    name = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    print(f"{name}, torch {torch.__version__}, transformers {transformers.__version__}")
    print(f"{'':<44}{'ms each':>9}{'GiB':>9}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(tokenizer, demonstrations, Path(folder), rounds=1, quick=False)
        gpu = GPU(bench, given.tiny, ends_at)
        bars: list[tuple[str, float | None, float]] = []
        for part in given.only.split(","):
            bars += PARTS[part](gpu)
            if given.out is not None:
                given.out.write_text(json.dumps({"device": name, "found": gpu.found, "bars": bars}))
    for what, measured, goal in bars:
        if measured is None:
            print(f"bar {what}: not measured")
        else:
            verdict = "met" if measured >= goal else "short"
            print(f"bar {what}: {measured:.2f} against {goal}: {verdict}")


if __name__ == "__main__":
    main()
