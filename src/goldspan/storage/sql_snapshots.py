"""Snapshots in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from goldspan.storage.rows import SnapshotRow
from goldspan.storage.sql_base import Session, to_text
from goldspan.storage.tables import snapshot_parts, snapshots


class SqlSnapshots:
    """``datasets.Snapshots`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def add(self, row: SnapshotRow, parts: Iterable[bytes]) -> None:
        values = {name: getattr(row, name) for name in row.__struct_fields__}
        values["inserted_at"] = to_text(row.inserted_at)
        self._connection.execute(snapshots.insert(), values)
        for number, content in enumerate(parts):
            self._connection.execute(
                snapshot_parts.insert(),
                {"snapshot_id": row.id, "number": number, "content": content},
            )

    def get(self, snapshot_id: str) -> SnapshotRow | None:
        row = self._connection.execute(
            sa.select(snapshots).where(snapshots.c.id == snapshot_id)
        ).first()
        return None if row is None else _snapshot(row)

    def of(self, dataset_id: str) -> list[SnapshotRow]:
        rows = self._connection.execute(
            sa.select(snapshots)
            .where(snapshots.c.dataset_id == dataset_id)
            .order_by(snapshots.c.id.desc())
        )
        return [_snapshot(row) for row in rows]

    def part(self, snapshot_id: str, number: int) -> bytes | None:
        found: bytes | None = self._connection.execute(
            sa.select(snapshot_parts.c.content).where(
                snapshot_parts.c.snapshot_id == snapshot_id, snapshot_parts.c.number == number
            )
        ).scalar()
        return found


def _snapshot(row: Any) -> SnapshotRow:
    values = dict(row._mapping)
    return SnapshotRow(**{**values, "inserted_at": datetime.fromisoformat(values["inserted_at"])})
