"""An HTTP client that costs little beside the server that it measures: one connection a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import httptools

TIMEOUT_S = 1800.0  # a peer takes its time over 10,000 records


@dataclass(frozen=True)
class Request:
    """One request; a body is JSON."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """An answer that is no success, or none at all."""


class Connection(asyncio.Protocol):
    """Sends one request at a time to a server on this machine, and connects again if need be."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        lines = {"Host": f"127.0.0.1:{port}", "Accept": "application/json", **headers}
        self._head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, request: Request) -> bytes:
        """Return the body of a successful answer. Raises Failed."""
        if self._transport is None or self._transport.is_closing():
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._transport.write(self._bytes_of(request))
        status, body = await asyncio.wait_for(self._waiting, TIMEOUT_S)
        if not 200 <= status < 300:
            raise Failed(f"{request.method} {request.path}: {status} {body[:300]!r}")
        return body

    def _bytes_of(self, request: Request) -> bytes:
        own = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        if request.body is not None:
            own += f"Content-Type: application/json\r\nContent-Length: {len(request.body)}\r\n"
        head = f"{request.method} {request.path} HTTP/1.1\r\n{self._head}{own}\r\n"
        return head.encode() + (request.body or b"")

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    # asyncio calls these,

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the request that waits, if any."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Failed(f"the server hung up: {exc}"))

    # and the parser these.

    def on_body(self, part: bytes) -> None:
        """Keep a part of the body."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Hand the answer to who waits for it."""
        assert self._waiting is not None
        if not self._waiting.done():
            self._waiting.set_result((self._parser.get_status_code(), b"".join(self._parts)))
