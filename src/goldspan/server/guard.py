"""The outermost layer: which requests are looked at at all, and what every answer carries.

A page of another site can make a browser send requests to a server of this machine, and, by
letting its own name point here, even read the answers (DNS rebinding). Such requests name the
other site in ``Host``, so only names that the server goes by are answered; addresses are always
right, because nobody can let an address point elsewhere.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from goldspan.errors import Forbidden, GoldspanError, UnknownHost
from goldspan.server.error_map import error_detail, status_of
from goldspan.server.security import Security
from goldspan.wire.error import ErrorBody

HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": (
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    b"cache-control": b"no-store",
}
"""On every answer that does not say something else; the page has a policy of its own."""

HSTS = (b"strict-transport-security", b"max-age=31536000")


class Guard:
    """Wraps the application.

    Args:
        app: the application.
        security: how the server is exposed.
    """

    def __init__(self, app: ASGIApp, security: Security) -> None:
        self._app = app
        self._security = security

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request, or refuse it."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        is_https = scope["scheme"] == "https"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"], is_https)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, answer)
        else:
            await _refuse(refusal, answer)

    def _refusal(self, scope: Any) -> GoldspanError | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
        if not self._security.goes_by(name_of(host)):
            return UnknownHost(
                f"this server does not go by the name {name_of(host)!r}; if it should, start it "
                "with --allow-host and that name",
                host=name_of(host),
            )
        is_near = scope["client"] is None or _is_loopback(scope["client"][0])
        if self._security.tls_proxy and scope["scheme"] != "https" and not is_near:
            return Forbidden(
                "this server is reached over HTTPS through its proxy "
                f"{self._security.tls_proxy}; this request did not come that way"
            )
        return None


def name_of(host: str) -> str:
    """Return the name or address in a Host header, without port and brackets, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _completed(headers: Any, is_https: bool) -> list[tuple[bytes, bytes]]:
    given = [(bytes(name), bytes(value)) for name, value in headers]
    names = {name.lower() for name, _ in given}
    given.extend(item for item in HEADERS.items() if item[0] not in names)
    if is_https:
        given.append(HSTS)
    return given


async def _refuse(error: GoldspanError, send: Send) -> None:
    body = msgspec.json.encode(ErrorBody(detail=error_detail(error)))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    status = status_of(type(error)) or 500
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
