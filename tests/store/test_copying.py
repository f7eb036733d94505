"""A copy of a database, into the other kind and back."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.postgres import Databases
from tests.store.sample import Sample, make_sample

from goldspan.errors import InvalidFile, StorageFailure
from goldspan.storage.before_migration import keep_before_migration
from goldspan.storage.copying import CopiedTable, dump, read_manifest
from goldspan.storage.engine import reader_engine
from goldspan.storage.home import Home
from goldspan.storage.postgres_store import PostgresStore, connect_to_write
from goldspan.storage.restoring import restore_database, restore_home
from goldspan.storage.rows import NewRecord
from goldspan.storage.schema import revision, upgrade
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store


def test_a_copy_of_a_copy_has_the_same_rows(store: Store, sample: Sample, tmp_path: Path) -> None:
    record = NewRecord(
        id="0194f6a4-6d3c-7000-8000-000000000001",
        external_id="x",
        fields_json='{"text": "\\u0000 שלום"}',
        metadata_json='{"b": 1, "a": 1.50}',
        vectors_json=None,
    )
    store.write(lambda unit: unit.records.add(sample.dataset_id, [record])).result()
    with store.read() as unit:
        first = unit.maintenance.dump(tmp_path / "first.zip")
    home = Home(tmp_path / "home")
    restore_home(home, tmp_path / "first.zip")
    engine = reader_engine(home.database_path)
    with engine.begin() as connection:
        second = dump(connection, tmp_path / "second.zip")
    engine.dispose()
    assert second.tables == first.tables
    assert first.tables["records"].rows == 1


def test_what_is_replaced_is_kept_however_soon_it_is_replaced_again(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    with sqlite_store.read() as unit:
        unit.maintenance.dump(tmp_path / "b.zip")
    home = Home(tmp_path / "home")
    restore_home(home, tmp_path / "b.zip")
    aside = []
    for number in range(4):  # more than one of them within a second
        home.database_path.write_text(f"database {number}")
        aside.append(restore_home(home, tmp_path / "b.zip", replace=True)[1])
    kept = [path.read_text() for path in aside if path is not None]
    assert kept == [f"database {number}" for number in range(4)]


def test_a_copy_whose_bits_were_turned_is_refused(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    archive = tmp_path / "b.zip"
    with sqlite_store.read() as unit:
        unit.maintenance.dump(archive)
    with zipfile.ZipFile(archive) as opened:
        first = opened.infolist()[0]
    content = bytearray(archive.read_bytes())
    name, extra = content[first.header_offset + 26], content[first.header_offset + 28]
    content[first.header_offset + 30 + name + extra] = 0x07  # a block of no known kind
    archive.write_bytes(content)
    home = Home(tmp_path / "home")
    with pytest.raises(InvalidFile, match="is damaged"):
        restore_home(home, archive)
    assert not home.database_path.exists()


def test_a_copy_goes_into_an_empty_postgres_database_only(
    sqlite_store: SqliteStore, databases: Databases, tmp_path: Path
) -> None:
    sqlite_store.write(make_sample).result()
    with sqlite_store.read() as unit:
        first = unit.maintenance.dump(tmp_path / "b.zip")
    postgres_url = databases.make()
    restore_database(postgres_url, tmp_path / "b.zip")
    opened = PostgresStore(postgres_url)
    with opened.read() as unit:
        assert unit.maintenance.dump(tmp_path / "c.zip").tables == first.tables
        assert set(unit.maintenance.checkup().values()) == {""}
    opened.close()
    with pytest.raises(StorageFailure, match="into an empty database, and this one is not"):
        restore_database(postgres_url, tmp_path / "b.zip")


def test_a_file_of_an_older_schema_is_kept_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "goldspan.db"
    assert keep_before_migration(path) is None
    SqliteStore(path).close()
    assert keep_before_migration(path) is None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    copy = keep_before_migration(path)
    assert copy == tmp_path / "goldspan.db.schema-0001"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def older_database(url: str) -> None:
    """Make a database as an earlier version left it, with a user, a key and a dataset in it."""
    engine = connect_to_write(url)
    at = {"inserted_at": "2026-01-01T00:00:00.000000", "updated_at": "2026-01-01T00:00:00.000000"}
    rows: dict[str, dict[str, Any]] = {
        "users": {"id": "u", "username": "ana", "first_name": "\u05d0", "role": "owner", **at},
        "workspaces": {"id": "w", "name": "team", **at},
        "workspace_users": {
            "workspace_id": "w",
            "user_id": "u",
            "inserted_at": at["inserted_at"],
        },
    }
    with engine.begin() as connection:
        upgrade(connection, "0002")
        for name, row in rows.items():
            table = sa.table(name, *map(sa.column, row))
            connection.execute(table.insert(), row)
    engine.dispose()


def rows_of(store: Store, path: Path) -> dict[str, CopiedTable]:
    """Return what a store holds, as sums over every row of every table."""
    with store.read() as unit:
        return unit.maintenance.dump(path).tables


def test_a_postgres_database_of_an_older_schema_is_archived_before_it_is_migrated(
    databases: Databases, tmp_path: Path
) -> None:
    url, other = databases.make(), databases.make()
    older_database(url)
    migrated = PostgresStore(url, copies=tmp_path / "home")
    archive = tmp_path / "home" / "goldspan.postgres.schema-0002.zip"
    manifest = read_manifest(archive)
    assert (manifest.revision, manifest.tables["users"].rows) == ("0002", 1)
    assert archive.stat().st_mode & 0o777 == 0o600
    restore_database(other, archive)
    restored = PostgresStore(other, copies=tmp_path / "home")
    # What was archived and then migrated is what was migrated where it lay.
    assert rows_of(restored, tmp_path / "a.zip") == rows_of(migrated, tmp_path / "b.zip")
    with restored.read() as unit:
        assert [one.first_name for one in unit.users.all()] == ["\u05d0"]
    restored.close()
    migrated.close()
    assert [one.name for one in (tmp_path / "home").iterdir()] == [archive.name]


def test_a_database_that_cannot_be_archived_is_not_migrated(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.make()
    older_database(url)
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(StorageFailure, match=r"schema 0002 .*Nothing was changed.*--no-copy"):
        PostgresStore(url, copies=tmp_path / "home")
    engine = connect_to_write(url)
    with engine.begin() as connection:
        assert revision(connection) == "0002"
    engine.dispose()
    PostgresStore(url).close()
