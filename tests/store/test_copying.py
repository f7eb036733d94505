"""A copy of a database, into the other kind and back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.postgres import Databases
from tests.store.sample import Sample, make_sample

from goldspan.errors import StorageFailure
from goldspan.storage.before_migration import keep_before_migration
from goldspan.storage.copying import dump
from goldspan.storage.engine import reader_engine
from goldspan.storage.home import Home
from goldspan.storage.postgres_store import PostgresStore
from goldspan.storage.restoring import restore_database, restore_home
from goldspan.storage.rows import NewRecord
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
