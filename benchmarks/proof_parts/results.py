"""Rows of results: kept on disk as they come; a row that is there is not computed again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.proof_parts.training import Recipe


@dataclass
class Results:
    """Rows kept on disk as they come, one JSON object a line.

    Args:
        path: of the file; rows that are there count as done.
    """

    path: Path
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self.rows[row["key"]] = row

    def add(self, row: dict[str, Any]) -> None:
        """Keep a row."""
        self.rows[row["key"]] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def new_row(
    place: str, arm: str, n: int, seed: int, split: str, recipes: Sequence[Recipe]
) -> dict[str, Any]:
    """Return a row without scores."""
    return {
        "key": json.dumps([place, arm, n, seed, split, 0]),
        "place": place,
        "arm": arm,
        "n": n,
        "seed": seed,
        "split": split,
        "recipes": [asdict(recipe) for recipe in recipes],
    }


def best_threshold(f1: np.ndarray, answerable: np.ndarray, none: np.ndarray) -> tuple[float, float]:
    """Return the threshold on the probability of "not answerable" with the highest F1.

    Args:
        f1: of the best span of each question, 0 to 1.
        answerable: whether a question has an answer.
        none: the reader's probability that it has none.

    Returns:
        The threshold, and the F1 in percent that it gives on these questions.
    """
    order = np.argsort(-none, kind="stable")
    spoken = np.where(answerable, f1, 0.0)[order]
    silent = (~answerable[order]).astype(float)
    # After the k most doubtful questions are left unanswered:
    totals = spoken.sum() + np.concatenate([[0.0], np.cumsum(silent - spoken)])
    k = int(np.argmax(totals))
    ranked = none[order]
    above = ranked[k - 1] if k else 1.0
    below = ranked[k] if k < len(ranked) else 0.0
    return float((above + below) / 2), 100 * float(totals[k]) / len(f1)
