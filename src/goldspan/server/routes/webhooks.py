"""Webhooks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from litestar import Request, delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from goldspan.errors import Conflict
from goldspan.server import deliverer, present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.services import webhooks
from goldspan.wire.base import Items
from goldspan.wire.webhook import Deliveries, Webhook, WebhookCreate, WebhookUpdate


def _hosts(request: Request[Any, Any, Any]) -> Collection[str]:
    hosts: Collection[str] = request.app.state.webhook_hosts
    return hosts


@get("/api/v1/webhooks", sync_to_thread=False)
def list_all(db: Database, actor: Caller) -> Items[Webhook]:
    """Return every webhook."""
    return Items(items=[present.webhook(row) for row in db.peek(webhooks.list_webhooks, actor)])


@post("/api/v1/webhooks", opt={SHOWS_SECRET: True})
async def create(
    request: Request[Any, Any, Any], db: Database, actor: Caller, data: JSONBody[WebhookCreate]
) -> Webhook:
    """Register a webhook."""
    row = await db.write(
        webhooks.create_webhook,
        actor,
        data.url,
        data.events,
        data.description or None,
        _hosts(request),
    )
    return present.webhook(row)


@patch("/api/v1/webhooks/{webhook_id:str}", opt={SHOWS_SECRET: True})
async def update(
    request: Request[Any, Any, Any],
    db: Database,
    actor: Caller,
    webhook_id: Id,
    data: JSONBody[WebhookUpdate],
) -> Webhook:
    """Change a webhook."""
    changes = webhooks.WebhookChanges(
        url=None if data.url is UNSET else data.url,
        events=None if data.events is UNSET else data.events,
        enabled=None if data.enabled is UNSET else data.enabled,
        description=data.description or None if data.description is not UNSET else UNSET,
    )
    row = await db.write(webhooks.update_webhook, actor, webhook_id, changes, _hosts(request))
    return present.webhook(row)


@delete("/api/v1/webhooks/{webhook_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, webhook_id: Id) -> Webhook:
    """Delete a webhook."""
    return present.webhook(await db.write(webhooks.delete_webhook, actor, webhook_id))


@post("/api/v1/webhooks/{webhook_id:str}/ping", status_code=204)
async def ping(
    request: Request[Any, Any, Any], db: Database, actor: Caller, webhook_id: Id
) -> None:
    """Send a webhook a message now, to see whether it arrives."""
    webhook = db.peek(webhooks.get_webhook, actor, webhook_id)
    if webhook.refused is not None:
        raise Conflict(
            f"nothing is sent to webhook {webhook_id!r}: {webhook.refused}", webhook_id=webhook_id
        )
    await db.long(lambda: deliverer.ping(webhook, _hosts(request)))


@get("/api/v1/webhooks/{webhook_id:str}/deliveries", sync_to_thread=False)
def list_deliveries(db: Database, actor: Caller, webhook_id: Id) -> Deliveries:
    """Return the oldest messages that wait, and how the last that arrived and that failed went."""
    found = db.peek(webhooks.deliveries, actor, webhook_id)
    arrived, failed = found.last_arrived, found.last_failed
    return Deliveries(
        items=[present.waiting(row) for row in found.waiting],
        total=found.total,
        last_arrived=None if arrived is None else present.outcome(arrived),
        last_failed=None if failed is None else present.outcome(failed),
    )


HANDLERS = [list_all, create, update, delete_one, ping, list_deliveries]
