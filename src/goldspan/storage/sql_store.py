"""The store on SQLite: one writer, readers with a connection per thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from goldspan.storage.before_migration import keep_before_migration
from goldspan.storage.engine import checkpoint, reader_engine, writer_engine
from goldspan.storage.failures import failure_of
from goldspan.storage.schema import migrate
from goldspan.storage.sql_accounts import SqlInvitations, SqlKeys, SqlLinks, SqlSessions
from goldspan.storage.sql_answers import SqlResponses, SqlSuggestions
from goldspan.storage.sql_assignments import SqlAssignments
from goldspan.storage.sql_base import Session
from goldspan.storage.sql_datasets import SqlDatasets
from goldspan.storage.sql_journal import SqlAudit, SqlIdempotencyKeys
from goldspan.storage.sql_judgements import SqlDays, SqlJudgements, SqlKnown, SqlVersions
from goldspan.storage.sql_maintenance import SqlMaintenance
from goldspan.storage.sql_records import SqlRecords
from goldspan.storage.sql_search import SqlTexts
from goldspan.storage.sql_snapshots import SqlSnapshots
from goldspan.storage.sql_tallies import SqlTallies
from goldspan.storage.sql_users import SqlUsers, SqlWorkspaces
from goldspan.storage.sql_vectors import SqlVectors
from goldspan.storage.sql_webhooks import SqlDeliveries, SqlWebhooks
from goldspan.storage.store import Unit
from goldspan.storage.writer import Writer

Result = TypeVar("Result")


class SqlUnit:
    """``store.Unit`` on a connection within a transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self.now = datetime.now(UTC).replace(tzinfo=None)
        session = Session(connection, self.now)
        self.users = SqlUsers(session)
        self.keys = SqlKeys(session)
        self.sessions = SqlSessions(session)
        self.links = SqlLinks(session)
        self.invitations = SqlInvitations(session)
        self.workspaces = SqlWorkspaces(session)
        self.datasets = SqlDatasets(session)
        self.records = SqlRecords(session)
        self.suggestions = SqlSuggestions(session)
        self.responses = SqlResponses(session)
        self.tallies = SqlTallies(session)
        self.texts = SqlTexts(session)
        self.snapshots = SqlSnapshots(session)
        self.maintenance = SqlMaintenance(session)
        self.vectors = SqlVectors(session)
        self.webhooks = SqlWebhooks(session)
        self.deliveries = SqlDeliveries(session)
        self.audit = SqlAudit(session)
        self.idempotency_keys = SqlIdempotencyKeys(session)
        self.assignments = SqlAssignments(session)
        self.judgements = SqlJudgements(session)
        self.versions = SqlVersions(session)
        self.known = SqlKnown(session)
        self.days = SqlDays(session)

    @property
    def callers_changed(self) -> bool:
        """Whether this transaction changed who may come in, or what they are."""
        parts = (self.users, self.workspaces, self.keys, self.sessions)
        return any(part.changed for part in parts)


class SqliteStore:
    """``store.Store`` in one SQLite file; no other process may have it open.

    Args:
        path: the file; made, or brought up to date, if need be.

    Raises:
        StorageFailure: if the file cannot be opened or is no database.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.touch(mode=0o600)  # what it holds is its user's alone; its log takes this over
        except OSError as error:
            raise failure_of("opened", error) from error
        try:
            keep_before_migration(path)
            engine = writer_engine(path)
            with engine.begin() as connection:
                migrate(connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise failure_of("opened", error) from error
        self._writer = Writer(engine, at_end=checkpoint)
        self._engine = reader_engine(path)
        self._local = threading.local()
        self._readers: list[sa.Connection] = []
        self._lock = threading.Lock()

    def _reader(self) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            self._local.connection = connection
            with self._lock:
                self._readers.append(connection)
        return connection

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Begin a transaction that only reads, on this thread's connection."""
        try:
            connection = self._reader()
            with connection.begin():
                yield SqlUnit(connection)
        except SQLAlchemyError as error:
            raise failure_of("read", error) from error

    def write(self, job: Callable[[Unit], Result], *, bulk: bool = False) -> Future[Result]:
        """Run a job on the writer's thread, as one transaction."""
        return self._writer.submit(lambda connection: job(SqlUnit(connection)), bulk=bulk)

    def close(self) -> None:
        """Let go of the file; the writer last, so that it and no reader moves the log."""
        with self._lock:
            for connection in self._readers:
                connection.close()
            self._readers.clear()
        self._writer.close()
        self._engine.dispose()
