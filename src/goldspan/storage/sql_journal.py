"""The audit log and the idempotency keys in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.storage.ids import new_id
from goldspan.storage.rows import AuditRow, KeptAnswer
from goldspan.storage.sql_base import Session, insert, to_text
from goldspan.storage.statement import Hot
from goldspan.storage.tables import audit_log, idempotency_keys

ADD_ENTRY = Hot(audit_log.insert().values({c.name: sa.bindparam(c.name) for c in audit_log.c}))
CLAIM = Hot(
    insert(idempotency_keys)
    .values({name: sa.bindparam(name) for name in ("user_id", "key", "request", "inserted_at")})
    .on_conflict_do_nothing()
    .returning(idempotency_keys.c.key)
)
KEPT = Hot(
    sa.select(
        idempotency_keys.c.request,
        idempotency_keys.c.status,
        idempotency_keys.c.headers,
        idempotency_keys.c.body,
    ).where(
        idempotency_keys.c.user_id == sa.bindparam("user_id"),
        idempotency_keys.c.key == sa.bindparam("key"),
    )
)


class SqlAudit:
    """``journal.Audit`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        action: str,
        objects: Mapping[str, str],
        *,
        user_id: str | None = None,
        username: str | None = None,
        request_id: str | None = None,
        address: str | None = None,
    ) -> None:
        entry = {
            "id": new_id(),
            "at": self._session.now_text,
            "user_id": user_id,
            "username": username,
            "action": action,
            "objects": msgspec.json.encode(objects).decode(),
            "request_id": request_id,
            "address": address,
        }
        ADD_ENTRY.run_many(self._session.connection, [entry])

    def page(self, limit: int, before: str | None = None) -> list[AuditRow]:
        statement = sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
        if before is not None:
            statement = statement.where(audit_log.c.id < before)
        return [_entry(row) for row in self._session.connection.execute(statement)]


def _entry(row: Any) -> AuditRow:
    entry_id, at, user_id, username, action, objects, request_id, address = row
    return AuditRow(
        id=entry_id,
        at=datetime.fromisoformat(at),
        user_id=user_id,
        username=username,
        action=action,
        objects_json=objects,
        request_id=request_id,
        address=address,
    )


class SqlIdempotencyKeys:
    """``journal.IdempotencyKeys`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, user_id: str, key: str, request: str) -> KeptAnswer | None:
        connection = self._session.connection
        # Another transaction that took the key and has not ended is waited for here.
        now = self._session.now_text
        taken = CLAIM.row(connection, user_id=user_id, key=key, request=request, inserted_at=now)
        if taken is not None:
            return None
        of, status, headers, body = KEPT.row(connection, user_id=user_id, key=key)
        return KeptAnswer(request=of, status=status, headers_json=headers, body=body)

    def keep(self, user_id: str, key: str, status: int, headers_json: str, body: str) -> None:
        self._session.connection.execute(
            idempotency_keys.update()
            .where(idempotency_keys.c.user_id == user_id, idempotency_keys.c.key == key)
            .values(status=status, headers=headers_json, body=body)
        )

    def forget(self, before: datetime) -> None:
        self._session.connection.execute(
            idempotency_keys.delete().where(idempotency_keys.c.inserted_at < to_text(before))
        )
