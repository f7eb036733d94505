"""What holds for the SQLite store alone: its tables, its plans, its writer."""

import re
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.store.sample import Sample, new_record

from goldspan.errors import StorageFailure
from goldspan.storage.engine import reader_engine
from goldspan.storage.ids import new_id
from goldspan.storage.schema import REVISIONS, revision, upgrade
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store, Unit
from goldspan.storage.tables import metadata

TIMEOUT_S = 60


@pytest.fixture
def store(sqlite_store: SqliteStore) -> SqliteStore:
    return sqlite_store


@pytest.fixture
def connection(store: Store, tmp_path: Path) -> Iterator[sa.Connection]:
    with reader_engine(tmp_path / "goldspan.db").connect() as opened:
        yield opened


def test_the_migrations_make_the_tables_of_the_code(connection: sa.Connection) -> None:
    other = sa.create_engine("sqlite://")
    query = "SELECT name, sql FROM sqlite_master ORDER BY name"

    def tables(opened: sa.Connection) -> dict[str, list[str]]:
        rows = opened.exec_driver_sql(query)
        return {row.name: sorted(re.findall(r"[^\s(),]+", row.sql or "")) for row in rows}

    with other.begin() as migrated:
        upgrade(migrated)
        assert tables(connection) == tables(migrated)
        assert revision(connection) == revision(migrated) == REVISIONS[-1]


def test_every_table_is_strict(connection: sa.Connection) -> None:
    rows = connection.exec_driver_sql("PRAGMA table_list").mappings()
    strict = {row["name"]: row["strict"] for row in rows}
    assert [name for name in metadata.tables if strict[name] != 1] == []


def test_commits_wait_for_the_disk_and_readers_cannot_write(connection: sa.Connection) -> None:
    assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM users")


@contextmanager
def busy(store: Store) -> Iterator[None]:
    """Keep the writer at a job, so that what is queued meanwhile waits."""
    begun, gate = threading.Event(), threading.Event()

    def hold(_: Unit) -> None:
        begun.set()
        assert gate.wait(TIMEOUT_S)

    held = store.write(hold)
    assert begun.wait(TIMEOUT_S)
    try:
        yield
    finally:
        gate.set()
    held.result(TIMEOUT_S)


def test_jobs_that_wait_together_are_committed_together(store: SqliteStore) -> None:
    commits = list[str]()
    sa.event.listen(store._writer._engine, "commit", lambda _: commits.append("commit"))
    with busy(store):
        waiting = [store.write(lambda unit: bool(unit.workspaces.add(new_id()))) for _ in range(9)]
    for future in waiting:
        future.result()
    assert len(commits) == 2  # of what kept it, and of the nine


def test_small_jobs_pass_bulk_ones(store: SqliteStore) -> None:
    order = list[str]()
    with busy(store):
        bulk = [store.write(lambda unit: order.append("bulk"), bulk=True) for _ in range(2)]
        small = store.write(lambda unit: order.append("small"))
    for future in (*bulk, small):
        future.result()
    assert order == ["small", "bulk", "bulk"]


def test_a_job_that_was_cancelled_is_not_run(store: SqliteStore) -> None:
    with busy(store):
        cancelled = store.write(lambda unit: unit.workspaces.add("unwanted"))
        assert cancelled.cancel()
    store.write(lambda unit: None).result()
    with store.read() as unit:
        assert unit.workspaces.all() == []


def test_a_full_disk_loses_the_request_and_says_so(store: SqliteStore, sample: Sample) -> None:
    def fill(pages: int) -> None:
        store._writer.submit(
            lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        ).result()

    fill(1)
    large = [new_record("x" * 1000) for _ in range(200)]
    with pytest.raises(StorageFailure, match="disk is full"):
        store.write(lambda unit: unit.records.add(sample.dataset_id, large)).result()
    fill(1_000_000)
    store.write(lambda unit: unit.records.add(sample.dataset_id, large)).result()


def test_the_database_is_its_users_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "goldspan.db")
    store.write(lambda unit: None).result()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    store.close()
    assert modes == {0o600}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "goldspan.db"
    path.write_bytes(b"not a database, just some text that is long enough" * 20)
    with pytest.raises(StorageFailure, match="could not be opened: file is not a database"):
        SqliteStore(path)


def test_after_closing_all_is_in_the_one_file(tmp_path: Path) -> None:
    path = tmp_path / "goldspan.db"
    store = SqliteStore(path)
    store.write(lambda unit: unit.workspaces.add("admin")).result()
    store.close()
    assert [file.name for file in tmp_path.iterdir()] == ["goldspan.db"]
    with closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT name FROM workspaces").fetchall() == [("admin",)]
    with pytest.raises(StorageFailure, match="closed"):
        store.write(lambda unit: None)
