"""How much of the proof is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch


class OutOfTime(Exception):
    """The budget is spent; what is not done is left for a later call."""


@dataclass(frozen=True)
class Options:
    """How much is done.

    Args:
        model: folder of the encoder.
        first_reader: run folder of a span reader that all places start from; None trains them.
        out: folder of what is kept: rows and first readers.
        seeds: of every final run, from 0.
        tune_seeds: seeds that tuning averages over.
        base_questions: of the weak reader's SFT.
        strong_questions: of the strong reader's.
        strong_passes: over them.
        stack: members trained together at most.
        dtype: in which layers compute.
        device: of torch.
        trained_layers: upper layers that are trained on judgements, all seeds then starting from
            one first reader; None trains all weights, each seed from a first reader of its own.
        scale: factor on the numbers of judgements.
        judgements: numbers of judgements tried in every place; empty for the plan's.
        arms: names of those that are tried.
    """

    model: Path
    first_reader: Path | None
    out: Path
    seeds: int
    tune_seeds: int
    base_questions: int
    strong_questions: int
    strong_passes: int
    stack: int
    dtype: torch.dtype
    device: torch.device
    trained_layers: int | None
    scale: float
    judgements: tuple[int, ...]
    arms: tuple[str, ...]

    def base_of(self, seed: int) -> int:
        """Return which first reader a seed starts from."""
        return 0 if self.trained_layers or self.first_reader else seed
