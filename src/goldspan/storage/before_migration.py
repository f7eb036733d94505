"""A copy of a database file before its schema is changed."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from goldspan.storage.schema import REVISIONS

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


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:  # no such table: nothing was made yet
        return None
    return None if row is None else row[0]
