"""The runs in a folder, as a reader finds them: whoever writes them may be writing just now."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from goldspan.errors import NotFound
from goldspan.run.folder import RunFolder

State = Literal["finished", "unfinished"]
EVENTS_A_READ = 1000


def list_runs(folder: Path) -> list[RunFolder]:
    """Return the runs in a folder, newest first; what is no run is passed over."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
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
    """
    path = run.root / "events.jsonl"
    found: list[dict[str, Any]] = []
    if not path.is_file():
        return found, 0
    with path.open("rb") as file:
        file.seek(place)
        for line in file:
            if not line.endswith(b"\n") or len(found) == EVENTS_A_READ:
                break
            place += len(line)
            found.append(msgspec.json.decode(line))
    return found, place
