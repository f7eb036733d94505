"""Connections to the SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

PRAGMAS = ("foreign_keys=ON", "busy_timeout=5000", "cache_size=-65536", "temp_store=MEMORY")
WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", *PRAGMAS)
# Only the writer may move the log into the file: until 3.51.3, SQLite could lose a commit when a
# second connection did so at the same moment (https://sqlite.org/wal.html#walresetbug).
READER_PRAGMAS = ("query_only=ON", "wal_autocheckpoint=0", *PRAGMAS)


def writer_engine(path: Path) -> sa.Engine:
    """Return an engine whose transactions take the write lock at once."""
    return _engine(path, WRITER_PRAGMAS, "BEGIN IMMEDIATE")


def reader_engine(path: Path) -> sa.Engine:
    """Return an engine that cannot write; each transaction sees one state of the database."""
    return _engine(path, READER_PRAGMAS, "BEGIN")


def _engine(path: Path, pragmas: tuple[str, ...], begin: str) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"check_same_thread": False},  # closed at the end by another thread
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # or the driver begins transactions of its own
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute(begin)  # on the driver itself, at a quarter of the cost

    return engine


def checkpoint(connection: sa.Connection) -> None:
    """Move the log into the database file; only for the writer, outside a transaction."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
