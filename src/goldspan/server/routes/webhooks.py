"""Webhooks."""

from __future__ import annotations

from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.services import webhooks
from goldspan.wire.base import Items
from goldspan.wire.webhook import Webhook, WebhookCreate, WebhookUpdate


@get("/api/v1/webhooks", sync_to_thread=False)
def list_all(db: Database, actor: Caller) -> Items[Webhook]:
    """Return every webhook."""
    return Items(items=[present.webhook(row) for row in db.peek(webhooks.list_webhooks, actor)])


@post("/api/v1/webhooks", opt={SHOWS_SECRET: True})
async def create(db: Database, actor: Caller, data: JSONBody[WebhookCreate]) -> Webhook:
    """Register a webhook."""
    row = await db.write(
        webhooks.create_webhook, actor, data.url, data.events, data.description or None
    )
    return present.webhook(row)


@patch("/api/v1/webhooks/{webhook_id:str}", opt={SHOWS_SECRET: True})
async def update(
    db: Database, actor: Caller, webhook_id: Id, data: JSONBody[WebhookUpdate]
) -> Webhook:
    """Change a webhook."""
    changes = webhooks.WebhookChanges(
        url=None if data.url is UNSET else data.url,
        events=None if data.events is UNSET else data.events,
        enabled=None if data.enabled is UNSET else data.enabled,
        description=data.description or None if data.description is not UNSET else UNSET,
    )
    return present.webhook(await db.write(webhooks.update_webhook, actor, webhook_id, changes))


@delete("/api/v1/webhooks/{webhook_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, webhook_id: Id) -> Webhook:
    """Delete a webhook."""
    return present.webhook(await db.write(webhooks.delete_webhook, actor, webhook_id))


HANDLERS = [list_all, create, update, delete_one]
