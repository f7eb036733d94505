"""Which store to open: the home's own file, or the database that a URL names."""

from __future__ import annotations

from pathlib import Path

from goldspan.storage.postgres_store import PostgresStore
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store


def open_store(path: Path, database_url: str | None = None, *, copied: bool = True) -> Store:
    """Open a store, made or brought up to date if need be; it is copied before that.

    Args:
        path: a home's SQLite file, which only the home's owner may open. Copies lie beside it.
        database_url: a PostgreSQL database to use in its place.
        copied: whether a PostgreSQL database is copied before its schema is changed.

    Raises:
        InvalidInput: if the URL is none of PostgreSQL's.
        MissingExtra: if PostgreSQL's driver is not installed.
        StorageFailure: if the file or database cannot be used.
    """
    if database_url is None:
        return SqliteStore(path)
    return PostgresStore(database_url, copies=path.parent if copied else None)
