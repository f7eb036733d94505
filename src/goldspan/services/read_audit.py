"""Reading the audit log."""

from __future__ import annotations

from goldspan.domain.permission import Action, Actor
from goldspan.storage.rows import AuditRow
from goldspan.storage.store import Unit

LONGEST_PAGE = 200


def read_audit(unit: Unit, actor: Actor, limit: int, before: str | None = None) -> list[AuditRow]:
    """Return up to ``limit`` entries, newest first, older than that one. Raises Forbidden."""
    actor.require(Action.READ_AUDIT)
    return unit.audit.page(min(limit, LONGEST_PAGE), before)
