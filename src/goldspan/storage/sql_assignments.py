"""Who is given which record, in SQL.

Whoever changes a record's assignments first locks the record's row (``Records.lock``), so what is
read after that stays true until the transaction ends. A claim locks with the very statement that
finds the record, and passes over rows that others hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from goldspan.storage.judgements import Place
from goldspan.storage.rows import AssignmentRow, CursorRow
from goldspan.storage.sql_base import Session, as_list, listed, to_text
from goldspan.storage.statement import Hot
from goldspan.storage.tables import assignments, cursors, records

LEASED = sa.text("assignments.state = 'leased'")  # written out, for the partial indexes
SKIPPED = sa.text("assignments.state = 'skipped'")
NONE: sa.ColumnElement[int] = sa.literal_column("0")
ONE: sa.ColumnElement[int] = sa.literal_column("1")
OWN = sa.and_(
    assignments.c.user_id == sa.bindparam("user_id"),
    assignments.c.dataset_id == sa.bindparam("dataset_id"),
)

OF_RECORDS = Hot(
    sa.select(assignments)
    .where(listed(assignments.c.record_id, "ids"))
    .order_by(assignments.c.since, assignments.c.user_id)
)
LEASES = Hot(
    sa.select(assignments).where(OWN, LEASED).order_by(assignments.c.since, assignments.c.record_id)
)
LEASES_OF_USER = Hot(
    sa.select(assignments).where(assignments.c.user_id == sa.bindparam("user_id"), LEASED)
)
SKIPS = Hot(
    sa.select(assignments.c.record_id)
    .join(records, records.c.id == assignments.c.record_id)
    .where(OWN, SKIPPED, records.c.taken < records.c.needed)
    .order_by(assignments.c.since)
    .limit(sa.bindparam("count"))
    .offset(NONE)
)
EXPIRED = Hot(
    sa.select(assignments.c.record_id)
    .where(
        assignments.c.dataset_id == sa.bindparam("dataset_id"),
        LEASED,
        assignments.c.expires_at < sa.bindparam("now"),
    )
    .limit(sa.literal_column("100"))
    .offset(NONE)
)
INSERT = Hot(assignments.insert().values({c.name: sa.bindparam(c.name) for c in assignments.c}))
DELETE = Hot(
    assignments.delete().where(
        assignments.c.record_id == sa.bindparam("record"),
        assignments.c.user_id == sa.bindparam("user"),
    )
)
EXTEND = Hot(
    assignments.update()
    .where(
        listed(assignments.c.record_id, "ids"),
        assignments.c.user_id == sa.bindparam("owner"),
        LEASED,
    )
    .values(expires_at=sa.bindparam("until"))
    .returning(assignments.c.record_id)
)
# Pending records whose places are all held, some by leases of others, and with which the user has
# nothing to do.
_mine = sa.alias(assignments, "mine")
WAITING = Hot(
    sa.select(sa.func.count(sa.distinct(assignments.c.record_id)))
    .select_from(assignments)
    .join(records, records.c.id == assignments.c.record_id)
    .where(
        assignments.c.dataset_id == sa.bindparam("dataset_id"),
        LEASED,
        assignments.c.user_id != sa.bindparam("user_id"),
        records.c.taken >= records.c.needed,
        records.c.status == sa.literal_column("'pending'"),
        ~sa.exists(
            sa.select(_mine.c.user_id).where(
                _mine.c.record_id == assignments.c.record_id,
                _mine.c.user_id == sa.bindparam("user_id"),
                _mine.c.state != sa.literal_column("'skipped'"),
            )
        ),
    )
)

_place = sa.tuple_(records.c.position, records.c.id)


def _bound(name: str) -> Any:
    return sa.tuple_(sa.bindparam(f"{name}_position"), sa.bindparam(f"{name}_id"))


def _candidates(*conditions: Any) -> sa.Select[Any]:
    """Return open records, in order, with which the user has nothing to do yet."""
    return (
        sa.select(records.c.id, records.c.position)
        .where(
            records.c.dataset_id == sa.bindparam("dataset_id"),
            sa.text("records.taken < records.needed"),
            *conditions,
            ~sa.exists(
                sa.select(assignments.c.user_id).where(
                    assignments.c.record_id == records.c.id,
                    assignments.c.user_id == sa.bindparam("user_id"),
                )
            ),
        )
        .order_by(records.c.position, records.c.id)
    )


_ahead = _candidates(_place >= _bound("from"), _place < _bound("to"))
_behind = _candidates(sa.text("records.returned = 1"), _place < _bound("to"))
LAST_OPEN = Hot(
    sa.select(records.c.position, records.c.id)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"),
        sa.text("records.taken < records.needed"),
        _place < _bound("to"),
    )
    .order_by(records.c.position.desc(), records.c.id.desc())
    .limit(ONE)
    .offset(NONE)
)
FIRST_AHEAD = Hot(_ahead.limit(ONE).offset(NONE))


def _claim(candidates: sa.Select[Any]) -> Hot:
    """Return the one statement that takes a place on up to ``count`` of the candidates."""
    listed = (
        candidates.limit(sa.bindparam("count"))
        .offset(NONE)
        .with_for_update(skip_locked=True, of=records)
        .cte("listed")
    )
    return Hot(
        records.update()
        .where(records.c.id.in_(sa.select(listed.c.id)))
        .values(
            taken=records.c.taken + ONE,
            returned=sa.case(
                (records.c.taken + ONE < records.c.needed, records.c.returned), else_=NONE
            ),
        )
        .returning(records.c.position, records.c.id)
    )


CLAIM_AHEAD = _claim(_ahead)
CLAIM_BEHIND = _claim(_behind)

CURSOR = Hot(
    sa.select(cursors)
    .where(
        cursors.c.dataset_id == sa.bindparam("dataset_id"),
        cursors.c.user_id == sa.bindparam("user_id"),
    )
    .with_for_update()
)
MOVE_CURSOR = Hot(
    cursors.update()
    .where(
        cursors.c.dataset_id == sa.bindparam("dataset"), cursors.c.user_id == sa.bindparam("user")
    )
    .values(
        position=sa.bindparam("new_position"),
        record_id=sa.bindparam("new_record_id"),
        wrapped=sa.bindparam("new_wrapped"),
    )
    .returning(cursors.c.user_id)
)
INSERT_CURSOR = Hot(cursors.insert().values({c.name: sa.bindparam(c.name) for c in cursors.c}))
FURTHEST = Hot(
    sa.select(sa.func.max(cursors.c.position)).where(
        cursors.c.dataset_id == sa.bindparam("dataset_id")
    )
)
FORGET_CURSORS = Hot(cursors.delete().where(cursors.c.dataset_id == sa.bindparam("dataset_id")))


def _assignment(row: Any) -> AssignmentRow:
    record_id, user_id, dataset_id, state, extra, expires_at, since = row
    return AssignmentRow(
        record_id=record_id,
        user_id=user_id,
        dataset_id=dataset_id,
        state=state,
        extra=bool(extra),
        expires_at=None if expires_at is None else datetime.fromisoformat(expires_at),
        since=datetime.fromisoformat(since),
    )


def _columns(row: AssignmentRow) -> dict[str, Any]:
    return {
        "record_id": row.record_id,
        "user_id": row.user_id,
        "dataset_id": row.dataset_id,
        "state": row.state,
        "extra": int(row.extra),
        "expires_at": None if row.expires_at is None else to_text(row.expires_at),
        "since": to_text(row.since),
    }


class SqlAssignments:
    """``judgements.Assignments`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def of(self, record_ids: Collection[str]) -> list[AssignmentRow]:
        rows = OF_RECORDS.rows(self._connection, ids=as_list(record_ids))
        return [_assignment(row) for row in rows]

    def leases(self, dataset_id: str, user_id: str) -> list[AssignmentRow]:
        rows = LEASES.rows(self._connection, dataset_id=dataset_id, user_id=user_id)
        return [_assignment(row) for row in rows]

    def leases_of_user(self, user_id: str) -> list[AssignmentRow]:
        rows = LEASES_OF_USER.rows(self._connection, user_id=user_id)
        return [_assignment(row) for row in rows]

    def skipped(self, dataset_id: str, user_id: str, count: int) -> list[str]:
        rows = SKIPS.rows(self._connection, dataset_id=dataset_id, user_id=user_id, count=count)
        return [row[0] for row in rows]

    def expired(self, dataset_id: str) -> list[str]:
        now = self._session.now_text
        rows = EXPIRED.rows(self._connection, dataset_id=dataset_id, now=now)
        return [row[0] for row in rows]

    def waiting(self, dataset_id: str, user_id: str) -> int:
        row = WAITING.row(self._connection, dataset_id=dataset_id, user_id=user_id)
        count: int = row[0]
        return count

    def replace(self, old: Sequence[AssignmentRow], new: Sequence[AssignmentRow]) -> None:
        DELETE.run_many(
            self._connection, [{"record": row.record_id, "user": row.user_id} for row in old]
        )
        INSERT.run_many(self._connection, [_columns(row) for row in new])

    def extend(self, record_ids: Collection[str], user_id: str, until: datetime) -> list[str]:
        rows = EXTEND.rows(
            self._connection, ids=as_list(record_ids), owner=user_id, until=to_text(until)
        )
        return [row[0] for row in rows]

    def first_ahead(self, dataset_id: str, user_id: str, start: Place, end: Place) -> Place | None:
        row = FIRST_AHEAD.row(
            self._connection, dataset_id=dataset_id, user_id=user_id, **_bounds(start, end)
        )
        return None if row is None else (row[1], row[0])

    def last_open(self, dataset_id: str, end: Place) -> Place | None:
        row = LAST_OPEN.row(
            self._connection, dataset_id=dataset_id, to_position=end[0], to_id=end[1]
        )
        return None if row is None else (row[0], row[1])

    def claim_ahead(
        self, dataset_id: str, user_id: str, count: int, start: Place, end: Place
    ) -> list[str]:
        rows = CLAIM_AHEAD.rows(
            self._connection,
            dataset_id=dataset_id,
            user_id=user_id,
            count=count,
            **_bounds(start, end),
        )
        return [record_id for _, record_id in sorted(rows)]

    def claim_behind(self, dataset_id: str, user_id: str, count: int, end: Place) -> list[str]:
        rows = CLAIM_BEHIND.rows(
            self._connection,
            dataset_id=dataset_id,
            user_id=user_id,
            count=count,
            to_position=end[0],
            to_id=end[1],
        )
        return [record_id for _, record_id in sorted(rows)]

    def cursor(self, dataset_id: str, user_id: str) -> CursorRow | None:
        row = CURSOR.row(self._connection, dataset_id=dataset_id, user_id=user_id)
        if row is None:
            return None
        return CursorRow(
            dataset_id=row[0],
            user_id=row[1],
            position=row[2],
            record_id=row[3],
            wrapped=bool(row[4]),
        )

    def move_cursor(self, cursor: CursorRow) -> None:
        moved = MOVE_CURSOR.row(
            self._connection,
            dataset=cursor.dataset_id,
            user=cursor.user_id,
            new_position=cursor.position,
            new_record_id=cursor.record_id,
            new_wrapped=int(cursor.wrapped),
        )
        if moved is None:
            INSERT_CURSOR.run_many(
                self._connection,
                [
                    {
                        "dataset_id": cursor.dataset_id,
                        "user_id": cursor.user_id,
                        "position": cursor.position,
                        "record_id": cursor.record_id,
                        "wrapped": int(cursor.wrapped),
                    }
                ],
            )

    def furthest(self, dataset_id: str) -> int | None:
        row = FURTHEST.row(self._connection, dataset_id=dataset_id)
        furthest: int | None = row[0]
        return furthest

    def forget_cursors(self, dataset_id: str) -> None:
        FORGET_CURSORS.rows(self._connection, dataset_id=dataset_id)


def _bounds(start: Place, end: Place) -> dict[str, Any]:
    return {
        "from_position": start[0],
        "from_id": start[1],
        "to_position": end[0],
        "to_id": end[1],
    }
