"""Files in and out, snapshots and runs, as the server's own routes show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from goldspan.errors import Remedy
from goldspan.wire.base import Wire


class FileFault(Wire):
    """What is wrong with an import file, and where; ``row`` counts from 1, null for the file."""

    row: int | None
    place: str
    message: str


class RowPreview(Wire):
    """How a row of an import file was understood."""

    fields: dict[str, Any]
    answers: list[Any]


class ImportReport(Wire):
    """What became of a file's rows; ``added`` and ``updated`` count records, 0 in a dry run.

    ``remedies`` are parameters of the import that get past the faults of rows.
    """

    format: str
    rows: int
    accepted: int
    skipped: int
    faults: list[FileFault]
    remedies: list[Remedy]
    columns: list[str]
    mapping: dict[str, str]
    preview: list[RowPreview]
    dry_run: bool
    added: int
    updated: int


class SnapshotCreate(Wire, forbid_unknown_fields=True):
    """What a snapshot is to be called, if anything."""

    name: str | None = None


class Snapshot(Wire):
    """A dataset as it was; ``content_hash`` is the SHA-256 of its content, hexadecimal."""

    id: str
    dataset_id: str
    name: str | None
    content_hash: str
    records: int
    responses: int
    inserted_at: datetime


class RunSummary(Wire):
    """A training run; ``state`` is ``unfinished`` while it goes on and after it broke off."""

    name: str
    command: str
    reader: str
    parent: str
    rows: int
    created_at: str
    state: Literal["finished", "unfinished"]
    snapshot: dict[str, str] | None


class Run(Wire):
    """A training run with all that it was asked to do, and its result once it has ended."""

    summary: RunSummary
    spec: dict[str, Any]
    report: dict[str, Any] | None


class RunEvents(Wire):
    """What happened in a run; ``next`` is where to go on reading."""

    items: list[dict[str, Any]]
    next: int


class Score(Wire):
    """A mean in percent with its 95 % interval; an end that is not known is null."""

    mean: float
    low: float | None
    high: float | None


class ReaderScores(Wire):
    """What an evaluation says of one reader."""

    name: str
    questions: int
    exact_match: Score
    f1: Score


class Evaluation(Wire):
    """A document that ``goldspan evaluate --output`` has written into the folder of runs."""

    name: str
    written_at: datetime
    readers: list[ReaderScores]
