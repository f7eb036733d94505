"""How fast readers train and read."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from benchmarks.proof_parts.options import Options
from benchmarks.proof_parts.readers import BATCH, Readers
from benchmarks.proof_parts.reading import answers
from benchmarks.proof_parts.training import Pairs, Recipe, Targets, dpo, sft


def speed(readers: Readers, options: Options, on_step: Callable[[], None]) -> dict[str, float]:
    """Measure steps a second of members, by loss and number of members trained together."""
    found: dict[str, float] = {}
    tokens = readers.tokens("C")
    host = tokens.host
    rows = np.flatnonzero((host.home >= 0) & (host.windows == 1))[:320]
    windows = host.home[rows]
    ends = np.stack([host.start[rows], host.end[rows]], 1)
    actions = np.stack([ends, np.roll(ends, 1, 0).clip(max=60)], 1)[:, None]
    actions[..., 0] = actions[..., 1]
    some = np.zeros(actions.shape[:2], dtype=np.float32)
    pairs = Pairs(windows, actions, some, some + 1, np.zeros((*some.shape, 2), np.float32))
    targets = Targets(windows, ends[:, 0], ends[:, 1])
    for size in {1, options.stack // 4, options.stack} - {0}:
        stack = readers.fresh(size)
        common: dict[str, Any] = {
            "passes": 1,
            "batch": BATCH,
            "seeds": range(size),
            "on_step": on_step,
        }
        recipes = [Recipe(1e-5)] * size
        work = {
            "SFT": partial(sft, stack, tokens, [targets] * size, recipes, **common),
            "DPO": partial(dpo, stack, tokens, [pairs] * size, recipes, **common),
        }
        for name, train in work.items():
            for count in (48, 320):  # the first call pays for warming up
                began = time.monotonic()
                train(size=count)
                _wait(options)
            steps = size * 20 / (time.monotonic() - began)
            found[f"{name}, {size} together, member steps a second"] = steps
        began = time.monotonic()
        answers(stack, tokens)
        each = size * len(host.home) / (time.monotonic() - began)
        found[f"{size} together, questions read a second"] = each
    if options.device.type == "cuda":
        found["GiB at most"] = torch.cuda.max_memory_allocated() / 2**30
    return found


def _wait(options: Options) -> None:
    if options.device.type == "cuda":
        torch.cuda.synchronize()
