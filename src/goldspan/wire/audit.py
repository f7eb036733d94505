"""The audit log."""

from __future__ import annotations

from datetime import datetime

from goldspan.wire.base import Wire


class AuditEntry(Wire):
    """One change: when (UTC), by whom, what, about what, through which request.

    ``action`` is the route, such as ``PATCH /api/v1/datasets/{dataset_id}``. ``objects`` are ids
    by what they are ids of; ``id`` among them is what the change made or replaced.
    """

    id: str
    at: datetime
    user_id: str | None
    username: str | None
    action: str
    objects: dict[str, str]
    request_id: str | None
    address: str | None
