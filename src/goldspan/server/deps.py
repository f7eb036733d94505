"""What the routes are given: the database and who is asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromPath

from goldspan.domain.permission import Actor
from goldspan.server.journal import journaled
from goldspan.services.keys import authenticate
from goldspan.storage.store import Store, Unit

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

READERS = 4
LONG_READERS = 2
KEY_HEADERS = ("x-argilla-api-key", "x-goldspan-api-key")


class Db:
    """Runs services in transactions without holding up the event loop.

    Args:
        store: where everything is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="goldspan-reader")
        self._long = ThreadPoolExecutor(LONG_READERS, thread_name_prefix="goldspan-files")

    def close(self) -> None:
        """Wait for reads that are under way."""
        self._readers.shutdown()
        self._long.shutdown(cancel_futures=True)

    def peek(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Read on this very thread: for what takes microseconds, less than changing threads."""
        with self._store.read() as unit:
            return service(unit, *args, **kwargs)

    async def read(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Read on a thread of its own."""
        return await self.aside(lambda: self.peek(service, *args, **kwargs))

    async def write(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Write; returns when it is on disk, the entry in the audit log with it."""
        job = self._store.write(journaled(service, *args, **kwargs))
        return await asyncio.wrap_future(job)

    async def write_bulk(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Write much; small writes may pass it."""
        job = self._store.write(journaled(service, *args, **kwargs), bulk=True)
        return await asyncio.wrap_future(job)

    async def aside(self, work: Callable[[], Result]) -> Result:
        """Run work that takes milliseconds on another thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def long(self, work: Callable[[], Result]) -> Result:
        """Run work that takes seconds on another thread, where it holds up no short one."""
        return await asyncio.get_running_loop().run_in_executor(self._long, work)


def given_key(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Return the API key of a request, or None."""
    for name in KEY_HEADERS:
        if name in connection.headers:
            return connection.headers[name]
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


class Authentication(AbstractAuthenticationMiddleware):
    """Finds out who asks, on every route that does not say ``exclude_from_auth``."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return the user as ``connection.user``. Raises Unauthenticated."""
        db: Db = connection.app.state.db
        return AuthenticationResult(user=db.peek(authenticate, given_key(connection)), auth=None)


Database = NamedDependency[Db]
"""A route's parameter ``db``."""

Caller = NamedDependency[Actor]
"""A route's parameter ``actor``."""


Id = FromPath[str]
"""A route's parameter that stands in its path."""


def provide_db(request: Request[Any, Any, Any]) -> Db:
    """Return the database."""
    db: Db = request.app.state.db
    return db


def provide_actor(request: Request[Any, Any, Any], db: Database) -> Actor:
    """Return who asks.

    It needs no ``db``, but so the framework provides the two one after the other: side by side
    it would make a task for each, which costs half of a small request.
    """
    actor: Actor = request.user
    return actor
