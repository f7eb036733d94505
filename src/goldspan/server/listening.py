"""The sockets that the server listens on, and the thread that answers them."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import threading
import time
from contextlib import ExitStack
from typing import Any

import uvicorn
from litestar.types import ASGIApp, Receive, Send

from goldspan.errors import Conflict, InvalidInput, StorageFailure
from goldspan.server.security import Security, is_loopback

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10
log = logging.getLogger("goldspan.server")
UNSPECIFIED = ("0.0.0.0", "::")


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that is bound, not yet listening.

    Raises:
        Conflict: if the port is taken or reserved.
        InvalidInput: if the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = (
                "is taken by another program" if error.errno == errno.EADDRINUSE else "is reserved"
            )
            raise Conflict(
                f"port {port} on {host} {why}; choose another with --port, or stop that program",
                port=port,
            ) from error
        raise InvalidInput(f"{host}:{port} cannot be listened on: {error.strerror}") from error
    return listener


class Listening:
    """The server's sockets: the one that is asked for, and one for this machine's programs.

    Where the first is reached from other machines or speaks HTTPS, programs that share the home
    use the second, on loopback: they need neither a proxy nor a certificate's name.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        security: how the server is exposed; it was checked for this address.

    Raises:
        Conflict: if the port is taken.
        InvalidInput: if the address is not this machine's.
    """

    def __init__(self, host: str, port: int, security: Security) -> None:
        self._security = security
        with ExitStack() as opening:
            main = opening.enter_context(open_socket(host, port))
            self._sockets = [main]
            self.url = _url("https" if security.speaks_https else "http", host, main)
            self.local_url = self.url
            if security.speaks_https or not is_loopback(host):
                own = opening.enter_context(open_socket("127.0.0.1", 0))
                self._sockets.append(own)
                self.local_url = _url("http", "127.0.0.1", own)
            self._opened = opening.pop_all()
        self._servers: list[uvicorn.Server] = []
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether it still answers."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, app: ASGIApp) -> None:
        """Answer requests from a thread of its own.

        Raises:
            InvalidInput: if certificate and key cannot be used.
            StorageFailure: if the server does not start.
        """
        app = broken_off_quietly(app)
        main = self._config(app, is_main=True)
        try:
            main.load()
        except (OSError, ssl.SSLError) as error:
            raise InvalidInput(
                f"--tls-cert and --tls-key cannot be used: {error}; they are PEM files that "
                "belong together"
            ) from error
        configs = [main, *(self._config(app, is_main=False) for _ in self._sockets[1:])]
        self._servers = [uvicorn.Server(config) for config in configs]
        loops = main.get_loop_factory()

        def run() -> None:
            with asyncio.Runner(loop_factory=loops) as runner:
                runner.run(self._serve())

        self._thread = threading.Thread(target=run, name="goldspan-server", daemon=True)
        self._thread.start()
        until = time.monotonic() + START_TIMEOUT_S
        while not all(server.started for server in self._servers):
            if not self._thread.is_alive() or time.monotonic() > until:
                self.stop()
                raise StorageFailure("the HTTP server did not start; its log says why")
            time.sleep(0.005)

    async def _serve(self) -> None:
        main, *near = zip(self._servers, self._sockets, strict=True)

        async def serve_near() -> None:
            await asyncio.gather(*(server.serve([own]) for server, own in near))
            main[0].should_exit = True  # it ends the application, so it is the last to stop

        others = asyncio.create_task(serve_near()) if near else None
        await main[0].serve([main[1]])
        if others is not None:
            await others

    def _config(self, app: ASGIApp, *, is_main: bool) -> uvicorn.Config:
        security = self._security
        proxy = security.tls_proxy if is_main else None
        has_tls = is_main and security.speaks_https
        return uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="on" if is_main else "off",
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
            server_header=False,
            # Whoever else can connect may say in these headers whatever they like.
            proxy_headers=proxy is not None,
            forwarded_allow_ips=proxy,
            ssl_certfile=security.tls_cert if has_tls else None,
            ssl_keyfile=security.tls_key if has_tls else None,
        )

    def stop(self) -> None:
        """Finish the requests under way and close the sockets. May be repeated."""
        for server in self._servers[1:] or self._servers:
            server.should_exit = True
        if self._thread is not None:
            self._thread.join()
        self._opened.close()


def broken_off_quietly(app: ASGIApp) -> ASGIApp:
    """Let a request that the server's end breaks off cost a line of the log, no traceback."""

    async def answer(scope: Any, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            log.warning(
                "%s %s was broken off: the server stopped, and it was not done after %s s",
                scope["method"],
                scope["path"],
                STOP_TIMEOUT_S,
            )

    return answer


def _url(scheme: str, host: str, listener: socket.socket) -> str:
    name = socket.gethostname() if host in UNSPECIFIED else host
    name = f"[{name}]" if ":" in name else name
    return f"{scheme}://{name}:{listener.getsockname()[1]}"
