"""Files in and out, snapshots and runs, as the server's own routes show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
    """What became of a file's rows; ``added`` and ``updated`` count records, 0 in a dry run."""

    format: str
    rows: int
    accepted: int
    skipped: int
    faults: list[FileFault]
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
