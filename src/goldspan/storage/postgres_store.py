"""The store on PostgreSQL, shared by any number of server processes.

Each process writes as the SQLite store does: one thread, many jobs a commit. An advisory lock lets
one group of jobs write at a time, whichever process it comes from, so that what a job reads is
still so when it writes: two responses to one record are counted one after the other, no two jobs
wait for each other's rows, and whatever is right on SQLite is right here. Reads wait for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from goldspan.errors import InvalidInput, MissingExtra
from goldspan.storage.before_migration import archive_before_migration
from goldspan.storage.failures import failure_of
from goldspan.storage.schema import migrate
from goldspan.storage.sql_store import SqlUnit
from goldspan.storage.store import Unit
from goldspan.storage.writer import Writer

Result = TypeVar("Result")

# Any number will do that no other program locks in the same database: "goldspan" in ASCII.
WRITE_LOCK = 0x676F6C647370616E
BEGIN_WRITE = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITE_LOCK})"
BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
# A process that is halted while it holds the lock loses it after this time, and the others wait
# somewhat longer than that.
WRITER_SETTINGS = (
    "SET idle_in_transaction_session_timeout = '20s'",
    "SET lock_timeout = '30s'",
    "SET synchronous_commit = on",
)
CONNECT_TIMEOUT_S = 10
READ_CONNECTIONS = 5
MORE_READ_CONNECTIONS = 10


class PostgresStore:
    """``store.Store`` in a PostgreSQL database.

    Args:
        url: such as ``postgresql://user:password@host/database``. The user must be allowed to
            make tables in it; they are made, or brought up to date, if need be.
        copies: the folder for an archive of what is there before an older schema is changed; None
            for no archive.

    Raises:
        InvalidInput: if the URL is none of PostgreSQL's.
        MissingExtra: if the driver is not installed.
        StorageFailure: if the database cannot be reached or used.
    """

    def __init__(self, url: str, copies: Path | None = None) -> None:
        parsed = parse_url(url)
        engine = connect_to_write(url)
        try:
            with engine.begin() as connection:
                if copies is not None:
                    archive_before_migration(connection, copies)
                migrate(connection)
        except SQLAlchemyError as error:
            raise failure_of("opened", error) from error
        self._writer = Writer(engine)
        self._engine = _engine(
            parsed,
            BEGIN_READ,
            poolclass=QueuePool,
            pool_size=READ_CONNECTIONS,
            max_overflow=MORE_READ_CONNECTIONS,
        )

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Begin a transaction that only reads, of one state of the database."""
        try:
            with self._begin() as connection:
                yield SqlUnit(connection)
        except SQLAlchemyError as error:
            raise failure_of("read", error) from error

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        with self._engine.connect() as connection:
            try:
                transaction = connection.begin()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                transaction = connection.begin()  # the database was restarted: connect anew
            with transaction:
                yield connection

    def write(self, job: Callable[[Unit], Result], *, bulk: bool = False) -> Future[Result]:
        """Run a job on the writer's thread, as one transaction."""
        return self._writer.submit(lambda connection: job(SqlUnit(connection)), bulk=bulk)

    def close(self) -> None:
        """Finish what is queued and close the connections."""
        self._writer.close()
        self._engine.dispose()


def parse_url(text: str) -> sa.URL:
    """Return a database's URL with the driver to use. Raises InvalidInput."""
    try:
        url = sa.make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        # What was given is not repeated: it may hold a password.
        raise InvalidInput(
            "GOLDSPAN_DATABASE_URL is the URL of a PostgreSQL database, such as "
            "postgresql://user:password@host:5432/database, found something else; leave it out to "
            "keep everything in the home's own SQLite file"
        )
    return url.set(drivername="postgresql+psycopg")


def connect_to_write(url: str) -> sa.Engine:
    """Return an engine whose transactions write while no other does.

    Raises:
        InvalidInput: if the URL is none of PostgreSQL's.
        MissingExtra: if the driver is not installed.
    """
    return _engine(parse_url(url), BEGIN_WRITE, WRITER_SETTINGS, poolclass=NullPool)


def _engine(url: sa.URL, begin: str, settings: tuple[str, ...] = (), **options: Any) -> sa.Engine:
    try:
        engine = sa.create_engine(
            url,
            paramstyle="format",
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "autocommit": True},
            **options,
        )
    except ModuleNotFoundError as error:
        raise MissingExtra("PostgreSQL", "postgres") from error

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for setting in settings:
            connection.execute(setting)

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
