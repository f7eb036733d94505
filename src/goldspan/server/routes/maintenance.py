"""Backup and checks, for owners."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.response import Stream

from goldspan.server.deps import Caller, Database
from goldspan.server.routes.exchange import sent
from goldspan.server.scratch import Scratch
from goldspan.services.maintenance import back_up, check_up


@get("/api/v1/backup")
async def backup(db: Database, actor: Caller, request: Request[Any, Any, Any]) -> Stream:
    """Send an archive of all that the database holds, secrets (hashed) included."""
    scratch: Scratch = request.app.state.scratch
    with scratch.lasting_room() as room:
        done = await db.long(lambda: db.peek(back_up, actor, room))
    return sent(done)


@get("/api/v1/doctor")
async def doctor(db: Database, actor: Caller) -> dict[str, str]:
    """Check the database; each check's value says what is wrong, "" where nothing is."""
    return await db.long(lambda: db.peek(check_up, actor))


HANDLERS = [backup, doctor]
