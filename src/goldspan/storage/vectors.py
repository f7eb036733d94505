"""The store's side of similarity search: records' vectors, brought to length 1."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from goldspan.storage.query import RecordQuery
from goldspan.storage.rows import Row


class UnitVector(Row, frozen=True):
    """A record's vector of one kind, of length 1, as little-endian float32."""

    record_id: str
    settings_id: str
    unit: bytes


class Vectors(Protocol):
    """Records' vectors, as similarity is computed from them."""

    def put(self, record_ids: Collection[str], new: Sequence[UnitVector]) -> None:
        """Replace all that the records have by the new ones."""

    def get(self, record_id: str, settings_id: str) -> bytes | None:
        """Return a record's vector of a kind."""

    def scan(
        self, query: RecordQuery, settings_id: str, size: int
    ) -> Iterator[list[tuple[str, bytes]]]:
        """Yield the vectors of a kind of all records that pass a query, up to ``size`` at a time.

        The query's order and limits do not matter. A vector comes with its record's id.
        """
