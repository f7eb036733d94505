"""All that a database holds, in one archive that any of the databases reads back.

::

    tables/<name>.jsonl   a row a line, as a list; bytes are base64
    manifest.json         the schema's revision, and of each table its columns, rows and SHA-256

It is read in one transaction, so it is of one moment, whoever writes meanwhile. The manifest comes
last: an archive without it was cut off. Of what is derived, the index of texts is left out and made
anew; databases do not make it alike.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import sqlalchemy as sa

from goldspan._version import __version__
from goldspan.errors import InvalidFile, StorageFailure
from goldspan.storage.ids import new_id
from goldspan.storage.schema import REVISIONS, revision, upgrade
from goldspan.storage.sql_base import to_text
from goldspan.storage.tables import metadata, records, search_queue

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = frozenset({"search_documents", "search_queue"})
ROWS_A_READ = 1000
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError)


class CopiedTable(msgspec.Struct):
    """One table of an archive; ``columns`` maps names to ``plain`` or ``bytes``, in order."""

    columns: dict[str, str]
    rows: int
    sha256: str


class Manifest(msgspec.Struct):
    """What an archive says of itself; tables stand in an order in which they can be filled."""

    format: int
    version: str
    revision: str
    made_at: str
    tables: dict[str, CopiedTable]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def dump(connection: sa.Connection, path: Path) -> Manifest:
    """Write all that the connection's transaction sees to an archive.

    The database may have an older schema than this version's; the archive then has that one.
    """
    found = revision(connection) or ""
    tables: dict[str, CopiedTable] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for table in _tables(connection, found):
            if table.name not in LEFT_OUT:
                with archive.open(_member(table.name), "w", force_zip64=True) as file:
                    tables[table.name] = _dump_table(connection, table, file)
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            revision=found,
            made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            tables=tables,
        )
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def _tables(connection: sa.Connection, found: str) -> list[sa.Table]:
    """Return the tables in an order in which they can be filled."""
    if found == REVISIONS[-1]:
        return metadata.sorted_tables
    older = sa.MetaData()
    older.reflect(connection)
    return [table for table in older.sorted_tables if table.name != "alembic_version"]


def _member(name: str) -> str:
    return f"tables/{name}.jsonl"


def _dump_table(connection: sa.Connection, table: sa.Table, file: Any) -> CopiedTable:
    digest = hashlib.sha256()
    encode = msgspec.json.Encoder().encode
    rows = 0
    wanted = sa.select(table).order_by(*table.primary_key.columns)
    found = connection.execute(wanted, execution_options={"yield_per": ROWS_A_READ})
    for row in found:
        line = encode(tuple(row)) + b"\n"
        digest.update(line)
        file.write(line)
        rows += 1
    kinds = {
        column.name: "bytes" if isinstance(column.type, sa.LargeBinary) else "plain"
        for column in table.columns
    }
    return CopiedTable(kinds, rows, digest.hexdigest())


def read_manifest(path: Path) -> Manifest:
    """Return what an archive says of itself.

    Raises:
        InvalidFile: if it is no archive of ours, or was cut off.
        StorageFailure: if a newer version made it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (*DAMAGED, KeyError, ValueError, OSError) as error:
        raise InvalidFile(
            f"{path} is no backup of Goldspan's, or was cut off: {error}. Nothing was restored"
        ) from error
    if manifest.format > FORMAT or manifest.revision not in REVISIONS:
        raise StorageFailure(
            f"{path} was made by Goldspan {manifest.version} with schema {manifest.revision}, this "
            f"version knows schemas up to {REVISIONS[-1]}; restore it with that version. Nothing "
            "was restored"
        )
    return manifest


def load(connection: sa.Connection, path: Path) -> Manifest:
    """Fill an empty database from an archive and bring it up to date, all in one transaction.

    Raises:
        InvalidFile: if the archive is damaged, down to a single row.
        StorageFailure: if a newer version made it, or the database is not empty.
    """
    manifest = read_manifest(path)
    if revision(connection) is not None:
        raise StorageFailure("a backup is restored into an empty database, and this one is not")
    upgrade(connection, manifest.revision)
    try:
        with zipfile.ZipFile(path) as archive:
            for name, copied in manifest.tables.items():
                with archive.open(_member(name)) as file:
                    _load_table(connection, name, copied, file, path)
    except (*DAMAGED, KeyError) as error:
        raise InvalidFile(f"{path} is damaged: {error}. Nothing was restored") from error
    upgrade(connection, "head")
    _queue_texts(connection)
    return manifest


def _load_table(
    connection: sa.Connection, name: str, copied: CopiedTable, file: Any, path: Path
) -> None:
    table = sa.table(name, *map(sa.column, copied.columns))
    digest = hashlib.sha256()
    count = 0
    for part in _parts(file, digest, copied.columns):
        connection.execute(table.insert(), part)
        count += len(part)
    if (count, digest.hexdigest()) != (copied.rows, copied.sha256):
        raise InvalidFile(
            f"{path} is damaged: table {name} should have {copied.rows} rows with SHA-256 "
            f"{copied.sha256}, found {count} with {digest.hexdigest()}. Nothing was restored"
        )


def _parts(file: BinaryIO, digest: Any, columns: Mapping[str, str]) -> Iterator[list[Any]]:
    decode = msgspec.json.Decoder(list[Any]).decode
    binary = [name for name, kind in columns.items() if kind == "bytes"]
    part: list[dict[str, Any]] = []
    for line in file:
        digest.update(line)
        try:
            row = dict(zip(columns, decode(line), strict=True))
            for name in binary:
                row[name] = msgspec.convert(row[name], bytes)
        except ValueError:
            return  # the sum that is not reached tells
        part.append(row)
        if len(part) == ROWS_A_READ:
            yield part
            part = []
    if part:
        yield part


def _queue_texts(connection: sa.Connection) -> None:
    """Let all records be indexed anew."""
    connection.execute(search_queue.delete())
    ends = sa.select(
        records.c.dataset_id, sa.func.min(records.c.id), sa.func.max(records.c.id)
    ).group_by(records.c.dataset_id)
    now = to_text(datetime.now(UTC).replace(tzinfo=None))
    for dataset_id, first_id, last_id in connection.execute(ends).all():
        connection.execute(
            search_queue.insert(),
            {
                "id": new_id(),
                "dataset_id": dataset_id,
                "first_id": first_id,
                "last_id": last_id,
                "done_id": None,
                "inserted_at": now,
            },
        )
