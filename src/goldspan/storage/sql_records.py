"""Records, suggestions and responses in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.domain.record import ResponseStatus
from goldspan.storage import sql_blocks
from goldspan.storage.ids import new_id
from goldspan.storage.query import AnyOf, RecordQuery, ResponseStatusKey
from goldspan.storage.rows import (
    Extent,
    NewRecord,
    NewResponse,
    NewSuggestion,
    RecordRow,
    RecordState,
    ResponseRow,
    SuggestionRow,
    TermCount,
)
from goldspan.storage.sql_base import Session, as_list, insert, listed, to_text, unique
from goldspan.storage.sql_json import JsonNumber, JsonText
from goldspan.storage.sql_query import conditions, ordering
from goldspan.storage.statement import Hot
from goldspan.storage.tables import records, responses, suggestions

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

SUGGESTIONS_OF = Hot(
    sa.select(suggestions).where(listed(suggestions.c.record_id, "ids")).order_by(suggestions.c.id)
)
CLEAR_SUGGESTIONS = Hot(suggestions.delete().where(listed(suggestions.c.record_id, "ids")))
DELETE_SUGGESTIONS = Hot(suggestions.delete().where(listed(suggestions.c.id, "ids")))

RESPONSES_OF = Hot(
    sa.select(responses).where(listed(responses.c.record_id, "ids")).order_by(responses.c.id)
)
RESPONSES_BY_USER = Hot(
    sa.select(responses).where(
        listed(responses.c.record_id, "ids"), responses.c.user_id == sa.bindparam("user_id")
    )
)
OWN_RESPONSES = Hot(
    sa.select(responses)
    .where(
        responses.c.dataset_id == sa.bindparam("dataset_id"),
        responses.c.user_id == sa.bindparam("user_id"),
        responses.c.status == sa.bindparam("status"),
        sa.tuple_(responses.c.updated_at, responses.c.record_id)
        < sa.tuple_(sa.bindparam("before"), sa.bindparam("before_id")),
    )
    .order_by(responses.c.updated_at.desc(), responses.c.record_id.desc())
    .limit(sa.bindparam("limit"))
    .offset(sa.literal_column("0"))
)


def _put(table: sa.Table, key: tuple[str, str]) -> Hot:
    """Return an insert that, where the key exists, replaces all but id and first time."""
    names = [column.name for column in table.c]
    statement = insert(table).values({name: sa.bindparam(name) for name in names})
    kept = {"id", "inserted_at", *key}
    return Hot(
        statement.on_conflict_do_update(
            index_elements=list(key),
            set_={name: statement.excluded[name] for name in names if name not in kept},
        )
    )


PUT_SUGGESTION = _put(suggestions, ("record_id", "question_id"))
PUT_RESPONSE = _put(responses, ("record_id", "user_id"))


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


def _suggestion(row: Any) -> SuggestionRow:
    suggestion_id, record_id, question_id, value, score, agent, kind, inserted, updated = row
    return SuggestionRow(
        id=suggestion_id,
        record_id=record_id,
        question_id=question_id,
        value_json=value,
        score_json=score,
        agent=agent,
        type=kind,
        inserted_at=datetime.fromisoformat(inserted),
        updated_at=datetime.fromisoformat(updated),
    )


def _response(row: Any) -> ResponseRow:
    response_id, record_id, user_id, values, status, inserted_at, updated_at, dataset_id = row
    return ResponseRow(
        id=response_id,
        record_id=record_id,
        user_id=user_id,
        values_json=values,
        status=ResponseStatus(status),
        dataset_id=dataset_id,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
    )


class SqlRecords:
    """``store.Records`` in SQL."""

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


class SqlSuggestions:
    """``store.Suggestions`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def put(self, new: Sequence[NewSuggestion]) -> None:
        now = self._session.now_text
        PUT_SUGGESTION.run_many(
            self._connection,
            (
                {
                    "id": new_id(),
                    "record_id": suggestion.record_id,
                    "question_id": suggestion.question_id,
                    "value": suggestion.value_json,
                    "score": suggestion.score_json,
                    "agent": suggestion.agent,
                    "type": suggestion.type,
                    "inserted_at": now,
                    "updated_at": now,
                }
                for suggestion in new
            ),
        )

    def of(self, record_ids: Collection[str]) -> list[SuggestionRow]:
        rows = SUGGESTIONS_OF.rows(self._connection, ids=as_list(record_ids))
        return [_suggestion(row) for row in rows]

    def get(self, suggestion_id: str) -> SuggestionRow | None:
        row = self._connection.execute(
            sa.select(suggestions).where(suggestions.c.id == suggestion_id)
        ).first()
        return None if row is None else _suggestion(row)

    def delete(self, suggestion_ids: Collection[str]) -> None:
        DELETE_SUGGESTIONS.rows(self._connection, ids=as_list(suggestion_ids))

    def clear(self, record_ids: Collection[str]) -> None:
        CLEAR_SUGGESTIONS.rows(self._connection, ids=as_list(record_ids))

    def agents(self, dataset_id: str, question_id: str) -> list[str]:
        found = self._connection.execute(
            sa.select(suggestions.c.agent)
            .distinct()
            .join(records, records.c.id == suggestions.c.record_id)
            .where(
                records.c.dataset_id == dataset_id,
                suggestions.c.question_id == question_id,
                suggestions.c.agent.is_not(None),
            )
            .order_by(suggestions.c.agent)
        )
        return list(found.scalars())


class SqlResponses:
    """``store.Responses`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

    def put(self, new: Sequence[NewResponse], first: Collection[tuple[str, str]]) -> None:
        now = self._session.now_text
        counted = [
            (one.dataset_id, one.user_id, one.record_id)
            for one in new
            if (one.record_id, one.user_id) in first
        ]
        sql_blocks.count_responses(self._connection, counted, 1)
        PUT_RESPONSE.run_many(
            self._connection,
            (
                {
                    "id": new_id(),
                    "record_id": response.record_id,
                    "user_id": response.user_id,
                    "values": response.values_json,
                    "status": response.status.value,
                    "inserted_at": now,
                    "updated_at": now,
                    "dataset_id": response.dataset_id,
                }
                for response in new
            ),
        )

    def of(self, record_ids: Collection[str], user_id: str | None = None) -> list[ResponseRow]:
        ids = as_list(record_ids)
        if user_id is None:
            rows = RESPONSES_OF.rows(self._connection, ids=ids)
        else:
            rows = RESPONSES_BY_USER.rows(self._connection, ids=ids, user_id=user_id)
        return [_response(row) for row in rows]

    def get(self, response_id: str) -> ResponseRow | None:
        row = self._connection.execute(
            sa.select(responses).where(responses.c.id == response_id)
        ).first()
        return None if row is None else _response(row)

    def by_user(self, record_id: str, user_id: str) -> ResponseRow | None:
        return next(iter(self.of([record_id], user_id)), None)

    def own(
        self,
        dataset_id: str,
        user_id: str,
        status: ResponseStatus,
        before: tuple[datetime, str],
        limit: int,
    ) -> list[ResponseRow]:
        rows = OWN_RESPONSES.rows(
            self._connection,
            dataset_id=dataset_id,
            user_id=user_id,
            status=status.value,
            before=to_text(before[0]),
            before_id=before[1],
            limit=limit,
        )
        return [_response(row) for row in rows]

    def delete(self, gone: ResponseRow) -> None:
        place = (gone.dataset_id, gone.user_id, gone.record_id)
        sql_blocks.count_responses(self._connection, [place], -1)
        self._connection.execute(responses.delete().where(responses.c.id == gone.id))
