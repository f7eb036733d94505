"""Webhooks: registered, changed, deleted.

Any URL may be registered; one on a host that the server may not send to is kept as refused, with
the reason, and is told nothing.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain.permission import Action, Actor
from goldspan.domain.webhook import check_webhook, url_refusal
from goldspan.errors import NotFound
from goldspan.storage.ids import new_id
from goldspan.storage.rows import OutcomeRow, WaitingRow, WebhookRow
from goldspan.storage.store import Unit

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"
MOST_WAITING = 20
"""How many of a webhook's waiting messages are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChanges:
    """New values; None (where None is a value, UNSET) leaves a value as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    enabled: bool | None = None
    description: str | UnsetType | None = UNSET


def new_secret() -> str:
    """Return a random secret in the form of standardwebhooks.com."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def create_webhook(
    unit: Unit,
    actor: Actor,
    url: str,
    events: Sequence[str],
    description: str | None,
    hosts: Collection[str],
) -> WebhookRow:
    """Register a webhook; ``hosts`` may be sent to. Raises Forbidden, InvalidInput."""
    actor.require(Action.MANAGE_WEBHOOKS)
    check_webhook(url, events, description)
    webhook = WebhookRow(
        id=new_id(),
        url=url,
        secret=new_secret(),
        events=tuple(events),
        enabled=True,
        description=description,
        inserted_at=unit.now,
        updated_at=unit.now,
        refused=url_refusal(url, hosts),
    )
    unit.webhooks.add(webhook)
    return webhook


def list_webhooks(unit: Unit, actor: Actor) -> list[WebhookRow]:
    """Return every webhook, oldest first. Raises Forbidden."""
    actor.require(Action.MANAGE_WEBHOOKS)
    return unit.webhooks.all()


def update_webhook(
    unit: Unit, actor: Actor, webhook_id: str, changes: WebhookChanges, hosts: Collection[str]
) -> WebhookRow:
    """Change a webhook; its secret stays. Raises Forbidden, NotFound, InvalidInput.

    One that is refused is shown as disabled. A client that sends back all that it was shown has
    not thereby disabled it for the day when it is no longer refused.
    """
    old = get_webhook(unit, actor, webhook_id)
    same = changes.enabled is None or (old.refused is not None and not changes.enabled)
    new = msgspec.structs.replace(
        old,
        url=old.url if changes.url is None else changes.url,
        events=old.events if changes.events is None else tuple(changes.events),
        enabled=old.enabled if same else bool(changes.enabled),
        description=old.description if changes.description is UNSET else changes.description,
        updated_at=unit.now,
    )
    check_webhook(new.url, new.events, new.description)
    new = msgspec.structs.replace(new, refused=url_refusal(new.url, hosts))
    unit.webhooks.update(new)
    return new


def delete_webhook(unit: Unit, actor: Actor, webhook_id: str) -> WebhookRow:
    """Delete a webhook. Raises Forbidden, NotFound."""
    webhook = get_webhook(unit, actor, webhook_id)
    unit.webhooks.delete(webhook_id)
    return webhook


def refuse_others(unit: Unit, hosts: Collection[str]) -> None:
    """Bring all webhooks up to date with the hosts that may be sent to."""
    for webhook in unit.webhooks.all():
        refused = url_refusal(webhook.url, hosts)
        if refused != webhook.refused:
            unit.webhooks.update(msgspec.structs.replace(webhook, refused=refused))


@dataclass(frozen=True, slots=True)
class Deliveries:
    """How far a webhook has been told.

    Args:
        waiting: the oldest messages that still wait.
        total: how many wait.
        last_arrived: how the last message that arrived went.
        last_failed: how the last attempt that failed went, whether or not it was made good.
    """

    waiting: list[WaitingRow]
    total: int
    last_arrived: OutcomeRow | None
    last_failed: OutcomeRow | None


def deliveries(unit: Unit, actor: Actor, webhook_id: str) -> Deliveries:
    """Return how far a webhook has been told. Raises Forbidden, NotFound."""
    get_webhook(unit, actor, webhook_id)
    waiting, total = unit.deliveries.waiting(webhook_id, MOST_WAITING)
    last = {outcome.arrived: outcome for outcome in unit.deliveries.outcomes(webhook_id)}
    return Deliveries(waiting, total, last_arrived=last.get(True), last_failed=last.get(False))


def keep_outcome(unit: Unit, outcome: OutcomeRow) -> None:
    """Keep how an attempt went; nothing where the webhook was deleted meanwhile."""
    if unit.webhooks.get(outcome.webhook_id) is not None:
        unit.deliveries.put_outcome(outcome)


def get_webhook(unit: Unit, actor: Actor, webhook_id: str) -> WebhookRow:
    """Return a webhook. Raises Forbidden, NotFound."""
    actor.require(Action.MANAGE_WEBHOOKS)
    webhook = unit.webhooks.get(webhook_id)
    if webhook is None:
        raise NotFound(f"there is no webhook {webhook_id!r}", webhook_id=webhook_id)
    return webhook
