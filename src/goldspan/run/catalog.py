"""The runs in a folder, as a reader finds them: whoever writes them may be writing just now."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import msgspec

from goldspan.errors import NotFound
from goldspan.run.folder import RunFolder

State = Literal["finished", "unfinished"]
EVENTS_A_READ = 1000


def list_runs(folder: Path) -> list[RunFolder]:
    """Return the runs in a folder, newest first, then by name; what is no run is passed over."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            found.append(RunFolder(path))
        except (NotFound, msgspec.MsgspecError, OSError):
            continue
    return sorted(found, key=lambda run: run.spec.created_at, reverse=True)


def find_run(folder: Path, name: str) -> RunFolder:
    """Return the run in the folder of this name.

    The name is looked for among those that are there and never made into a path.

    Raises:
        NotFound: if there is none.
    """
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name == name:
            return RunFolder(path)
    raise NotFound(f"there is no run {name!r} in {folder}", run=name)


def state_of(run: RunFolder) -> State:
    """Say whether a run has its report; one without it goes on, was interrupted or failed."""
    return "finished" if run.report_path.is_file() else "unfinished"


def events_after(run: RunFolder, place: int) -> tuple[list[dict[str, Any]], int]:
    """Return the events after a place, and the place after them.

    Args:
        run: the run.
        place: 0, or what an earlier call returned: bytes into ``events.jsonl``.

    Raises:
        ValueError: if no event begins there.
    """
    path = run.root / "events.jsonl"
    found: list[dict[str, Any]] = []
    if not path.is_file():
        return found, 0
    with path.open("rb") as file:
        if place > file.seek(0, os.SEEK_END):
            raise ValueError(f"the events end before {place}")
        file.seek(place)
        for line in file:
            if not line.endswith(b"\n") or len(found) == EVENTS_A_READ:
                break
            place += len(line)
            found.append(msgspec.json.decode(line))
    return found, place


class Score(msgspec.Struct, frozen=True):
    """A mean in percent with its 95 % interval; an end that is not known is None."""

    mean: float
    low: float | None
    high: float | None


class ReaderScores(msgspec.Struct, frozen=True):
    """What an evaluation says of one reader."""

    name: str
    questions: int
    exact_match: Score
    f1: Score


class _Scored(msgspec.Struct, frozen=True):
    """What is read of a document to list it; the rest of it is passed over."""

    reports: list[ReaderScores]


class Evaluation(msgspec.Struct, frozen=True):
    """An evaluation's document as it is listed; ``written_at`` in seconds since 1970."""

    name: str
    written_at: float
    readers: list[ReaderScores]


def list_evaluations(folder: Path) -> list[Evaluation]:
    """Return the documents of ``goldspan evaluate --output`` in a folder, newest first, by name."""
    found = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            readers = msgspec.json.decode(path.read_bytes(), type=_Scored).reports
            found.append(Evaluation(path.stem, path.stat().st_mtime, readers))
        except (msgspec.MsgspecError, OSError):
            continue
    return sorted(found, key=lambda each: each.written_at, reverse=True)


def find_evaluation(folder: Path, name: str) -> dict[str, Any]:
    """Return the whole document of this name, looked for among those that are there.

    Raises:
        NotFound: if there is none.
    """
    for path in folder.glob("*.json") if folder.is_dir() else ():
        if path.stem == name:
            document: dict[str, Any] = msgspec.json.decode(path.read_bytes())
            return document
    raise NotFound(f"there is no evaluation {name!r} in {folder}", evaluation=name)
