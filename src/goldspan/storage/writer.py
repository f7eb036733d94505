"""One thread that does all the writing, committing many jobs at once.

A durable commit waits for the disk, up to 4 ms; a small job takes some 20 µs. So jobs that wait
together are committed together. Each has a savepoint of its own: one that fails leaves no trace
and harms no other. A job's result is handed out only after the commit.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from goldspan.errors import StorageFailure
from goldspan.storage.failures import failure_of, is_passing, unknown_outcome

Result = TypeVar("Result")
Job = Callable[[sa.Connection], Any]
Queued = tuple[Job, "Future[Any]"]

MAX_GROUP = 64
TRIES = 3


class Writer:
    """Runs jobs, in the order given, on a connection of its own.

    Small jobs overtake bulk ones: of those, each commit takes at most one.

    Args:
        engine: makes the one connection.
        at_end: run on the connection when all is written, outside a transaction.
    """

    def __init__(
        self, engine: sa.Engine, *, at_end: Callable[[sa.Connection], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._at_end = at_end
        self._changed = threading.Condition()
        self._small: deque[Queued] = deque()
        self._bulk: deque[Queued] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="goldspan-writer", daemon=True)
        self._thread.start()

    def submit(
        self, job: Callable[[sa.Connection], Result], *, bulk: bool = False
    ) -> Future[Result]:
        """Queue a job; the future ends when the job is on disk, or has failed.

        Raises:
            StorageFailure: if the writer is closed.
        """
        future: Future[Result] = Future()
        with self._changed:
            if self._closing:
                raise StorageFailure("the store is closed; nothing was written")
            (self._bulk if bulk else self._small).append((job, future))
            self._changed.notify()
        return future

    def close(self) -> None:
        """Finish what is queued, and stop."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _next_group(self) -> list[Queued]:
        """Wait for jobs; an empty list means that the writer is closed and done."""
        with self._changed:
            while not (self._small or self._bulk or self._closing):
                self._changed.wait()
            group = [self._small.popleft() for _ in range(min(len(self._small), MAX_GROUP))]
            if self._bulk:
                group.append(self._bulk.popleft())
            return group

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while group := self._next_group():
                wanted = [one for one in group if one[1].set_running_or_notify_cancel()]
                _commit(connection, wanted)
            self._at_end(connection)


def _commit(connection: sa.Connection, group: Sequence[Queued]) -> None:
    """Run jobs in one transaction, and tell their futures how it ended."""
    for tries_left in reversed(range(TRIES)):
        try:
            done = _attempt(connection, group)
        except Exception as error:
            # A commit that failed leaves its transaction open: nothing could begin after it.
            connection.rollback()
            if tries_left and is_passing(error):
                continue
            failure = error if isinstance(error, StorageFailure) else failure_of("written", error)
        else:
            for tell in done:
                tell()
            return
        for _, future in group:
            future.set_exception(failure)
        return


def _attempt(connection: sa.Connection, group: Sequence[Queued]) -> list[Callable[[], None]]:
    with connection.begin() as transaction:
        done = [_run(connection, job, future) for job, future in group]
        try:
            transaction.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise unknown_outcome(error) from error
            raise
    return done


def _run(connection: sa.Connection, job: Job, future: Future[Any]) -> Callable[[], None]:
    """Run a job in a savepoint; return what tells its future, to be called after the commit."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT job")
    try:
        result = job(connection)
    except Exception as error:
        try:
            driver.execute("ROLLBACK TO job")
            driver.execute("RELEASE job")
        except connection.dialect.loaded_dbapi.Error:
            # A full disk ends the whole transaction; what matters is the error that did it.
            raise error from None
        if is_passing(error):
            raise  # the whole group is tried again
        reason = failure_of("written", error) if isinstance(error, SQLAlchemyError) else error
        return lambda: future.set_exception(reason)
    driver.execute("RELEASE job")
    return lambda: future.set_result(result)
