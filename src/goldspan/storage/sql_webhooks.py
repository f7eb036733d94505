"""Webhooks and what they are still to be told, in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.storage.ids import new_id
from goldspan.storage.rows import DeliveryRow, OutcomeRow, WaitingRow, WebhookRow
from goldspan.storage.sql_base import Session, as_list, listed, to_text, upsert
from goldspan.storage.statement import Hot
from goldspan.storage.tables import webhook_deliveries, webhook_outcomes, webhooks

# Without an offset SQLAlchemy gives SQLite one, as a parameter of its own.
ONE: sa.ColumnElement[int] = sa.literal_column("1")
NONE: sa.ColumnElement[int] = sa.literal_column("0")
# Every id lies behind the empty text; said so, the index of those that may be told is searched.
WANTING = Hot(
    sa.select(webhooks.c.id, webhooks.c.events).where(
        webhooks.c.enabled == ONE,
        webhooks.c.refused.is_(None),
        webhooks.c.id > sa.literal_column("''"),
    )
)
ADD_DELIVERY = Hot(
    webhook_deliveries.insert().values(
        {column.name: sa.bindparam(column.name) for column in webhook_deliveries.c}
    )
)
IS_DUE = webhook_deliveries.c.due_at <= sa.bindparam("now")
IS_RESTING = listed(webhook_deliveries.c.webhook_id, "resting")
ANY_DUE = Hot(sa.select(webhook_deliveries.c.id).where(IS_DUE, ~IS_RESTING).limit(ONE).offset(NONE))
CLAIM = Hot(
    webhook_deliveries.update()
    .where(
        webhook_deliveries.c.id.in_(
            sa.select(webhook_deliveries.c.id)
            .where(IS_DUE, ~IS_RESTING)
            .order_by(webhook_deliveries.c.due_at, webhook_deliveries.c.id)
            .limit(sa.bindparam("count"))
            .offset(NONE)
            .with_for_update(skip_locked=True)
        )
    )
    .values(due_at=sa.bindparam("until"))
    .returning(
        webhook_deliveries.c.id,
        webhook_deliveries.c.webhook_id,
        webhook_deliveries.c.event,
        webhook_deliveries.c.body,
        webhook_deliveries.c.attempts,
        webhook_deliveries.c.inserted_at,
    )
)
OUTCOMES_OF = Hot(
    sa.select(webhook_outcomes).where(webhook_outcomes.c.webhook_id == sa.bindparam("webhook_id"))
)
PUT_OUTCOME = Hot(upsert(webhook_outcomes))


def _webhook(row: Any) -> WebhookRow:
    webhook_id, url, secret, events, enabled, description, inserted_at, updated_at, refused = row
    return WebhookRow(
        id=webhook_id,
        url=url,
        secret=secret,
        events=msgspec.json.decode(events, type=tuple[str, ...]),
        enabled=bool(enabled),
        description=description,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
        refused=refused,
    )


def _columns(webhook: WebhookRow) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "secret": webhook.secret,
        "events": msgspec.json.encode(webhook.events).decode(),
        "enabled": int(webhook.enabled),
        "description": webhook.description,
        "inserted_at": to_text(webhook.inserted_at),
        "updated_at": to_text(webhook.updated_at),
        "refused": webhook.refused,
    }


class SqlWebhooks:
    """``journal.Webhooks`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection

    def add(self, webhook: WebhookRow) -> None:
        self._connection.execute(webhooks.insert().values(_columns(webhook)))

    def get(self, webhook_id: str) -> WebhookRow | None:
        row = self._connection.execute(
            sa.select(webhooks).where(webhooks.c.id == webhook_id)
        ).first()
        return None if row is None else _webhook(row)

    def all(self) -> list[WebhookRow]:
        rows = self._connection.execute(sa.select(webhooks).order_by(webhooks.c.id))
        return [_webhook(row) for row in rows]

    def update(self, webhook: WebhookRow) -> None:
        self._connection.execute(
            webhooks.update().where(webhooks.c.id == webhook.id).values(_columns(webhook))
        )

    def delete(self, webhook_id: str) -> None:
        self._connection.execute(webhooks.delete().where(webhooks.c.id == webhook_id))


class SqlDeliveries:
    """``journal.Deliveries`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanting: dict[str, list[str]] | None = None

    def wanted_by(self, event: str) -> Sequence[str]:
        if self._wanting is None:
            self._wanting = {}
            for webhook_id, events in WANTING.rows(self._session.connection):
                for one in msgspec.json.decode(events, type=tuple[str, ...]):
                    self._wanting.setdefault(one, []).append(webhook_id)
        return self._wanting.get(event, ())

    def add(self, event: str, bodies: Sequence[str]) -> None:
        now = self._session.now_text
        rows = [
            {
                "id": new_id(),
                "webhook_id": webhook_id,
                "event": event,
                "body": body,
                "attempts": 0,
                "due_at": now,
                "inserted_at": now,
            }
            for body in bodies
            for webhook_id in self.wanted_by(event)
        ]
        if rows:
            ADD_DELIVERY.run_many(self._session.connection, rows)

    def any_due(self, resting: Collection[str]) -> bool:
        now, connection = self._session.now_text, self._session.connection
        return ANY_DUE.row(connection, now=now, resting=as_list(resting)) is not None

    def claim(self, count: int, until: datetime, resting: Collection[str]) -> list[DeliveryRow]:
        rows = CLAIM.rows(
            self._session.connection,
            now=self._session.now_text,
            count=count,
            until=to_text(until),
            resting=as_list(resting),
        )
        return sorted(map(_delivery, rows), key=lambda one: one.id)

    def waiting(self, webhook_id: str, limit: int) -> tuple[list[WaitingRow], int]:
        own = webhook_deliveries.c.webhook_id == webhook_id
        shown = webhook_deliveries.c["event", "attempts", "due_at", "inserted_at"]
        rows = self._session.connection.execute(
            sa.select(*shown).where(own).order_by(webhook_deliveries.c.id).limit(limit)
        )
        count = sa.select(sa.func.count()).select_from(webhook_deliveries).where(own)
        return [_waiting(row) for row in rows], self._session.connection.scalar(count) or 0

    def outcomes(self, webhook_id: str) -> list[OutcomeRow]:
        rows = OUTCOMES_OF.rows(self._session.connection, webhook_id=webhook_id)
        return [_outcome(row) for row in rows]

    def put_outcome(self, outcome: OutcomeRow) -> None:
        PUT_OUTCOME.rows(
            self._session.connection,
            webhook_id=outcome.webhook_id,
            arrived=int(outcome.arrived),
            event=outcome.event,
            at=to_text(outcome.at),
            attempts=outcome.attempts,
            status=outcome.status,
            fault=outcome.fault,
            given_up=int(outcome.given_up),
        )

    def put_off(self, delivery_id: str, attempts: int, until: datetime) -> None:
        self._session.connection.execute(
            webhook_deliveries.update()
            .where(webhook_deliveries.c.id == delivery_id)
            .values(attempts=attempts, due_at=to_text(until))
        )

    def delete(self, delivery_id: str) -> None:
        self._session.connection.execute(
            webhook_deliveries.delete().where(webhook_deliveries.c.id == delivery_id)
        )


def _waiting(row: Any) -> WaitingRow:
    event, attempts, due_at, inserted_at = row
    return WaitingRow(
        event=event,
        attempts=attempts,
        due_at=datetime.fromisoformat(due_at),
        inserted_at=datetime.fromisoformat(inserted_at),
    )


def _outcome(row: Any) -> OutcomeRow:
    webhook_id, arrived, event, at, attempts, status, fault, given_up = row
    return OutcomeRow(
        webhook_id=webhook_id,
        arrived=bool(arrived),
        event=event,
        at=datetime.fromisoformat(at),
        attempts=attempts,
        status=status,
        fault=fault,
        given_up=bool(given_up),
    )


def _delivery(row: Any) -> DeliveryRow:
    delivery_id, webhook_id, event, body, attempts, inserted_at = row
    return DeliveryRow(
        id=delivery_id,
        webhook_id=webhook_id,
        event=event,
        body=body,
        attempts=attempts,
        inserted_at=datetime.fromisoformat(inserted_at),
    )
