"""What a training gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts

OnEvent = Callable[[str, Mapping[str, Any]], None]
"""Called with each event's kind and values, just after it was written to ``events.jsonl``.

Kinds and values: ``preparing`` (stage, done, total), ``started`` (step, total_steps), ``step``
(step, total_steps, epoch, loss, learning_rate and what else the recipe logs), ``start_margins``
(pairs, largest), ``checkpoint`` (step), ``interrupted`` (step),
``warning`` (message, and step where it came from one), ``held_out`` (step, best, exact_match, f1,
loss: of held-out questions, at intervals), ``evaluation`` (figures by name), ``finished`` (steps,
seconds, final_loss). After a resume the steps since the last checkpoint come again; the later ones
count.
"""


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A training that ended, or was interrupted and can be resumed.

    Args:
        folder: the run's folder.
        model_dir: where the trained model lies; not there yet if ``interrupted``.
        rows: what became of the rows.
        steps: optimiser steps done, those before a resume included.
        seconds: wall time of this training; before a resume is not counted.
        final_loss: the last logged loss; NaN where no step was done.
        interrupted: whether it was stopped before its end, by Ctrl-C.
    """

    folder: RunFolder
    model_dir: Path
    rows: RowCounts
    steps: int
    seconds: float
    final_loss: float
    interrupted: bool
