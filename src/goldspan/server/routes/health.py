"""Whether the server is up, whether it can work, and its figures."""

from __future__ import annotations

import ipaddress
from typing import Any

from litestar import Request, Response, get

from goldspan._version import __version__
from goldspan.domain.permission import Action
from goldspan.errors import StorageFailure, Unauthenticated
from goldspan.server.deps import Database, given_key
from goldspan.server.scratch import Scratch
from goldspan.server.watch import Metrics
from goldspan.services.keys import authenticate
from goldspan.storage.store import Unit

LEAST_FREE_BYTES = 64 * 2**20
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PROBE = "readyz"
"""The key of the row that a probe writes; it is nobody's."""

FORWARDED = ("x-forwarded-for", "forwarded")


@get("/healthz", exclude_from_auth=True, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """Say that the process answers; touches nothing else."""
    return {"status": "ok", "version": __version__}


@get("/readyz", exclude_from_auth=True)
async def readyz(db: Database, request: Request[Any, Any, Any]) -> dict[str, str]:
    """Say that the server can work: the disk has room, the database can be written.

    A transaction goes through the writer and the disk. That the schema is this version's was seen
    to at the start.
    """
    scratch: Scratch = request.app.state.scratch
    free = scratch.free_bytes()
    if free < LEAST_FREE_BYTES:
        raise StorageFailure(
            f"the home's disk has {free // 2**20} MiB left, the server needs "
            f"{LEAST_FREE_BYTES // 2**20}; make room",
            free_bytes=free,
        )

    await db.lease(_write_something)
    return {"status": "ok"}


def _write_something(unit: Unit) -> None:
    """Write a row that is always the same, so that probing leaves nothing behind."""
    unit.idempotency_keys.claim("", PROBE, "")
    unit.idempotency_keys.keep("", PROBE, 200, "{}", "")


@get("/metrics", exclude_from_auth=True, sync_to_thread=False)
def metrics(db: Database, request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the server's figures in Prometheus's format: to this machine, or to an owner's key."""
    if not _is_near(request):
        key = given_key(request)
        if key is None:
            raise Unauthenticated("from other machines, the figures take an owner's API key")
        actor, _ = db.peek(authenticate, key)
        actor.require(Action.OPERATE)
    figures: Metrics = request.app.state.metrics
    return Response(figures.text(), media_type=METRICS_TYPE)


def _is_near(request: Request[Any, Any, Any]) -> bool:
    """Say whether a program of this machine asks for itself, and not a proxy for others."""
    client = request.scope["client"]
    if client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


HANDLERS = [healthz, readyz, metrics]
