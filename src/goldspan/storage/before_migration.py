"""A copy of a database before its schema is changed."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from goldspan.errors import StorageFailure
from goldspan.storage.copying import dump
from goldspan.storage.schema import REVISIONS, revision

log = logging.getLogger("goldspan.storage")


def keep_before_migration(path: Path) -> Path | None:
    """Copy a database file whose schema is older than this version's; return where to.

    The copy lies beside the file, named after the schema that it has, and is kept: going back to
    the earlier version takes it. A file that is new, up to date or of a newer version is left.

    Raises:
        sqlite3.Error: if the file cannot be read or the copy not be written.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(path)) as source:
        found = _revision(source)
        if found is None or found not in REVISIONS[:-1]:
            return None
        copy = path.with_name(f"{path.name}.schema-{found}")
        half = copy.with_name(f"{copy.name}.tmp")
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        with closing(sqlite3.connect(half)) as target:
            source.backup(target)
    half.replace(copy)
    log.warning("the database has schema %s and is being migrated; a copy is in %s", found, copy)
    return copy


def archive_before_migration(connection: sa.Connection, folder: Path) -> Path | None:
    """Write a database whose schema is older than this version's to an archive; return where to.

    It is what ``goldspan backup`` of the earlier version writes, and is kept: ``goldspan restore``
    of that version, or of this one, fills an empty database from it.

    Args:
        connection: in the transaction that is to migrate.
        folder: where the archive is put; made if it does not exist.

    Raises:
        StorageFailure: if the archive cannot be written.
    """
    found = revision(connection)
    if found is None or found not in REVISIONS[:-1]:
        return None
    archive = folder / f"goldspan.postgres.schema-{found}.zip"
    half = archive.with_name(f"{archive.name}.tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half.unlink(missing_ok=True)
        half.touch(mode=0o600)
        dump(connection, half)
        half.replace(archive)
    except OSError as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise StorageFailure(
            f"the database has schema {found} and is to be migrated, but its copy could not be "
            f"written to {archive}: {error.strerror}. Nothing was changed. Make room, or name "
            "another home by GOLDSPAN_HOME; if you have a copy of your own, such as pg_dump's, "
            "run `goldspan migrate --no-copy`"
        ) from error
    log.warning("the database has schema %s and is being migrated; a copy is in %s", found, archive)
    return archive


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:  # no such table: nothing was made yet
        return None
    return None if row is None else row[0]
