"""A training run's folder, the one format that everything about a run is read from.

::

    spec.json       what was asked for; never changes
    data.jsonl      the rows, frozen
    events.jsonl    one JSON object a line, appended as things happen
    checkpoints/    the trainer's own
    model/          a standard Hugging Face folder
    report.json     the result
    report.html     the same as a page

The model may also lie in the folder itself (``model_at_root``), where a caller named the folder
as the model's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from goldspan.errors import Conflict, InvalidInput, NotFound
from goldspan.run.source import Snapshot
from goldspan.run.training_report import training_page

Command = Literal["sft", "dpo", "kto", "reward"]
ReaderKind = Literal["span", "generative"]


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run was asked to do.

    Args:
        id: names the run; also its folder's name under ``runs/``.
        command: ``sft``, ``dpo``, ``kto`` or ``reward``.
        reader: ``span`` or ``generative``.
        parent: the model that it started from, a folder or hub id.
        data_hash: SHA-256 of ``data.jsonl``, hexadecimal.
        rows: number of rows in ``data.jsonl``.
        seed: of shuffling, initialisation and dropout.
        settings: every setting of the training, by name.
        template: the prompt template as a mapping; None for the span reader.
        versions: package name to version.
        created_at: UTC, ISO 8601 with ``Z``.
        model_at_root: whether the model lies in the folder itself instead of ``model/``.
        snapshot: of the dataset that the rows come from; None if they come from elsewhere.
    """

    id: str
    command: Command
    reader: ReaderKind
    parent: str
    data_hash: str
    rows: int
    seed: int
    settings: Mapping[str, Any]
    template: Mapping[str, str] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    created_at: str = ""
    model_at_root: bool = False
    snapshot: Snapshot | None = None


def now() -> str:
    """Return the present time in UTC, ISO 8601 with ``Z``."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make_root(root: Path) -> None:
    """Make the folder that a new run goes into, where there is none.

    Raises:
        Conflict: if a run or a file is there already.
        InvalidInput: if the folder cannot be made.
    """
    if RunFolder.spec_path(root).exists():
        raise Conflict(f"{root} already holds a run; resume it, or choose another output folder")
    if root.exists() and not root.is_dir():
        raise Conflict(f"{root} is a file, and a run needs a folder; choose another name")
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            f"{root} cannot be made: {error.strerror}; choose another output folder"
        ) from error


def check_root(root: Path) -> None:
    """Raise what ``make_root`` would, and leave nothing behind: the run may yet be refused."""
    missing = [path for path in (root, *root.parents) if not path.exists()]
    try:
        make_root(root)
    finally:
        for path in missing:
            with suppress(OSError):
                path.rmdir()


class RunFolder:
    """Reads and writes one run's folder.

    Args:
        root: the folder; must hold a ``spec.json``.

    Raises:
        NotFound: if there is no ``spec.json``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        if not self.spec_path(root).is_file():
            raise NotFound(f"{root} is not a run folder: it holds no spec.json")
        self.spec = msgspec.json.decode(self.spec_path(root).read_bytes(), type=RunSpec)

    @staticmethod
    def spec_path(root: Path) -> Path:
        """Return where the spec of a run folder lies."""
        return root / "spec.json"

    @classmethod
    def create(cls, root: Path, spec: RunSpec) -> RunFolder:
        """Make the folder; ``data.jsonl`` may already lie in it.

        Raises:
            Conflict: if a run or a file is there already.
            InvalidInput: if the folder cannot be made.
        """
        make_root(root)
        write_json(cls.spec_path(root), asdict(spec))
        return cls(root)

    @property
    def data_path(self) -> Path:
        """Where the frozen rows lie."""
        return self.root / "data.jsonl"

    @property
    def model_dir(self) -> Path:
        """Where the trained model lies or will lie."""
        return self.root if self.spec.model_at_root else self.root / "model"

    @property
    def checkpoints_dir(self) -> Path:
        """Where the trainer keeps its checkpoints."""
        return self.root / "checkpoints"

    @property
    def report_path(self) -> Path:
        """Where the result is written."""
        return self.root / "report.json"

    def event(self, kind: str, **values: Any) -> None:
        """Append one event; it is on its way to disk before this returns."""
        line = msgspec.json.encode({"at": now(), "kind": kind, **values}) + b"\n"
        with (self.root / "events.jsonl").open("ab") as file:
            file.write(line)

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the events in order; a last line cut off by a kill is left out."""
        path = self.root / "events.jsonl"
        if not path.exists():
            return
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield msgspec.json.decode(line)

    def last_checkpoint(self) -> Path | None:
        """Return the newest complete checkpoint (one with a trainer state), or None."""
        found = [
            (int(path.name.removeprefix("checkpoint-")), path)
            for path in self.checkpoints_dir.glob("checkpoint-*")
            if (path / "trainer_state.json").is_file()
        ]
        return max(found)[1] if found else None

    def write_report(self, report: Mapping[str, Any]) -> None:
        """Write ``report.json``, and the same as a page, whole or not at all."""
        write_json(self.report_path, report)
        write_text(self.root / "report.html", training_page(report))

    def report(self) -> dict[str, Any]:
        """Return what ``report.json`` holds.

        Raises:
            NotFound: if the run has not ended.
        """
        if not self.report_path.is_file():
            raise NotFound(f"{self.root} has no report.json: the run has not ended")
        report: dict[str, Any] = msgspec.json.decode(self.report_path.read_bytes())
        return report


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON; a reader sees the old file or the new one, never half."""
    _write(path, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def write_text(path: Path, text: str) -> None:
    """Write a text in the same way."""
    _write(path, text.encode())


def _write(path: Path, content: bytes) -> None:
    half = path.with_suffix(path.suffix + ".tmp")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
