"""Every request is given an id, timed, counted and, if that is wanted, logged.

Counts are by route, never by path or user: a path holds ids, and there may be millions.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any

from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from goldspan.server.logs import REQUEST_ID
from goldspan.storage.ids import new_id

log = logging.getLogger("goldspan.access")

HEADER = "x-request-id"
FITTING = re.compile(r"[A-Za-z0-9._\-]{1,64}")
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """One application's figures, for Prometheus."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "goldspan_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "goldspan_request_seconds",
            "Time from a request's beginning to its answer's end.",
            ("method", "route"),
            buckets=BUCKETS_S,
            registry=self._registry,
        )

    def add(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        return generate_latest(self._registry)


class Watch:
    """The middleware.

    Args:
        app: what comes next.
        metrics: where requests are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = self._identify(scope)
        token = REQUEST_ID.set(request_id)
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                header = (HEADER.encode(), request_id.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - started)
            REQUEST_ID.reset(token)

    def _identify(self, scope: Any) -> str:
        """Return the request's id: the one that came with it, if it fits, else a new one."""
        given = Headers.from_scope(scope).get(HEADER, "")
        if FITTING.fullmatch(given):
            return given
        request_id = new_id()
        kept = [one for one in scope["headers"] if one[0].lower() != HEADER.encode()]
        # The audit log reads it from here.
        scope["headers"] = [*kept, (HEADER.encode(), request_id.encode())]
        return request_id

    def _note(self, scope: Any, status: int, seconds: float) -> None:
        method, route = scope["method"], scope.get("path_template", "none")
        self._metrics.add(method, route, status, seconds)
        if not log.isEnabledFor(logging.INFO):
            return
        fields = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 2),
            "user_id": getattr(scope.get("user"), "user_id", None),
            "address": scope["client"][0] if scope["client"] else None,
        }
        log.info("%s %s %d", method, route, status, extra=fields)
