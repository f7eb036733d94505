"""Suggestions and responses, which hang on records, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from goldspan.domain.record import ResponseStatus
from goldspan.storage import sql_blocks
from goldspan.storage.ids import new_id
from goldspan.storage.rows import (
    NewResponse,
    NewSuggestion,
    ResponseRow,
    SuggestionRow,
)
from goldspan.storage.sql_base import Session, as_list, listed, to_text, upsert
from goldspan.storage.statement import Hot
from goldspan.storage.tables import records, responses, suggestions

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
FIRST = ("id", "inserted_at")
"""Columns that say who a row is and since when, whatever replaces it."""

PUT_SUGGESTION = Hot(upsert(suggestions, ("record_id", "question_id"), FIRST))
PUT_RESPONSE = Hot(upsert(responses, ("record_id", "user_id"), FIRST))


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


class SqlSuggestions:
    """``records.Suggestions`` in SQL."""

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
    """``records.Responses`` in SQL."""

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
