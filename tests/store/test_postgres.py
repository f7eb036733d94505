"""What holds for PostgreSQL alone: many processes, lost connections, and its errors."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from tests.postgres import Databases
from tests.store.sample import Sample, new_record

from goldspan.errors import InvalidInput, MissingExtra, StorageFailure
from goldspan.storage.ids import new_id
from goldspan.storage.postgres_store import PostgresStore, parse_url
from goldspan.storage.schema import REVISIONS, revision, upgrade
from goldspan.storage.store import Unit
from goldspan.storage.tables import metadata

TIMEOUT_S = 60


@pytest.fixture
def store(postgres_store: PostgresStore) -> PostgresStore:
    return postgres_store


@pytest.fixture
def other(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def admin(postgres_url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(parse_url(postgres_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_migrations_make_the_tables_of_the_code(databases: Databases) -> None:
    # The words of the search are a table that only PostgreSQL has.
    options = {"include_name": lambda name, *_: name != "search_words"}
    engine = sa.create_engine(parse_url(databases.make()))
    with engine.begin() as connection:
        upgrade(connection)
        assert (
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        )
        assert revision(connection) == REVISIONS[-1]
    engine.dispose()


def test_servers_that_start_at_once_make_the_tables_once(databases: Databases) -> None:
    url = databases.make()
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(PostgresStore, [url] * 4))
    for one in stores:
        one.write(lambda unit: unit.workspaces.add(new_id())).result()
    with stores[0].read() as unit:
        assert len(unit.workspaces.all()) == 4
    for one in stores:
        one.close()


def test_what_a_job_read_is_still_so_when_it_writes(
    store: PostgresStore, other: PostgresStore, sample: Sample
) -> None:
    record = new_record()
    store.write(lambda unit: unit.records.add(sample.dataset_id, [record])).result()

    def count_one_more(unit: Unit) -> None:
        (state,) = unit.records.lock([record.id])
        unit.records.set_states([msgspec.structs.replace(state, submitted=state.submitted + 1)])

    jobs = [one.write(count_one_more) for _ in range(100) for one in (store, other)]
    for job in jobs:
        job.result()
    with store.read() as unit:
        row = unit.records.get(record.id)
    assert row is not None
    assert row.submitted == 200


def test_a_read_sees_one_state(store: PostgresStore, other: PostgresStore) -> None:
    with store.read() as unit:
        before = unit.workspaces.all()
        other.write(lambda unit: unit.workspaces.add("new")).result()
        assert unit.workspaces.all() == before


def test_reads_cannot_write(store: PostgresStore) -> None:
    with pytest.raises(StorageFailure, match="read-only"), store.read() as unit:
        unit.workspaces.add("new")


def test_a_restart_of_the_database_is_survived(store: PostgresStore, admin: sa.Connection) -> None:
    store.write(lambda unit: unit.workspaces.add("before")).result()
    with store.read() as unit:
        unit.workspaces.all()
    admin.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with store.read() as unit:
        assert len(unit.workspaces.all()) == 1
    store.write(lambda unit: unit.workspaces.add("after")).result()


def test_a_connection_lost_within_a_job_is_made_anew_and_the_job_done_once(
    store: PostgresStore, admin: sa.Connection
) -> None:
    tries = list[int]()

    def job(unit: Unit) -> None:
        unit.workspaces.add("once")
        tries.append(len(tries))
        if len(tries) == 1:
            admin.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction'"
            )
        unit.workspaces.all()

    store.write(job).result()
    assert tries == [0, 1]
    with store.read() as unit:
        assert [w.name for w in unit.workspaces.all()] == ["once"]


def test_a_writer_that_waits_too_long_says_so(store: PostgresStore, other: PostgresStore) -> None:
    other._writer.submit(lambda c: c.exec_driver_sql("SET lock_timeout = '100ms'")).result()
    holds, gate = threading.Event(), threading.Event()

    def hold(unit: Unit) -> None:
        holds.set()
        assert gate.wait(TIMEOUT_S)

    slow = store.write(hold)
    assert holds.wait(TIMEOUT_S)
    with pytest.raises(StorageFailure, match="lock timeout"):
        other.write(lambda unit: unit.workspaces.add("late")).result()
    gate.set()
    slow.result()
    other.write(lambda unit: unit.workspaces.add("late")).result()


def test_a_nul_in_a_name_is_the_callers_fault(store: PostgresStore) -> None:
    with pytest.raises(InvalidInput, match="NUL"):
        store.write(lambda unit: unit.workspaces.add("a\0b")).result()
    with pytest.raises(InvalidInput, match="NUL"), store.read() as unit:
        unit.workspaces.by_name("a\0b")


def test_a_newer_schema_is_refused(
    store: PostgresStore, postgres_url: str, admin: sa.Connection
) -> None:
    admin.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFailure, match=f"schema 9999, .* up to {REVISIONS[-1]}"):
        PostgresStore(postgres_url)


@pytest.mark.parametrize("url", ["mysql://ana:secret@host/db", "ana:secret", ""])
def test_another_databases_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InvalidInput, match="GOLDSPAN_DATABASE_URL is") as caught:
        PostgresStore(url)
    assert "secret" not in caught.value.message


def test_a_database_that_does_not_answer_is_a_failure_without_its_password() -> None:
    with pytest.raises(StorageFailure, match="could not be opened") as caught:
        PostgresStore("postgresql://ana:secret@127.0.0.1:1/db")
    assert "secret" not in caught.value.message


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"goldspan\[postgres\]"):
        PostgresStore("postgresql://host/db")
