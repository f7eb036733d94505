"""What a pair and an example cost in training: TRL, TRL repaired, and prefixes shared.

Stock is TRL's trainer with the settings that are its best on a CPU: float32, no gradient
checkpointing, no packing. Repaired is the same with the vocabulary projected only where a token is
scored. Goldspan computes each passage of a batch once. All three run through TRL's own loop, in
one process on one thread. In a round they take turns at the same batch, two passages with five
questions each, step after step. Every figure is CPU time: the median of the steps after the first,
and then the median of the rounds, each with passages of its own. Like is compared with like: all
with a reference model in memory, or all with its log-probs computed before, at the cost of one
epoch. Rows come from a SQuAD file; the rejected answer is a wrong stretch of the passage.

Run: ``python benchmarks/training.py [SQUAD.json] [--quick] [--only dpo,sft,...] [--rounds N]
[--cells 20x300,...]``.
"""

from __future__ import annotations

import argparse
import copy
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from typing import Any

import datasets
import torch
import transformers
from datasets import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, PrinterCallback, TrainerCallback
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

from goldspan.domain.demonstration import Demonstration
from goldspan.formats.read import read_demonstrations
from goldspan.reader.tree_generation import score, write
from goldspan.training.preset import train_tokenizer
from goldspan.training.tree_model import share_prefixes
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import Unobserved

SQUAD = "squad-dev-v1.1.json"
VOCABULARY, GPT2_VOCABULARY = 8192, 50_257
QUESTIONS, BATCH = 5, 10
QUESTION_COUNTS, CONTEXTS = (1, 2, 5, 10, 20), (100, 300, 800)
"""Cells of the tables that show how the gain grows: questions a passage, tokens of context."""
PAD, END = 0, 1
ON_CPU: Mapping[str, Any] = {
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "dataloader_pin_memory": False,
    "train_sampling_strategy": "sequential",
    "per_device_train_batch_size": BATCH,
    "learning_rate": 1e-5,
    "logging_steps": 1,
    "save_strategy": "no",
    "report_to": "none",
    "disable_tqdm": True,
    "max_length": None,
}
Row = dict[str, Any]


class Tokenised(Unobserved):
    """Takes rows that are tokens already, and notes what the pass before training costs."""

    before_s = 0.0

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def _precompute_ref_logps(self, *args: Any) -> Any:
        started = time.process_time()
        dataset = super()._precompute_ref_logps(*args)  # type: ignore[misc]
        self.before_s += time.process_time() - started
        return dataset


class HeadOnAnswers:
    """TRL with one repair: the vocabulary is projected only where a token is scored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._repair()

    def _precompute_ref_logps(self, *args: Any) -> Any:
        self._repair()
        return super()._precompute_ref_logps(*args)  # type: ignore[misc]

    def _repair(self: Any) -> None:
        share_prefixes(self.model)
        if getattr(self, "ref_model", None) is not None:
            share_prefixes(self.ref_model)


def kinds_of(base: type[Any]) -> dict[str, type[Any]]:
    """Return TRL's trainer as it is, repaired, and sharing prefixes."""
    return {
        "stock": type("Stock", (Tokenised, base), {}),
        "repaired": type("Repaired", (HeadOnAnswers, Tokenised, base), {}),
        "goldspan": type("Goldspan", (SharesPrefixes, Tokenised, base), {}),
    }


DPO, SFT = kinds_of(DPOTrainer), kinds_of(SFTTrainer)
STEPS = {"stock": 2, "repaired": 3, "goldspan": 4}


class Clock(TrainerCallback):
    """Reads the CPU clock at every step."""

    def __init__(self) -> None:
        self.read: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        """Begin."""
        self.read.append(time.process_time())

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """Note the end of a step."""
        self.read.append(time.process_time())

    def step_s(self) -> float:
        """Return the median of the steps after the first."""
        return statistics.median(
            after - before for before, after in zip(self.read[1:], self.read[2:], strict=False)
        )


@dataclass(frozen=True)
class Bench:
    """The rows' source and how much of everything is run."""

    tokenizer: Any
    demonstrations: Sequence[Demonstration]
    folder: Path
    rounds: int
    quick: bool
    cells: Sequence[tuple[int, int]] = ()

    def model(self, vocabulary: int = VOCABULARY) -> Any:
        """Build a GPT-2 of 6 layers, 320 wide: 10.3 million numbers with 8,192 tokens."""
        torch.manual_seed(0)
        sizes = {"n_embd": 320, "n_layer": 6, "n_head": 5, "n_positions": 1024}
        off = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
        special = {"bos_token_id": END, "eos_token_id": END, "pad_token_id": PAD}
        return GPT2LMHeadModel(GPT2Config(vocab_size=vocabulary, **sizes, **off, **special))

    def ids(self, text: str) -> list[int]:
        """Return a text's tokens."""
        found: list[int] = self.tokenizer(text)["input_ids"]
        return found

    def pairs(self, passages: int, seed: int = 0, *, question_first: bool = False) -> list[Row]:
        """Make the pairs of some passages with five answerable questions each."""
        draw = random.Random(seed)
        asked: dict[str, list[Demonstration]] = {}
        for one in self.demonstrations:
            if one.answerable:
                asked.setdefault(one.context, []).append(one)
        contexts = [context for context, some in asked.items() if len(some) >= QUESTIONS]
        rows = []
        for passage, context in enumerate(draw.sample(contexts, passages)):
            words = context.split()
            for one in asked[context][:QUESTIONS]:
                answer = one.answers[0].text
                start = draw.randrange(max(1, len(words) - len(answer.split())))
                wrong = " ".join(words[start : start + len(answer.split())])
                parts = [f"### Context: {context}\n", f"### Question: {one.question_text}\n"]
                prompt = self.ids("".join(parts[::-1] if question_first else parts) + "### Answer:")
                said = {"chosen_ids": answer, "rejected_ids": wrong}
                answers = {name: [*self.ids(" " + text), END] for name, text in said.items()}
                rows.append({"prompt_ids": prompt, **answers, "passage": passage})
        return rows

    def composed(self, passages: int, questions: int, context_tokens: int) -> list[Row]:
        """Make pairs with contexts of an exact length, cut from running text."""
        draw = random.Random(1)
        texts = list(dict.fromkeys(one.context for one in self.demonstrations))
        asked = [one for one in self.demonstrations if one.answerable]
        rows = []
        for passage in range(passages):
            stream: list[int] = []
            while len(stream) < context_tokens:
                stream += self.ids(draw.choice(texts))
            for _ in range(questions):
                one = draw.choice(asked)
                question = self.ids(f"\n### Question: {one.question_text}\n### Answer:")
                chosen, wrong = (
                    [*self.ids(" " + draw.choice(asked).answers[0].text)[:5], END] for _ in range(2)
                )
                prompt = [*stream[:context_tokens], *question]
                answers = {"chosen_ids": chosen, "rejected_ids": wrong}
                rows.append({"prompt_ids": prompt, **answers, "passage": passage})
        return rows

    def trainer(self, kind: type[Any], model: Any, rows: Sequence[Row], **settings: Any) -> Any:
        """Build a trainer on a copy of the model."""
        settings = {**ON_CPU, "output_dir": str(self.folder / "out"), **settings}
        arguments: dict[str, Any] = {"processing_class": self.tokenizer}
        if issubclass(kind, SFTTrainer):
            rows = [demonstration(row) for row in rows]
            arguments["args"] = SFTConfig(**settings)
        else:
            arguments["args"] = DPOConfig(**settings)
            if not arguments["args"].precompute_ref_log_probs:
                arguments["ref_model"] = copy.deepcopy(model)
        data = Dataset.from_list(list(rows))
        trainer = kind(model=copy.deepcopy(model), train_dataset=data, **arguments)
        trainer.remove_callback(PrinterCallback)
        return trainer

    def compare(
        self,
        name: str,
        kinds: Mapping[str, type[Any]],
        model: Any,
        *,
        question_first: bool = False,
        **how: Any,
    ) -> dict[str, float]:
        """Train with each kind in turn; print and return how many times goldspan is cheaper."""
        kinds = {who: kind for who, kind in kinds.items() if not self.quick or who == "goldspan"}
        costs: dict[str, list[float]] = {who: [] for who in kinds}
        computed: dict[str, list[float]] = {who: [] for who in kinds}
        for seed in range(self.rounds):
            rows = self.pairs(BATCH // QUESTIONS, seed, question_first=question_first)
            for who, kind in kinds.items():
                trainer = self.trainer(kind, model, rows, max_steps=STEPS[who], **how)
                clock = Clock()
                trainer.add_callback(clock)
                trainer.train()
                costs[who].append((clock.step_s() + trainer.before_s) / BATCH)
                log = [entry for entry in trainer.state.log_history if "loss" in entry][-1]
                tokens = log.get("num_tokens_computed", log["num_tokens"])
                computed[who].append(tokens / STEPS[who] / BATCH)
        middle = statistics.median
        ratios = {who: middle(map(truediv, costs[who], costs["goldspan"])) for who in kinds}
        for who, ratio in ratios.items():
            line = f"{name:<36}{who:<9}{ratio:>7.1f}{1e3 * middle(costs[who]):>10.0f}"
            print(f"{line}{middle(computed[who]):>9.0f}", flush=True)
        return ratios


def demonstration(row: Row) -> Row:
    """Turn a pair into what SFT learns of it."""
    prompt, answer = row["prompt_ids"], row["chosen_ids"]
    labels = [-100] * len(prompt) + answer
    return {"input_ids": prompt + answer, "labels": labels, "passage": row["passage"]}


def in_turns(rounds: int, *tasks: Callable[[], Any]) -> list[float]:
    """Return the least CPU seconds of each task, run in turns after a first time."""
    found: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds + 1):
        for times, task in zip(found, tasks, strict=True):
            started = time.process_time()
            task()
            times.append(time.process_time() - started)
    return [min(times[1:]) for times in found]


def dpo(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare DPO with 8,192 tokens, with the reference model in memory."""
    yield from _dpo(bench, "with its reference model", {})


def precomputed(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare the same with the reference computed before, at the cost of one epoch."""
    yield from _dpo(bench, "precomputed, cost included", {"precompute_ref_log_probs": True})


def _dpo(
    bench: Bench, name: str, how: Mapping[str, Any]
) -> Iterator[tuple[str, float | None, float]]:
    found = bench.compare(f"DPO {name}", DPO, bench.model(), **how)
    yield f"DPO {name}, to stock", found.get("stock"), 11.0
    yield f"DPO {name}, to repaired", found.get("repaired"), 5.5


def vocabulary(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare DPO with as many tokens as GPT-2 has."""
    found = bench.compare("DPO, 50,257 tokens", DPO, bench.model(GPT2_VOCABULARY))
    yield "DPO at GPT-2's vocabulary, to stock", found.get("stock"), 25.0
    yield "DPO at GPT-2's vocabulary, to repaired", found.get("repaired"), 4.5


def sft(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare SFT."""
    found = bench.compare("SFT", SFT, bench.model())
    yield "SFT, to stock", found.get("stock"), 6.0
    yield "SFT, to repaired", found.get("repaired"), 3.0


def question_first(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare DPO where the question comes before the passage: only a pair's answers share."""
    kinds = {who: kind for who, kind in DPO.items() if who != "stock"}
    found = bench.compare("DPO, question first", kinds, bench.model(), question_first=True)
    yield "DPO question first, to repaired", found.get("repaired"), 1.8


def candidates(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare drawing candidates: 5 questions of a passage, 4 samples each, 8 tokens."""
    model = bench.model().eval()
    prompts = [row["prompt_ids"] for row in bench.pairs(1)]
    longest = max(map(len, prompts))
    ids = torch.tensor([[PAD] * (longest - len(one)) + one for one in prompts])
    mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts])

    def theirs() -> None:
        new = {"max_new_tokens": 8, "min_new_tokens": 8, "num_return_sequences": 4}
        model.generate(ids, attention_mask=mask, do_sample=True, pad_token_id=PAD, **new)

    def choose(logits: torch.Tensor, _: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        logps = logits.log_softmax(-1)
        tokens = logps.exp().multinomial(1)
        return tokens[:, 0], logps.gather(1, tokens)[:, 0]

    def ours() -> None:
        write(model, prompts, 4, choose, max_new_tokens=8, end_ids=())

    yield "candidates, to generate", compared(bench, "candidates", ours, theirs), 3.5


def scoring(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Compare scoring 8 given candidates for each of 5 questions of a passage."""
    model = bench.model().eval()
    asked = [row["prompt_ids"] for row in bench.pairs(1)]
    draw = random.Random(2)
    said = [row["chosen_ids"] for row in bench.pairs(40)]
    prompts = [prompt for prompt in asked for _ in range(8)]
    completions = [draw.choice(said) for _ in prompts]
    rows = [[*prompt, *one] for prompt, one in zip(prompts, completions, strict=True)]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    places = [range(len(one) - 1, len(row) - 1) for one, row in zip(prompts, rows, strict=True)]

    def theirs() -> None:
        with torch.inference_mode():
            hidden = model.base_model(ids, attention_mask=mask).last_hidden_state
            for line, (place, one) in enumerate(zip(places, completions, strict=True)):
                table = model.lm_head(hidden[line, list(place)]).log_softmax(-1)
                float(table.gather(1, torch.tensor(one)[:, None]).sum())

    def ours() -> None:
        score(model, prompts, completions)

    yield "scoring, to separate rows", compared(bench, "scoring", ours, theirs), 15.0


def compared(
    bench: Bench, name: str, ours: Callable[[], None], theirs: Callable[[], None]
) -> float | None:
    """Print what both cost; return how many times ours is cheaper."""
    costs = in_turns(bench.rounds, ours) if bench.quick else in_turns(bench.rounds, ours, theirs)
    ratio = costs[-1] / costs[0]
    for who, cost in zip(("goldspan", "apart"), costs, strict=False):
        print(f"{name:<36}{who:<9}{cost / costs[0]:>7.1f}{1e3 * cost:>10.0f}", flush=True)
    return None if bench.quick else ratio


def growth_sft(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Show how SFT's gain over repaired rows grows with questions and context."""
    yield from _growth(bench, "SFT", SFT)


def growth_dpo(bench: Bench) -> Iterator[tuple[str, float | None, float]]:
    """Show the same of DPO."""
    yield from _growth(bench, "DPO", DPO)


def _growth(
    bench: Bench, title: str, kinds: Mapping[str, type[Any]]
) -> Iterator[tuple[str, float | None, float]]:
    bar = f"{title}: no cell slower than plain rows, least ratio"
    if bench.quick:
        yield bar, None, 0.95
        return
    model = bench.model()
    print("ratio to repaired rows / ratio of the tokens; down: questions a passage")
    print(f"{title:<6}" + "".join(f"{f'{n} tokens':>16}" for n in CONTEXTS))
    least = float("inf")
    for questions in QUESTION_COUNTS:
        print(f"{questions:<6}", end="", flush=True)
        for context in CONTEXTS:
            if (questions, context) not in bench.cells:
                print(f"{'':>16}", end="", flush=True)
                continue
            ratio, limit = gain(bench, kinds, model, questions, context)
            least = min(least, ratio)
            print(f"{ratio:>9.2f} /{limit:>5.1f}", end="", flush=True)
        print(flush=True)
    yield bar, least, 0.95


def gain(
    bench: Bench, kinds: Mapping[str, type[Any]], model: Any, questions: int, context: int
) -> tuple[float, float]:
    """Return how much cheaper a step's forward and backward pass is, and the tokens' ratio."""
    passages = max(1, 4 // questions)
    rows = bench.composed(passages, questions, context)
    how: dict[str, Any] = {"per_device_train_batch_size": len(rows)}
    if kinds is DPO:
        how["precompute_ref_log_probs"] = True
    steps, tokens = [], []
    for who in ("repaired", "goldspan"):
        trainer = bench.trainer(kinds[who], model, rows, **how)
        trainer.model.train()
        (batch,) = trainer.get_train_dataloader()
        tokens.append(batch.get("tree_ids", batch["input_ids"]).numel())
        trainer.current_gradient_accumulation_steps = 1
        steps.append(lambda one=trainer, some=batch: one.training_step(one.model, dict(some)))
    small = len(rows) * context < 3000
    costs = in_turns(3 if small else 1, *steps)
    return costs[0] / costs[1], tokens[0] / tokens[1]


PARTS = {
    "dpo": dpo,
    "precomputed": precomputed,
    "sft": sft,
    "vocabulary": vocabulary,
    "question_first": question_first,
    "candidates": candidates,
    "scoring": scoring,
    "growth_sft": growth_sft,
    "growth_dpo": growth_dpo,
}


def squad_file(given: Path | None) -> Path:
    """Return the file given, or SQuAD's in the folder that the tests read."""
    shared = Path(__file__).parents[2] / "shared" / "data"
    return given or Path(os.environ.get("GOLDSPAN_TEST_DATA", shared)) / SQUAD


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true", help="goldspan alone, two minutes")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5)
    every = [f"{questions}x{context}" for questions in QUESTION_COUNTS for context in CONTEXTS]
    parser.add_argument(
        "--cells", default=",".join(every), help="of growth_sft and growth_dpo; questions x tokens"
    )
    given = parser.parse_args()
    cells = given.cells.split(",")
    if unknown := sorted(set(cells) - set(every)):
        parser.error(f"--cells takes {', '.join(every)}; found {', '.join(unknown)}")
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
            rounds=1 if given.quick else given.rounds,
            quick=given.quick,
            cells=[(int(one), int(other)) for one, other in (cell.split("x") for cell in cells)],
        )
        print(f"{'':<36}{'':<9}{'ratio':>7}{'CPU ms':>10}{'tokens':>9}   (a pair, an example, all)")
        bars = [bar for part in given.only.split(",") for bar in PARTS[part](bench)]
    for name, measured, goal in bars:
        if measured is None:
            print(f"bar {name}: not measured (quick)")
        else:
            verdict = "met" if measured >= goal else "short"
            print(f"bar {name}: {measured:.2f} against {goal}: {verdict}")


if __name__ == "__main__":
    main()
