"""Records' unit vectors in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from goldspan.storage.query import RecordQuery
from goldspan.storage.sql_base import Session, as_list, listed
from goldspan.storage.sql_query import conditions
from goldspan.storage.statement import Hot
from goldspan.storage.tables import record_vectors, records
from goldspan.storage.vectors import UnitVector

FORGET = Hot(record_vectors.delete().where(listed(record_vectors.c.record_id, "ids")))
ADD = Hot(record_vectors.insert().values({c.name: sa.bindparam(c.name) for c in record_vectors.c}))
GET = Hot(
    sa.select(record_vectors.c.unit).where(
        record_vectors.c.record_id == sa.bindparam("record_id"),
        record_vectors.c.settings_id == sa.bindparam("settings_id"),
    )
)


class SqlVectors:
    """``vectors.Vectors`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def put(self, record_ids: Collection[str], new: Sequence[UnitVector]) -> None:
        if record_ids:
            FORGET.rows(self._connection, ids=as_list(record_ids))
        if new:
            ADD.run_many(
                self._connection,
                (
                    {"record_id": one.record_id, "settings_id": one.settings_id, "unit": one.unit}
                    for one in new
                ),
            )

    def get(self, record_id: str, settings_id: str) -> bytes | None:
        row = GET.row(self._connection, record_id=record_id, settings_id=settings_id)
        return None if row is None else bytes(row[0])

    def scan(
        self, query: RecordQuery, settings_id: str, size: int
    ) -> Iterator[list[tuple[str, bytes]]]:
        statement = sa.select(record_vectors.c.record_id, record_vectors.c.unit).where(
            record_vectors.c.settings_id == settings_id
        )
        if query.filters or query.text is not None:
            statement = statement.join(records, records.c.id == record_vectors.c.record_id).where(
                *conditions(query)
            )
        found = self._connection.execute(statement, execution_options={"yield_per": size})
        for rows in found.partitions(size):
            yield [(record_id, unit) for record_id, unit in rows]
