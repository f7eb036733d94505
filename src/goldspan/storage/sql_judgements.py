"""How responses came about, what they were before, and what is known to be right, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from goldspan.storage.judgements import Day
from goldspan.storage.rows import (
    AdjudicationRow,
    ControlRow,
    DayRow,
    JudgementRow,
    NewResponse,
    Version,
)
from goldspan.storage.sql_base import Session, as_list, insert, listed, to_text, upsert
from goldspan.storage.statement import Hot
from goldspan.storage.tables import (
    adjudications,
    controls,
    judgements,
    response_days,
    response_versions,
)

OF_RECORDS = Hot(
    sa.select(judgements)
    .where(listed(judgements.c.record_id, "ids"))
    .order_by(judgements.c.record_id, judgements.c.user_id)
)
PUT = Hot(upsert(judgements))
DELETE = Hot(
    judgements.delete().where(
        judgements.c.record_id == sa.bindparam("record"),
        judgements.c.user_id == sa.bindparam("user"),
    )
)

_older = sa.select(sa.func.coalesce(sa.func.max(response_versions.c.version), sa.text("0"))).where(
    response_versions.c.record_id == sa.bindparam("record_id"),
    response_versions.c.user_id == sa.bindparam("user_id"),
)
ADD_VERSION = Hot(
    response_versions.insert().values(
        {
            "record_id": sa.bindparam("record_id"),
            "user_id": sa.bindparam("user_id"),
            "version": _older.scalar_subquery() + sa.literal_column("1"),
            "status": sa.bindparam("status"),
            "values": sa.bindparam("values"),
            "at": sa.bindparam("at"),
            "undone": sa.literal_column("0"),
        }
    )
)
VERSIONS_OF_RECORD = Hot(
    sa.select(response_versions)
    .where(response_versions.c.record_id == sa.bindparam("record_id"))
    .order_by(response_versions.c.at, response_versions.c.user_id, response_versions.c.version)
)
STANDING = Hot(
    sa.select(response_versions)
    .where(
        response_versions.c.record_id == sa.bindparam("record_id"),
        response_versions.c.user_id == sa.bindparam("user_id"),
        sa.text("response_versions.undone = 0"),
    )
    .order_by(response_versions.c.version.desc())
    .limit(sa.literal_column("2"))
    .offset(sa.literal_column("0"))
)
UNDO = Hot(
    response_versions.update()
    .where(
        response_versions.c.record_id == sa.bindparam("record"),
        response_versions.c.user_id == sa.bindparam("user"),
        response_versions.c.version == sa.bindparam("number"),
    )
    .values(undone=sa.literal_column("1"))
)

ADJUDICATIONS_OF = Hot(sa.select(adjudications).where(listed(adjudications.c.record_id, "ids")))
CONTROLS_OF = Hot(sa.select(controls).where(listed(controls.c.record_id, "ids")))
CONTROLS_IN = Hot(sa.select(controls).where(controls.c.dataset_id == sa.bindparam("dataset_id")))

_day = insert(response_days).values({c.name: sa.bindparam(c.name) for c in response_days.c})
ADD_DAY = Hot(
    _day.on_conflict_do_update(
        index_elements=["dataset_id", "day", "user_id"],
        set_={
            name: response_days.c[name] + _day.excluded[name] for name in ("submitted", "discarded")
        },
    )
)
DAYS = Hot(
    sa.select(response_days)
    .where(
        response_days.c.dataset_id == sa.bindparam("dataset_id"),
        response_days.c.day >= sa.bindparam("first"),
    )
    .order_by(response_days.c.day, response_days.c.user_id)
)
DAY = Hot(
    sa.select(response_days.c.submitted).where(
        response_days.c.dataset_id == sa.bindparam("dataset_id"),
        response_days.c.day == sa.bindparam("day"),
        response_days.c.user_id == sa.bindparam("user_id"),
    )
)


def _judgement(row: Any) -> JudgementRow:
    record_id, user_id, dataset_id, order, shown_at, elapsed_ms, shown, accepted, edited = row
    return JudgementRow(
        record_id=record_id,
        user_id=user_id,
        dataset_id=dataset_id,
        shown_order_json=order,
        shown_at=None if shown_at is None else datetime.fromisoformat(shown_at),
        elapsed_ms=elapsed_ms,
        suggestion_shown_json=shown,
        suggestion_accepted_json=accepted,
        suggestion_edited_json=edited,
    )


def _version(row: Any) -> Version:
    record_id, user_id, version, status, values, at, undone = row
    return Version(
        record_id=record_id,
        user_id=user_id,
        version=version,
        status=status,
        values_json=values,
        at=datetime.fromisoformat(at),
        undone=bool(undone),
    )


class SqlJudgements:
    """``judgements.Judgements`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def of(self, record_ids: Collection[str]) -> list[JudgementRow]:
        rows = OF_RECORDS.rows(self._connection, ids=as_list(record_ids))
        return [_judgement(row) for row in rows]

    def put(self, row: JudgementRow) -> None:
        PUT.run_many(
            self._connection,
            [
                {
                    "record_id": row.record_id,
                    "user_id": row.user_id,
                    "dataset_id": row.dataset_id,
                    "shown_order": row.shown_order_json,
                    "shown_at": None if row.shown_at is None else to_text(row.shown_at),
                    "elapsed_ms": row.elapsed_ms,
                    "suggestion_shown": row.suggestion_shown_json,
                    "suggestion_accepted": row.suggestion_accepted_json,
                    "suggestion_edited": row.suggestion_edited_json,
                }
            ],
        )

    def delete(self, record_id: str, user_id: str) -> None:
        DELETE.run_many(self._connection, [{"record": record_id, "user": user_id}])


class SqlVersions:
    """``judgements.Versions`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def add(self, responses: Sequence[NewResponse]) -> None:
        self._add(
            (response.record_id, response.user_id, response.status.value, response.values_json)
            for response in responses
        )

    def add_deleted(self, record_id: str, user_id: str) -> None:
        self._add([(record_id, user_id, "deleted", None)])

    def _add(self, rows: Any) -> None:
        ADD_VERSION.run_many(
            self._connection,
            (
                {
                    "record_id": record_id,
                    "user_id": user_id,
                    "status": status,
                    "values": values,
                    "at": self._session.now_text,
                }
                for record_id, user_id, status, values in rows
            ),
        )

    def of(self, record_id: str) -> list[Version]:
        rows = VERSIONS_OF_RECORD.rows(self._connection, record_id=record_id)
        return [_version(row) for row in rows]

    def standing(self, record_id: str, user_id: str) -> list[Version]:
        rows = STANDING.rows(self._connection, record_id=record_id, user_id=user_id)
        return [_version(row) for row in rows]

    def undo(self, version: Version) -> None:
        UNDO.run_many(
            self._connection,
            [
                {
                    "record": version.record_id,
                    "user": version.user_id,
                    "number": version.version,
                }
            ],
        )


class SqlKnown:
    """``judgements.Known`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def adjudications(self, record_ids: Collection[str]) -> dict[str, AdjudicationRow]:
        rows = ADJUDICATIONS_OF.rows(self._connection, ids=as_list(record_ids))
        return {
            row[0]: AdjudicationRow(
                record_id=row[0],
                dataset_id=row[1],
                values_json=row[2],
                user_id=row[3],
                response_id=row[4],
                at=datetime.fromisoformat(row[5]),
            )
            for row in rows
        }

    def adjudicate(self, row: AdjudicationRow) -> None:
        self.withdraw(row.record_id)
        self._connection.execute(
            adjudications.insert().values(
                {
                    "record_id": row.record_id,
                    "dataset_id": row.dataset_id,
                    "values": row.values_json,
                    "user_id": row.user_id,
                    "response_id": row.response_id,
                    "at": to_text(row.at),
                }
            )
        )

    def withdraw(self, record_id: str) -> None:
        self._connection.execute(
            adjudications.delete().where(adjudications.c.record_id == record_id)
        )

    def controls(self, record_ids: Collection[str]) -> dict[str, ControlRow]:
        rows = CONTROLS_OF.rows(self._connection, ids=as_list(record_ids))
        return {row[0]: _control(row) for row in rows}

    def controls_in(self, dataset_id: str) -> dict[str, ControlRow]:
        rows = CONTROLS_IN.rows(self._connection, dataset_id=dataset_id)
        return {row[0]: _control(row) for row in rows}

    def set_control(self, row: ControlRow) -> None:
        self.clear_control(row.record_id)
        self._connection.execute(
            controls.insert().values(
                {
                    "record_id": row.record_id,
                    "dataset_id": row.dataset_id,
                    "values": row.values_json,
                }
            )
        )

    def clear_control(self, record_id: str) -> None:
        self._connection.execute(controls.delete().where(controls.c.record_id == record_id))


def _control(row: Any) -> ControlRow:
    return ControlRow(record_id=row[0], dataset_id=row[1], values_json=row[2])


class SqlDays:
    """``judgements.Days`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def add(self, dataset_id: str, changes: Mapping[Day, int]) -> None:
        totals: dict[tuple[str, str], dict[str, int]] = {}
        for (day, user_id, state), by in changes.items():
            if by:
                totals.setdefault((day, user_id), {})[state] = by
        ADD_DAY.run_many(
            self._connection,
            (
                {
                    "dataset_id": dataset_id,
                    "day": day,
                    "user_id": user_id,
                    "submitted": by.get("submitted", 0),
                    "discarded": by.get("discarded", 0),
                }
                for (day, user_id), by in totals.items()
            ),
        )

    def since(self, dataset_id: str, first: str) -> list[DayRow]:
        rows = DAYS.rows(self._connection, dataset_id=dataset_id, first=first)
        return [
            DayRow(day=day, user_id=user_id, submitted=submitted, discarded=discarded)
            for _, day, user_id, submitted, discarded in rows
        ]

    def submitted(self, dataset_id: str, user_id: str, day: str) -> int:
        row = DAY.row(self._connection, dataset_id=dataset_id, user_id=user_id, day=day)
        return 0 if row is None else int(row[0])
