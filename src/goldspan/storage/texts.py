"""The store's side of text search: what waits to be indexed, and the index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from goldspan.storage.rows import Row


class QueuedTexts(Row, frozen=True):
    """Records of a dataset, [first_id, last_id], whose texts wait to be indexed.

    Those up to ``done_id`` are indexed already.
    """

    id: str
    dataset_id: str
    first_id: str
    last_id: str
    done_id: str | None
    inserted_at: datetime


class RecordText(Row, frozen=True):
    """A record's texts."""

    id: str
    fields_json: str


class Document(Row, frozen=True):
    """The words of one field of one record, in order, as ``domain/text_search.py`` has them."""

    record_id: str
    field: str
    words: list[str]


class Texts(Protocol):
    """The full text index of the records' fields, which follows the records later."""

    def added(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        """Queue records that were just added together."""

    def changed(self, dataset_id: str, record_ids: Sequence[str]) -> None:
        """Take records whose texts have changed out of the index, and queue them."""

    def next_queued(self) -> QueuedTexts | None:
        """Return what has waited longest."""

    def last_queued_at(self) -> datetime | None:
        """Return when something was queued last, of what still waits."""

    def waiting(self, queued: QueuedTexts, limit: int) -> list[RecordText]:
        """Return the first of the queued records that are not indexed yet."""

    def index(
        self, queued: QueuedTexts, texts: Sequence[RecordText], documents: Sequence[Document]
    ) -> None:
        """Put the first of the queued records into the index.

        Records whose texts have changed since they were read are passed over: they are queued
        again.
        """

    def finish(self, queued: QueuedTexts) -> None:
        """Take away what was queued."""
