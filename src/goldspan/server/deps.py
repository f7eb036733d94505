"""What the routes are given: the database and who is asking."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import FromPath

from goldspan.domain.permission import Actor
from goldspan.errors import PasswordChangeRequired, Unauthenticated
from goldspan.server.callers import Caller as FoundCaller
from goldspan.server.callers import Callers
from goldspan.server.journal import journaled
from goldspan.server.security import Security, require_own_page
from goldspan.services.passwords import AT_ONCE
from goldspan.storage.store import Store, Unit

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

READERS = 4
WITH_OLD_PASSWORD = "with_old_password"
"""A route's option: allowed also to who must change the password first."""

LONG_READERS = 2
KEY_HEADERS = ("x-argilla-api-key", "x-goldspan-api-key")


class Db:
    """Runs services in transactions without holding up the event loop.

    Args:
        store: where everything is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.used_at = -math.inf
        """When a request last read or wrote, on ``time.monotonic``'s clock."""
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="goldspan-reader")
        # Threads of their own, or guesses of passwords would keep readers waiting.
        self._hashers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="goldspan-hasher")
        self.callers = Callers(store)
        self._long = ThreadPoolExecutor(LONG_READERS, thread_name_prefix="goldspan-files")

    def close(self) -> None:
        """Wait for reads that are under way."""
        self._readers.shutdown()
        self._hashers.shutdown()
        self._long.shutdown(cancel_futures=True)

    def peek(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Read on this very thread: for what takes microseconds, less than changing threads."""
        self.used_at = time.monotonic()
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
        return await self._write(journaled(service, *args, **kwargs), bulk=False)

    async def lease(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Write who holds which record for the moment: nothing that an audit log has to tell."""
        self.used_at = time.monotonic()
        job = self._store.write(lambda unit: service(unit, *args, **kwargs))
        return await asyncio.wrap_future(job)

    async def write_bulk(
        self,
        service: Callable[Concatenate[Unit, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        """Write much; small writes may pass it."""
        return await self._write(journaled(service, *args, **kwargs), bulk=True)

    async def _write(self, service: Callable[[Unit], Result], *, bulk: bool) -> Result:
        def job(unit: Unit) -> tuple[Result, bool]:
            result = service(unit)
            return result, unit.callers_changed

        self.used_at = time.monotonic()
        result, callers_changed = await asyncio.wrap_future(self._store.write(job, bulk=bulk))
        if callers_changed:
            self.callers.forget()
        return result

    async def aside(self, work: Callable[[], Result]) -> Result:
        """Run work that takes milliseconds on another thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def hashing(self, work: Callable[[], Result]) -> Result:
        """Hash or verify a password on a thread for that, two at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._hashers, work)

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
        """Return the user as ``connection.user`` and how they came as ``connection.auth``.

        Raises:
            Unauthenticated: if there is neither a key nor a session, or it is not known.
            CrossSite: if a session is used from another site's page.
            PasswordChangeRequired: if the session is good for nothing else.
        """
        db: Db = connection.app.state.db
        security: Security = connection.app.state.security
        key = given_key(connection)
        if key:
            found = db.callers.by_key(key)
            return AuthenticationResult(user=found.actor, auth=found)
        token = connection.cookies.get(security.cookie_name)
        if not token:
            raise Unauthenticated(
                "this needs an API key or a session: send a key in the header X-Argilla-Api-Key "
                "or as Authorization: Bearer, or sign in"
            )
        require_own_page(connection)
        found = db.callers.by_session(token)
        if found.must_change_password and not connection.route_handler.opt.get(WITH_OLD_PASSWORD):
            raise PasswordChangeRequired(
                "somebody else has set your password; choose one of your own before anything else"
            )
        return AuthenticationResult(user=found.actor, auth=found)


Database = NamedDependency[Db]
"""A route's parameter ``db``."""

Caller = NamedDependency[Actor]
"""A route's parameter ``actor``."""

CallerFound = NamedDependency[FoundCaller]
"""A route's parameter ``caller``: who asks, and by which session."""

Exposure = NamedDependency[Security]
"""A route's parameter ``security``."""

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


def provide_caller(request: Request[Any, Any, Any], db: Database) -> FoundCaller:
    """Return who asks, and by which session; ``db`` for the same reason."""
    caller: FoundCaller = request.auth
    return caller


def provide_security(request: Request[Any, Any, Any], db: Database) -> Security:
    """Return how the server is exposed; ``db`` for the same reason."""
    security: Security = request.app.state.security
    return security
