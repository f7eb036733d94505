"""Webhooks."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType

from goldspan.wire.base import Wire


class WebhookCreate(Wire):
    """A new webhook; the server makes its secret."""

    url: str
    events: list[str]
    description: str | None = None


class WebhookUpdate(Wire):
    """Changes to a webhook; what is left out, or null where null means nothing, stays."""

    url: str | UnsetType | None = UNSET
    events: list[str] | UnsetType | None = UNSET
    enabled: bool | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET


class Webhook(Wire):
    """A webhook; ``secret`` signs what is sent to it, as ``whsec_`` and base64.

    ``disabled_reason`` says why nothing is sent though nobody has disabled it.
    """

    id: str
    url: str
    secret: str
    events: list[str]
    enabled: bool
    description: str | None
    inserted_at: datetime
    updated_at: datetime
    disabled_reason: str | None = None


class WaitingDelivery(Wire):
    """A message that a webhook is still to be told.

    ``attempts`` were in vain; ``due_at`` is when it may be tried next.
    """

    event: str
    attempts: int
    due_at: datetime
    inserted_at: datetime


class DeliveryOutcome(Wire):
    """How an attempt to tell a webhook went.

    ``attempts`` counts those that the message had taken by then; ``status`` is what the receiver
    answered, null where it gave no answer; ``fault`` says what was wrong; ``given_up`` that the
    message is not sent again.
    """

    event: str
    at: datetime
    attempts: int
    status: int | None
    fault: str | None
    given_up: bool


class Deliveries(Wire):
    """The oldest of the messages that wait, ``total`` counts all; what arrived and failed last."""

    items: list[WaitingDelivery]
    total: int
    last_arrived: DeliveryOutcome | None
    last_failed: DeliveryOutcome | None
