"""The kept counts of records and responses, in SQL."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from goldspan.domain.record import ResponseStatus
from goldspan.storage.records import ResponseGroup
from goldspan.storage.rows import RecordStatus, ResponseTally
from goldspan.storage.sql_base import Session, insert
from goldspan.storage.statement import Hot
from goldspan.storage.tables import record_counts, response_counts


def _count(table: sa.Table) -> Hot:
    """Return a statement that adds ``count`` to the row of the table's primary key."""
    statement = insert(table).values({c.name: sa.bindparam(c.name) for c in table.c})
    return Hot(
        statement.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={"count": table.c.count + statement.excluded["count"]},
        )
    )


ADD_RECORDS = _count(record_counts)
ADD_RESPONSES = _count(response_counts)
RECORDS = Hot(sa.select(record_counts).where(record_counts.c.dataset_id == sa.bindparam("id")))
RESPONSES = Hot(
    sa.select(response_counts).where(response_counts.c.dataset_id == sa.bindparam("id"))
)
RESPONSES_OF = Hot(
    sa.select(response_counts).where(
        response_counts.c.dataset_id == sa.bindparam("id"),
        response_counts.c.user_id == sa.bindparam("user_id"),
    )
)


class SqlTallies:
    """``records.Tallies`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def records(self, dataset_id: str) -> dict[RecordStatus, int]:
        counted: dict[RecordStatus, int] = {"pending": 0, "completed": 0}
        for _, status, count in RECORDS.rows(self._connection, id=dataset_id):
            counted[status] = count
        return counted

    def responses(self, dataset_id: str, user_id: str | None = None) -> list[ResponseTally]:
        if user_id is None:
            found = RESPONSES.rows(self._connection, id=dataset_id)
        else:
            found = RESPONSES_OF.rows(self._connection, id=dataset_id, user_id=user_id)
        return [
            ResponseTally(
                user_id=user_id,
                record_status=record_status,
                response_status=ResponseStatus(response_status),
                count=count,
            )
            for _, user_id, record_status, response_status, count in found
        ]

    def add_records(self, dataset_id: str, changes: Mapping[RecordStatus, int]) -> None:
        ADD_RECORDS.run_many(
            self._connection,
            (
                {"dataset_id": dataset_id, "status": status, "count": by}
                for status, by in changes.items()
                if by
            ),
        )

    def add_responses(self, dataset_id: str, changes: Mapping[ResponseGroup, int]) -> None:
        ADD_RESPONSES.run_many(
            self._connection,
            (
                {
                    "dataset_id": dataset_id,
                    "user_id": user_id,
                    "record_status": record_status,
                    "response_status": response_status.value,
                    "count": by,
                }
                for (user_id, record_status, response_status), by in changes.items()
                if by
            ),
        )
