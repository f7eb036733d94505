"""A backup becomes a home's database again, or fills an empty PostgreSQL database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from goldspan.errors import Conflict
from goldspan.storage.copying import Manifest, load, read_manifest
from goldspan.storage.engine import checkpoint, writer_engine
from goldspan.storage.failures import failure_of
from goldspan.storage.home import Home
from goldspan.storage.postgres_store import connect_to_write

BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps beside a database file belongs to it."""


def restore_home(
    home: Home, archive: Path, *, replace: bool = False
) -> tuple[Manifest, Path | None]:
    """Make a home's database out of a backup: whole, or the home stays as it was.

    Args:
        home: nobody's at the moment.
        archive: the backup.
        replace: whether a database that is there is set aside; it is never deleted.

    Returns:
        what was restored, and where the database that was there lies now.

    Raises:
        HomeBusy: if a process owns the home.
        Conflict: if there is a database and it is not to be replaced.
        InvalidFile, StorageFailure: as ``copying.load`` says.
    """
    read_manifest(archive)
    lock = home.acquire()
    try:
        path = home.database_path
        if path.exists() and not replace:
            raise Conflict(
                f"{path} is there already; with --replace it is set aside and the backup takes "
                "its place"
            )
        new = path.with_name(f"{path.name}.restoring")
        _remove(new)
        try:
            manifest = _fill(new, archive)
            aside = _set_aside(path) if path.exists() else None
            new.replace(path)
        finally:
            _remove(new)
    finally:
        lock.release()
    return manifest, aside


def restore_database(url: str, archive: Path) -> Manifest:
    """Fill an empty PostgreSQL database from a backup.

    Raises:
        InvalidInput: if the URL is none of PostgreSQL's.
        MissingExtra: without the driver.
        InvalidFile, StorageFailure: as ``copying.load`` says.
    """
    return _load(connect_to_write(url), archive)


def _fill(path: Path, archive: Path) -> Manifest:
    path.touch(mode=0o600)
    return _load(writer_engine(path), archive)


def _load(engine: sa.Engine, archive: Path) -> Manifest:
    try:
        with engine.connect() as connection:
            with connection.begin():
                manifest = load(connection, archive)
            if connection.dialect.name == "sqlite":
                checkpoint(connection)
    except SQLAlchemyError as error:
        raise failure_of("restored", error) from error
    finally:
        engine.dispose()
    return manifest


def _set_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = (f"{path.name}.before-{stamp}{end}" for end in _numbers())
    # Renaming to a name of the same second would replace what was set aside under it.
    aside = next(one for one in map(path.with_name, names) if not _is_taken(one))
    for end in BESIDE:
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(path.with_name(aside.name + end))
    return aside


def _numbers() -> Iterator[str]:
    return itertools.chain([""], (f"-{number}" for number in itertools.count(2)))


def _is_taken(path: Path) -> bool:
    return any(path.with_name(path.name + end).exists() for end in BESIDE)


def _remove(path: Path) -> None:
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
