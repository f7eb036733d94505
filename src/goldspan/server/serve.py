"""A server that owns a home: from the lock to the socket and back."""

from __future__ import annotations

import atexit
import logging
import socket
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from litestar import Litestar

from goldspan.server.app import RUNS, create_app
from goldspan.server.guard import Guard
from goldspan.server.listening import Listening
from goldspan.server.security import Security, is_loopback
from goldspan.services.owner import USERNAME, ensure_owner
from goldspan.storage.home import Home
from goldspan.storage.opening import open_store
from goldspan.storage.store import Store, Unit

log = logging.getLogger("goldspan.server")


@dataclass(frozen=True, slots=True)
class OwnerAccess:
    """How the owner comes in after a start.

    Args:
        api_key: the owner's key, or None if only its hash is known.
        key_is_new: whether the key was made by this start, so that it should be shown.
        needs_link: whether the owner was made by this start, and has no password yet.
    """

    api_key: str | None
    key_is_new: bool
    needs_link: bool


class RunningServer:
    """A server on a thread of its own; it stops with ``stop``, at the latest with the process.

    Args:
        home: the folder that it owns.
        access: how the owner comes in.
        app: what it serves.
        listening: its sockets, already answered.
        opened: what to let go of after it has stopped.
    """

    def __init__(
        self,
        home: Path,
        access: OwnerAccess,
        app: Litestar,
        listening: Listening,
        opened: ExitStack,
    ) -> None:
        self.home = home
        self.access = access
        self.app = app
        self._listening = listening
        self._opened = opened
        atexit.register(self.stop)

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._listening.url

    @property
    def local_url(self) -> str:
        """Where it answers programs of this machine."""
        return self._listening.local_url

    @property
    def api_key(self) -> str | None:
        """The owner's key, or None if only its hash is known."""
        return self.access.api_key

    @property
    def is_running(self) -> bool:
        """Whether it still answers."""
        return self._listening.is_running

    def stop(self) -> None:
        """Finish the requests under way, write what is queued, free the home. May be repeated."""
        self._listening.stop()
        self._opened.close()
        atexit.unregister(self.stop)


def start_in_thread(
    home: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    security: Security | None = None,
    owner_api_key: str | None = None,
    owner_password: str | None = None,
    database_url: str | None = None,
    runs_dir: Path = RUNS,
    webhook_hosts: Collection[str] = (),
) -> RunningServer:
    """Own a home and serve it from a thread of this process.

    With a database of its own that a URL names, the home has no owner: any number of servers may
    share both.

    Args:
        home: the folder; made if it does not exist.
        host: address of this machine to listen on.
        port: 0 takes a free one.
        security: how the server is exposed; by default to this machine only.
        owner_api_key: a key to accept for the owner; without it the home keeps a random one.
        owner_password: replaces the owner's password.
        database_url: a PostgreSQL database to use in place of the home's file.
        runs_dir: where training runs lie.
        webhook_hosts: what webhooks are delivered to, ``host`` or ``host:port``.

    Raises:
        InvalidInput: if the host is not a loopback address and nothing is said of how that is
            made safe, the key or password is too short, or the URL is none of PostgreSQL's.
        MissingExtra: if PostgreSQL's driver is needed and not installed.
        HomeBusy: if another process owns the home.
        Conflict: if the port is taken.
        StorageFailure: if the home or its database cannot be used.
    """
    security = security or Security()
    security.check(host)
    if security.insecure_http:
        log.warning("serving plain HTTP: whoever is on the way can read passwords, keys and data")
    if not is_loopback(host):
        names = {host.lower(), socket.gethostname().lower(), *security.hosts}
        security = replace(security, hosts=tuple(sorted(names)))
    with ExitStack() as opening:
        place = Home(home)
        place.make()
        lock = place.acquire() if database_url is None else None
        if lock is not None:
            opening.callback(lock.release)
        listening = Listening(host, port, security)
        opening.callback(listening.stop)
        store = open_store(place.database_path, database_url)
        opening.callback(store.close)
        access = _owner_access(
            place, store, owner_api_key, owner_password, is_shared=database_url is not None
        )
        app = create_app(
            store,
            security,
            scratch_dir=place.scratch_dir,
            runs_dir=runs_dir,
            webhook_hosts=webhook_hosts,
        )
        listening.start(Guard(app, security))
        if lock is not None:
            lock.publish(listening.local_url)
        return RunningServer(home, access, app, listening, opening.pop_all())


def _owner_access(
    home: Home, store: Store, given: str | None, password: str | None, *, is_shared: bool
) -> OwnerAccess:
    """See that the owner can come in; a key that had to be made is put into the home."""
    kept = home.read_owner_key()

    def ensure(unit: Unit) -> tuple[str | None, bool]:
        is_first = unit.users.by_name(USERNAME) is None
        made = ensure_owner(
            unit, given_key=given, home_key=kept, password=password, is_shared=is_shared
        )
        return made, is_first

    made, is_first = store.write(ensure).result()
    if made is not None:
        home.write_owner_key(made)
    return OwnerAccess(made or given or kept, made is not None, is_first and password is None)
