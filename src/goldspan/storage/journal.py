"""What the services need of a store to tell what happened; a part of ``store.Unit``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from goldspan.storage.rows import (
    AuditRow,
    DeliveryRow,
    KeptAnswer,
    OutcomeRow,
    WaitingRow,
    WebhookRow,
)


class Audit(Protocol):
    """What was changed, by whom."""

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
        """Write down a change; ``objects`` are ids by what they are ids of."""

    def page(self, limit: int, before: str | None = None) -> list[AuditRow]:
        """Return up to ``limit`` entries, newest first, older than the entry of that id."""


class IdempotencyKeys(Protocol):
    """Requests that their senders may repeat."""

    def claim(self, user_id: str, key: str, request: str) -> KeptAnswer | None:
        """Take a user's key for a request; return what is known of it if it is taken."""

    def keep(self, user_id: str, key: str, status: int, headers_json: str, body: str) -> None:
        """Keep the answer to the request that took the key."""

    def forget(self, before: datetime) -> None:
        """Delete keys that were taken before a time."""


class Webhooks(Protocol):
    """Webhooks."""

    def add(self, webhook: WebhookRow) -> None:
        """Insert one."""

    def get(self, webhook_id: str) -> WebhookRow | None:
        """Return one."""

    def all(self) -> list[WebhookRow]:
        """Return every one, oldest first."""

    def update(self, webhook: WebhookRow) -> None:
        """Replace one that exists."""

    def delete(self, webhook_id: str) -> None:
        """Delete one."""


class Deliveries(Protocol):
    """Events that webhooks have not been told of yet."""

    def wanted_by(self, event: str) -> Sequence[str]:
        """Return the ids of the webhooks that are told of an event; read once a transaction."""

    def add(self, event: str, bodies: Sequence[str]) -> None:
        """Add messages, each for every webhook that wants the event; they are due at once."""

    def any_due(self, resting: Collection[str]) -> bool:
        """Say whether ``claim`` would find something."""

    def claim(self, count: int, until: datetime, resting: Collection[str]) -> list[DeliveryRow]:
        """Return up to ``count`` that are due, oldest first, and keep others off them a while.

        Args:
            count: at most so many.
            until: nobody else is given them before; naive UTC.
            resting: ids of webhooks to pass over.
        """

    def waiting(self, webhook_id: str, limit: int) -> tuple[list[WaitingRow], int]:
        """Return the oldest messages that a webhook is still to be told, and how many there are."""

    def outcomes(self, webhook_id: str) -> list[OutcomeRow]:
        """Return what arrived last and what failed last, as far as there is either."""

    def put_outcome(self, outcome: OutcomeRow) -> None:
        """Keep an outcome in place of the webhook's last one that ended so; the webhook exists."""

    def put_off(self, delivery_id: str, attempts: int, until: datetime) -> None:
        """Set how many attempts were in vain, and when the next may be made."""

    def delete(self, delivery_id: str) -> None:
        """Delete one, as it was delivered or is given up."""
