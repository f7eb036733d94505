"""The audit log."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from goldspan.server import present
from goldspan.server.deps import Caller, Database
from goldspan.services.read_audit import LONGEST_PAGE, read_audit
from goldspan.wire.audit import AuditEntry
from goldspan.wire.base import Items

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE)]


@get("/api/v1/audit", sync_to_thread=False)
def list_entries(
    db: Database, actor: Caller, limit: Limit = 50, before: FromQuery[str | None] = None
) -> Items[AuditEntry]:
    """Return what was changed, newest first; ``before`` is the id of the last entry read."""
    found = db.peek(read_audit, actor, limit, before)
    return Items(items=[present.audit_entry(row) for row in found])


HANDLERS = [list_entries]
