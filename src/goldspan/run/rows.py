"""A run's data: the rows it was trained on, frozen as JSON lines beside it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of the rows that training was given.

    Args:
        given: rows handed in.
        kept: rows trained on.
        dropped: reason to number of rows left out; kept + dropped = given.
        windows: model inputs made of the kept rows.
    """

    given: int
    kept: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    windows: int = 0

    def describe(self) -> str:
        """Say it in one line."""
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.dropped.items())
        line = f"{self.kept} of {self.given} rows kept, {self.windows} windows"
        return f"{line}; dropped: {reasons}" if reasons else line


class RowCounter:
    """Counts rows while they are prepared."""

    def __init__(self) -> None:
        self._kept = 0
        self._windows = 0
        self._dropped: Counter[str] = Counter()

    def keep(self, windows: int = 1) -> None:
        """Count one kept row that made ``windows`` model inputs."""
        self._kept += 1
        self._windows += windows

    def drop(self, reason: str) -> None:
        """Count one row left out."""
        self._dropped[reason] += 1

    def counts(self) -> RowCounts:
        """Return what was counted so far."""
        return RowCounts(
            given=self._kept + self._dropped.total(),
            kept=self._kept,
            dropped=dict(self._dropped),
            windows=self._windows,
        )


def write_rows(path: Path, rows: Iterable[Any]) -> str:
    """Write dataclass rows as JSON lines and return the SHA-256 of the file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for row in rows:
            line = msgspec.json.encode(row) + b"\n"
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def read_rows(path: Path, row_type: type[Row]) -> list[Row]:
    """Read the rows that ``write_rows`` wrote."""
    decoder = msgspec.json.Decoder(row_type)
    with path.open("rb") as file:
        return [decoder.decode(line) for line in file]
