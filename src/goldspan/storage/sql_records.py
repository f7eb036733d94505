"""Records in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.storage import sql_blocks
from goldspan.storage.query import AnyOf, RecordQuery, ResponseStatusKey
from goldspan.storage.rows import (
    Extent,
    NewRecord,
    RecordRow,
    RecordState,
    TermCount,
)
from goldspan.storage.sql_base import Session, as_list, listed, unique
from goldspan.storage.sql_json import JsonNumber, JsonText
from goldspan.storage.sql_query import conditions, ordering
from goldspan.storage.statement import Hot
from goldspan.storage.tables import records

STATE = [
    records.c[name]
    for name in (
        "id",
        "status",
        "submitted",
        "needed",
        "taken",
        "position",
        "returned",
        "disagreement",
    )
]
SHOWN = [
    records.c[name]
    for name in (
        "id",
        "dataset_id",
        "external_id",
        "status",
        "submitted",
        "inserted_at",
        "updated_at",
        "metadata",
        "fields",
        "vectors",
    )
]
SHORT = [column for column in SHOWN if column.name != "vectors"]
PAGE = Hot(
    sa.select(*SHORT)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"), records.c.id >= sa.bindparam("begin")
    )
    .order_by(records.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.bindparam("offset"))
)
LISTED = Hot(
    sa.select(*SHORT)
    .where(records.c.dataset_id == sa.bindparam("dataset_id"), listed(records.c.id, "ids"))
    .order_by(records.c.id)
)
PAGE_AFTER = Hot(
    sa.select(*SHOWN)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"),
        records.c.id > sa.bindparam("after"),
    )
    .order_by(records.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.literal_column("0"))
)
GET_RECORD = Hot(sa.select(*SHOWN).where(records.c.id == sa.bindparam("id")))
SOME_RECORDS = Hot(
    sa.select(*SHOWN).where(
        records.c.dataset_id == sa.bindparam("dataset_id"), listed(records.c.id, "ids")
    )
)
BY_EXTERNAL_ID = Hot(
    sa.select(records.c.external_id, records.c.id).where(
        records.c.dataset_id == sa.bindparam("dataset_id"), listed(records.c.external_id, "ids")
    )
)
INSERT_RECORD = Hot(
    records.insert().values(
        {
            "id": sa.bindparam("id"),
            "dataset_id": sa.bindparam("dataset_id"),
            "external_id": sa.bindparam("external_id"),
            "status": sa.literal_column("'pending'"),
            "submitted": sa.literal_column("0"),
            "inserted_at": sa.bindparam("now"),
            "updated_at": sa.bindparam("now"),
            "metadata": sa.bindparam("metadata"),
            "fields": sa.bindparam("fields"),
            "vectors": sa.bindparam("vectors"),
            "needed": sa.bindparam("needed"),
            "taken": sa.literal_column("0"),
            "position": sa.bindparam("position"),
            "returned": sa.bindparam("returned"),
            "disagreement": sa.literal_column("0"),
        }
    )
)
UPDATE_RECORD = Hot(
    records.update()
    .where(records.c.id == sa.bindparam("record_id"))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in ("external_id", "updated_at", "metadata", "fields", "vectors")
        }
    )
)
# In the order of ids, so that two who lock several do not wait for each other.
_states = sa.select(*STATE).where(listed(records.c.id, "ids")).order_by(records.c.id)
STATES = Hot(_states)
LOCK = Hot(_states.with_for_update(of=records))
LOCK_FREE = Hot(_states.with_for_update(of=records, skip_locked=True))
SET_STATE = Hot(
    records.update()
    .where(records.c.id == sa.bindparam("record_id"))
    .values({c.name: sa.bindparam(f"new_{c.name}") for c in STATE[1:]})
)
AFTER = Hot(
    sa.select(records.c.id)
    .where(records.c.dataset_id == sa.bindparam("dataset_id"), records.c.id > sa.bindparam("after"))
    .order_by(records.c.id)
    .limit(sa.bindparam("limit"))
    .offset(sa.literal_column("0"))
)
DISPUTED = Hot(
    sa.select(records.c.id)
    .where(
        records.c.dataset_id == sa.bindparam("dataset_id"),
        sa.text("records.disagreement > 0"),
        records.c.id < sa.bindparam("before"),
    )
    .order_by(records.c.id.desc())
    .limit(sa.bindparam("limit"))
    .offset(sa.literal_column("0"))
)
DELETE_RECORDS = Hot(records.delete().where(listed(records.c.id, "ids")))


def _record(row: Any) -> RecordRow:
    record_id, dataset_id, external_id, status, submitted, inserted_at, updated_at = row[:7]
    return RecordRow(
        id=record_id,
        dataset_id=dataset_id,
        external_id=external_id,
        status=status,
        submitted=submitted,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
        metadata_json=row[7],
        fields_json=row[8],
        vectors_json=row[9] if len(row) > 9 else None,
    )


def _state(row: Any) -> RecordState:
    record_id, status, submitted, needed, taken, position, returned, disagreement = row
    return RecordState(
        id=record_id,
        status=status,
        submitted=submitted,
        needed=needed,
        taken=taken,
        position=position,
        returned=bool(returned),
        disagreement=disagreement,
    )


class SqlRecords:
    """``records.Records`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def add(self, dataset_id: str, new: Sequence[NewRecord]) -> None:
        now = self._session.now_text
        with unique("the dataset has a record with one of these external ids already"):
            INSERT_RECORD.run_many(
                self._connection,
                (
                    {
                        "id": record.id,
                        "dataset_id": dataset_id,
                        "external_id": record.external_id,
                        "now": now,
                        "metadata": record.metadata_json,
                        "fields": record.fields_json,
                        "vectors": record.vectors_json,
                        "needed": record.needed,
                        "position": record.position,
                        "returned": int(record.returned),
                    }
                    for record in new
                ),
            )
        sql_blocks.count_added(self._connection, dataset_id, sorted(one.id for one in new))

    def get(self, record_id: str) -> RecordRow | None:
        row = GET_RECORD.row(self._connection, id=record_id)
        return None if row is None else _record(row)

    def some(self, dataset_id: str, record_ids: Collection[str]) -> dict[str, RecordRow]:
        rows = SOME_RECORDS.rows(self._connection, dataset_id=dataset_id, ids=as_list(record_ids))
        return {row[0]: _record(row) for row in rows}

    def ids_by_external_id(self, dataset_id: str, external_ids: Collection[str]) -> dict[str, str]:
        rows = BY_EXTERNAL_ID.rows(
            self._connection, dataset_id=dataset_id, ids=as_list(external_ids)
        )
        return dict(rows)

    def page(self, query: RecordQuery) -> list[RecordRow]:
        dataset_id, limit = query.dataset_id, query.limit
        match query:
            case RecordQuery(filters=(), order=(), text=None, with_vectors=False):
                begin, offset = sql_blocks.block_at(self._connection, dataset_id, query.offset)
                rows = PAGE.rows(
                    self._connection,
                    dataset_id=dataset_id,
                    begin=begin,
                    limit=limit,
                    offset=offset,
                )
                return [_record(row) for row in rows]
            case RecordQuery(
                filters=(AnyOf(ResponseStatusKey(str(user_id)), ("pending",)),),
                order=(),
                text=None,
                with_vectors=False,
            ):
                ids = sql_blocks.pending_ids(
                    self._connection, dataset_id, user_id, query.offset, limit
                )
                rows = LISTED.rows(self._connection, dataset_id=dataset_id, ids=as_list(ids))
                return [_record(row) for row in rows]
        statement = (
            sa.select(*(SHOWN if query.with_vectors else SHORT))
            .where(*conditions(query))
            .order_by(*ordering(query))
            .limit(query.limit)
            .offset(query.offset)
        )
        return [_record(row) for row in self._connection.execute(statement)]

    def after(self, dataset_id: str, record_id: str, limit: int) -> list[RecordRow]:
        rows = PAGE_AFTER.rows(
            self._connection, dataset_id=dataset_id, after=record_id, limit=limit
        )
        return [_record(row) for row in rows]

    def count(self, query: RecordQuery) -> int:
        statement = sa.select(sa.func.count()).select_from(records).where(*conditions(query))
        count: int = self._connection.execute(statement).scalar_one()
        return count

    def update(self, changed: Sequence[RecordRow]) -> None:
        now = self._session.now_text
        with unique("the dataset has a record with one of these external ids already"):
            UPDATE_RECORD.run_many(
                self._connection,
                (
                    {
                        "record_id": record.id,
                        "new_external_id": record.external_id,
                        "new_updated_at": now,
                        "new_metadata": record.metadata_json,
                        "new_fields": record.fields_json,
                        "new_vectors": record.vectors_json,
                    }
                    for record in changed
                ),
            )

    def states(self, record_ids: Collection[str]) -> list[RecordState]:
        rows = STATES.rows(self._connection, ids=as_list(record_ids))
        return [_state(row) for row in rows]

    def lock(self, record_ids: Collection[str], *, only_free: bool = False) -> list[RecordState]:
        statement = LOCK_FREE if only_free else LOCK
        rows = statement.rows(self._connection, ids=as_list(record_ids))
        return [_state(row) for row in rows]

    def set_states(self, states: Sequence[RecordState]) -> None:
        SET_STATE.run_many(
            self._connection,
            (
                {
                    "record_id": state.id,
                    "new_status": state.status,
                    "new_submitted": state.submitted,
                    "new_needed": state.needed,
                    "new_taken": state.taken,
                    "new_position": state.position,
                    "new_returned": int(state.returned),
                    "new_disagreement": state.disagreement,
                }
                for state in states
            ),
        )

    def terms(self, dataset_id: str, name: str) -> list[TermCount]:
        value = JsonText(records.c.metadata, name)
        found = self._connection.execute(
            sa.select(value, sa.func.count())
            .where(records.c.dataset_id == dataset_id)
            .group_by(sa.text("1"))  # the value: written out again, its path would be another
        )
        return _count_terms((text, count) for text, count in found if text is not None)

    def extent(self, dataset_id: str, name: str) -> Extent:
        value = JsonNumber(records.c.metadata, name)
        least, most = self._connection.execute(
            sa.select(sa.func.min(value), sa.func.max(value)).where(
                records.c.dataset_id == dataset_id
            )
        ).one()
        return Extent(least=_number(least), most=_number(most))

    def ids_after(self, dataset_id: str, after: str, limit: int) -> list[str]:
        rows = AFTER.rows(self._connection, dataset_id=dataset_id, after=after, limit=limit)
        return [row[0] for row in rows]

    def disputed(self, dataset_id: str, before: str, limit: int) -> list[str]:
        rows = DISPUTED.rows(self._connection, dataset_id=dataset_id, before=before, limit=limit)
        return [row[0] for row in rows]

    def delete(self, dataset_id: str, record_ids: Collection[str]) -> None:
        sql_blocks.count_removed(self._connection, dataset_id, list(record_ids))
        DELETE_RECORDS.rows(self._connection, ids=as_list(record_ids))


def _count_terms(found: Iterable[tuple[str, int]]) -> list[TermCount]:
    """Count terms, given the JSON of values or lists of values and how many records have it."""
    counts: Counter[tuple[bool, str | float]] = Counter()
    for text, count in found:
        value = msgspec.json.decode(text)
        for term in value if isinstance(value, list) else [value]:
            counts[isinstance(term, bool), term] += count
    ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0][1])))
    return [TermCount(term=term, count=count) for (_, term), count in ordered]


def _number(value: Decimal | float | None) -> float | None:
    """Return a number as JSON has it: PostgreSQL's are decimal, with as many places as given."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral() and "." not in str(value) else float(value)
