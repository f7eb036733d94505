"""Whether a database is sound: its file, its schema, and counts that have to agree."""

from __future__ import annotations

import sqlalchemy as sa

from goldspan.storage.schema import REVISIONS, revision
from goldspan.storage.tables import record_counts, records, responses


def checkup(connection: sa.Connection) -> dict[str, str]:
    """Return check to what is wrong, "" where nothing is."""
    return {
        "file": _file(connection),
        "schema": _schema(connection),
        "counts of records": _record_counts(connection),
        "counts of responses": _submitted_counts(connection),
    }


def _file(connection: sa.Connection) -> str:
    if connection.dialect.name != "sqlite":
        return ""
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(5)")]
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
    if found != ["ok"]:
        return f"SQLite's integrity check says {found}; restore the last backup"
    return f"rows refer to others that are not there: {list(broken)}" if broken else ""


def _schema(connection: sa.Connection) -> str:
    found = revision(connection)
    return "" if found == REVISIONS[-1] else f"revision {found}, expected {REVISIONS[-1]}"


def _record_counts(connection: sa.Connection) -> str:
    counted = {
        (dataset_id, status): count
        for dataset_id, status, count in connection.execute(
            sa.select(records.c.dataset_id, records.c.status, sa.func.count()).group_by(
                records.c.dataset_id, records.c.status
            )
        )
    }
    kept = {
        (dataset_id, status): count
        for dataset_id, status, count in connection.execute(
            sa.select(record_counts.c.dataset_id, record_counts.c.status, record_counts.c["count"])
        )
        if count
    }
    return "" if kept == counted else f"kept {kept}, counted {counted}"


def _submitted_counts(connection: sa.Connection) -> str:
    given = (
        sa.select(responses.c.record_id, sa.func.count().label("given"))
        .where(responses.c.status == "submitted")
        .group_by(responses.c.record_id)
        .subquery()
    )
    wrong = connection.execute(
        sa.select(records.c.id, records.c.submitted, given.c.given)
        .select_from(records.outerjoin(given, records.c.id == given.c.record_id))
        .where(records.c.submitted != sa.func.coalesce(given.c.given, 0))
        .limit(5)
    ).all()
    return "" if not wrong else f"(record, kept, counted): {[tuple(row) for row in wrong]}"
