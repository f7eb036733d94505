"""What an example costs in the generative reader's trainings on a CPU, with prefixes shared or not.

A model of 10 million numbers (the preset ``small-gpt2``) is trained for one epoch on questions that
share passages, five a passage: from a SQuAD file, or made up. Printed are CPU milliseconds an
example from the second step on, and those before the first step (DPO's reference and its check).
Run: ``python benchmarks/generative_training.py [SQUAD.json] [--quick]``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.formats.read import read_demonstrations
from goldspan.reader.generative import GenerativeReader
from goldspan.training.generative_dpo import train_generative_dpo
from goldspan.training.generative_settings import GenerativeDPOSettings, GenerativeSFTSettings
from goldspan.training.generative_sft import train_generative_sft
from goldspan.training.settings import updated

QUESTIONS_A_PASSAGE = 5
BATCH = 10


@dataclass
class Clock:
    """Reads the CPU clock at every event."""

    examples: int
    begun: float = 0.0
    started: float = 0.0
    first_step: float = 0.0
    last_step: float = 0.0

    def __post_init__(self) -> None:
        self.begun = time.process_time()

    def __call__(self, kind: str, values: Mapping[str, Any]) -> None:
        """Note when the first step starts, when it ends, and when the last one ends."""
        now = time.process_time()
        if kind == "started":
            self.started = now
        elif kind == "step" and values["step"] == 1:
            self.first_step = now
        elif kind == "step":
            self.last_step = now

    def milliseconds(self) -> tuple[float, float]:
        """Return what an example costs before the first step, and in each later one."""
        later = self.last_step - self.first_step
        before = self.started - self.begun
        return 1e3 * before / self.examples, 1e3 * later / (self.examples - BATCH)


def made_up(passages: int) -> list[Demonstration]:
    """Make questions about passages of about 120 words."""
    made = []
    for at in range(passages):
        words = [f"{'abcdefghijklmnop'[(at * i) % 16]}word{(at * 7 + i) % 97}" for i in range(120)]
        context = " ".join(words)
        for number in range(QUESTIONS_A_PASSAGE):
            word = words[20 * number + 3]
            start = context.index(word)
            answer = Answer(word, Span(start, start + len(word)))
            question = f"Which word stands at place {20 * number + 3}?"
            made.append(Demonstration(f"{at}-{number}", question, context, (answer,)))
    return made


def first_of_each(demonstrations: Sequence[Demonstration], passages: int) -> list[Demonstration]:
    """Keep five answerable questions of each of the first passages that have so many."""
    of: dict[str, list[Demonstration]] = defaultdict(list)
    for each in demonstrations:
        if each.answerable:
            of[each.context].append(each)
    whole = [mine[:QUESTIONS_A_PASSAGE] for mine in of.values() if len(mine) >= QUESTIONS_A_PASSAGE]
    return [each for mine in whole[:passages] for each in mine]


def wrong_answers(demonstrations: Sequence[Demonstration]) -> list[PreferencePair]:
    """Prefer the gold answer to another question's answer about the same passage."""
    pairs = []
    for at, each in enumerate(demonstrations):
        base = at - at % QUESTIONS_A_PASSAGE
        other = demonstrations[base + (at + 1) % QUESTIONS_A_PASSAGE]
        chosen, rejected = each.answers[0], other.answers[0]
        pairs.append(
            PreferencePair(each.id, each.question_text, each.context, chosen, rejected, ())
        )
    return [pair for pair in pairs if pair.chosen.text != pair.rejected.text]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a SQuAD file; made-up passages without")
    parser.add_argument("--quick", action="store_true", help="4 passages instead of 16")
    given = parser.parse_args()
    torch.set_num_threads(1)
    passages = 4 if given.quick else 16
    source = read_demonstrations(given.file) if given.file else made_up(passages)
    rows = first_of_each(source, passages)
    pairs = wrong_answers(rows)
    common = {"per_device_train_batch_size": BATCH, "logging_steps": 1, "num_train_epochs": 1}
    sft = updated(GenerativeSFTSettings(), **common)
    dpo = updated(GenerativeDPOSettings(), **common)
    print(f"{'CPU ms an example':<24}{'before':>10}{'training':>10}   {len(rows)} questions")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for shared in (False, True):
            name = "shared" if shared else "apart"
            clock = Clock(len(rows))
            settings = updated(sft, share_prefixes=shared)
            train_generative_sft("small-gpt2", rows, root / f"sft-{name}", settings, on_event=clock)
            print(f"SFT, prefixes {name:<10}{'-':>10}{clock.milliseconds()[1]:>10.0f}", flush=True)
            clock = Clock(len(pairs))
            preferred = updated(dpo, share_prefixes=shared)
            start = root / f"sft-{name}"
            train_generative_dpo(start, pairs, root / f"dpo-{name}", preferred, on_event=clock)
            before, training = clock.milliseconds()
            print(f"DPO, prefixes {name:<10}{before:>10.0f}{training:>10.0f}", flush=True)
        reader = GenerativeReader.from_pretrained(root / "sft-shared")
        begun = time.process_time()
        reader.answer_many([(each.question_text, [each.context]) for each in rows])
        cost = 1e3 * (time.process_time() - begun) / len(rows)
        print(f"{'reading, a question':<24}{'-':>10}{cost:>10.0f}")


if __name__ == "__main__":
    main()
