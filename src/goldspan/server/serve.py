"""A server that owns a home: from the lock to the socket and back."""

from __future__ import annotations

import atexit
import errno
import ipaddress
import socket
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import uvicorn
from litestar import Litestar

from goldspan.errors import Conflict, InvalidInput, StorageFailure
from goldspan.server.app import create_app
from goldspan.services.owner import ensure_owner
from goldspan.storage.home import Home
from goldspan.storage.sql_store import open_store
from goldspan.storage.store import Store

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10


class RunningServer:
    """A server on a thread of its own; it stops with ``stop``, at the latest with the process.

    Args:
        home: the folder that it owns.
        url: where it answers.
        api_key: the owner's key, or None if only its hash is known.
        key_is_new: whether the key was made by this start, so that it should be shown.
        app: what it serves.
        server: the HTTP server, already started.
        thread: where it runs.
        opened: what to let go of after it has stopped.
    """

    def __init__(
        self,
        home: Path,
        url: str,
        api_key: str | None,
        key_is_new: bool,
        app: Litestar,
        server: uvicorn.Server,
        thread: threading.Thread,
        opened: ExitStack,
    ) -> None:
        self.home = home
        self.url = url
        self.api_key = api_key
        self.key_is_new = key_is_new
        self.app = app
        self._server = server
        self._thread = thread
        self._opened = opened
        atexit.register(self.stop)

    @property
    def is_running(self) -> bool:
        """Whether it still answers."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Finish the requests under way, write what is queued, free the home. May be repeated."""
        self._server.should_exit = True
        self._thread.join()
        self._opened.close()
        atexit.unregister(self.stop)


def start_in_thread(
    home: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    owner_api_key: str | None = None,
    owner_password: str | None = None,
) -> RunningServer:
    """Own a home and serve it from a thread of this process.

    Args:
        home: the folder; made if it does not exist.
        host: a loopback address.
        port: 0 takes a free one.
        owner_api_key: a key to accept for the owner; without it the home keeps a random one.
        owner_password: replaces the owner's password.

    Raises:
        InvalidInput: if the host is not a loopback address, or the key or password too short.
        HomeBusy: if another process owns the home.
        Conflict: if the port is taken.
        StorageFailure: if the home or its database cannot be used.
    """
    require_loopback(host)
    with ExitStack() as opening:
        place = Home(home)
        lock = place.acquire()
        opening.callback(lock.release)
        listener = _listen(host, port)
        opening.callback(listener.close)
        store = open_store(place.database_path)
        opening.callback(store.close)
        key, is_new = _owner_key(place, store, owner_api_key, owner_password)
        app = create_app(store, scratch_dir=place.scratch_dir)
        server, thread = _start(app, listener)
        name = f"[{host}]" if ":" in host else host
        url = f"http://{name}:{listener.getsockname()[1]}"
        lock.publish(url)
        return RunningServer(home, url, key, is_new, app, server, thread, opening.pop_all())


def require_loopback(host: str) -> None:
    """Raise InvalidInput unless the host is this machine's own loopback."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise InvalidInput(
            f"--host {host} would offer the server to other machines over plain HTTP, where "
            "API keys can be read on the way, so for now it listens only on this machine: leave "
            "--host out, and reach it from elsewhere through an SSH tunnel or a proxy with TLS",
            host=host,
        )


def _owner_key(
    home: Home, store: Store, given: str | None, password: str | None
) -> tuple[str | None, bool]:
    """Return the owner's key, and whether it was made just now and put into the home."""
    kept = home.read_owner_key()
    made = store.write(
        lambda unit: ensure_owner(unit, given_key=given, home_key=kept, password=password)
    ).result()
    if made is not None:
        home.write_owner_key(made)
    return made or given or kept, made is not None


def _listen(host: str, port: int) -> socket.socket:
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


def _start(app: Litestar, listener: socket.socket) -> tuple[uvicorn.Server, threading.Thread]:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        server_header=False,
        proxy_headers=False,  # or whoever is on this machine could say to come from anywhere
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, args=([listener],), name="goldspan-server", daemon=True
    )
    thread.start()
    until = time.monotonic() + START_TIMEOUT_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            server.should_exit = True
            raise StorageFailure("the HTTP server did not start; its log says why")
        time.sleep(0.005)
    return server, thread
