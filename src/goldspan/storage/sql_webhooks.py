"""Webhooks in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.storage.rows import WebhookRow
from goldspan.storage.sql_base import Session, to_text
from goldspan.storage.tables import webhooks


def _webhook(row: Any) -> WebhookRow:
    webhook_id, url, secret, events, enabled, description, inserted_at, updated_at = row
    return WebhookRow(
        id=webhook_id,
        url=url,
        secret=secret,
        events=msgspec.json.decode(events, type=tuple[str, ...]),
        enabled=bool(enabled),
        description=description,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
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
    }


class SqlWebhooks:
    """``store.Webhooks`` in SQL."""

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
