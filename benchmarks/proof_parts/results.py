"""Rows of results: kept on disk as they come; a row that is there is not computed again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.proof_parts.training import Recipe
from numpy.typing import NDArray

from goldspan.evaluation.threshold import threshold_curve


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


def check_size(path: Path, size: dict[str, Any]) -> None:
    """Write down of what size the experiment is; rows of two sizes have one key and do not mix.

    Args:
        path: of the note; written if it is not there.
        size: by the name of an option what rows hang on.

    Raises:
        SystemExit: if the note says another size.
    """
    if not path.is_file():
        path.write_text(json.dumps(size, indent=1) + "\n", encoding="utf-8")
        return
    noted = json.loads(path.read_text(encoding="utf-8"))
    others = [
        f"{name} was {noted.get(name)!r} and is {wanted!r}"
        for name, wanted in size.items()
        if noted.get(name) != wanted
    ]
    if others:
        raise SystemExit(
            f"{path.parent} holds rows of another size: {'; '.join(others)}. Ask for the same, or "
            "name another folder with --out"
        )


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


def best_threshold(
    f1: NDArray[np.float64], answerable: NDArray[np.bool_], none: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the threshold with the highest F1 on these questions, and that F1 in percent.

    Args:
        f1: of the best span of each question, 0 to 1.
        answerable: whether a question has an answer.
        none: the reader's probability that it has none.
    """
    best = threshold_curve(f1.tolist(), answerable.tolist(), none.tolist()).best
    return best.threshold, best.f1
