"""Pages deep inside a dataset are found by counts, which stay true whatever changes."""

import importlib

import pytest
import sqlalchemy as sa
from tests.store.consistency import check_consistent
from tests.store.sample import Sample
from tests.store.test_assignment import ANSWER, LEAD, add, make_dataset

from goldspan.domain.permission import Actor
from goldspan.domain.record import ResponseStatus
from goldspan.domain.workspace import Role
from goldspan.services.delete_records import delete_records
from goldspan.services.judging import respond
from goldspan.services.responses import delete_response
from goldspan.storage import sql_blocks
from goldspan.storage.rows import NewRecord
from goldspan.storage.sql_base import Session
from goldspan.storage.sql_records import SqlRecords
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store, Unit
from goldspan.storage.tables import record_blocks, response_blocks

MIGRATION = importlib.import_module("goldspan.storage.migrations.versions.0009_blocks")
PEOPLE = [Actor(name, name, Role.OWNER) for name in ("ann", "ben")]


def answer(unit: Unit, person: Actor, record_ids: list[str]) -> None:
    for record_id in record_ids:
        respond(unit, person, record_id, ANSWER, ResponseStatus.SUBMITTED)


def test_every_page_is_found_while_records_and_responses_come_and_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_blocks, "BLOCK", 3)

    def work(unit: Unit) -> None:
        dataset_id = make_dataset(unit, 2, 2)
        ids = [one.id for one in unit.records.after(dataset_id, "", 100)]
        for count in (1, 4, 7):
            ids += add(unit, dataset_id, count)
        check_consistent(unit, dataset_id)
        answer(unit, PEOPLE[0], ids[:9])
        answer(unit, PEOPLE[1], [ids[0], *ids[2:12]])
        check_consistent(unit, dataset_id)
        answer(unit, PEOPLE[1], ids[4:6])  # in place of what was there
        check_consistent(unit, dataset_id)
        delete_records(unit, LEAD, dataset_id, [ids[0], *ids[3:6], ids[13]])
        check_consistent(unit, dataset_id)
        (own,) = unit.responses.of([ids[7]], PEOPLE[0].user_id)
        delete_response(unit, PEOPLE[0], own.id)
        add(unit, dataset_id, 5)
        check_consistent(unit, dataset_id)

    store.write(work).result()


def test_a_record_that_a_slow_clock_puts_among_older_ones_is_counted_there(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_blocks, "BLOCK", 2)

    def work(unit: Unit) -> None:
        dataset_id = make_dataset(unit, 1, 0)
        ids = add(unit, dataset_id, 6)
        early = NewRecord(
            id=ids[1] + "-",
            external_id=None,
            fields_json="{}",
            metadata_json=None,
            vectors_json=None,
            needed=1,
        )
        unit.records.add(dataset_id, [early])
        unit.tallies.add_records(dataset_id, {"pending": 1})
        check_consistent(unit, dataset_id)

    sqlite_store.write(work).result()


def test_the_migration_counts_what_was_there_before(store: Store, sample: Sample) -> None:
    del sample

    def kept(connection: sa.Connection) -> tuple[list[object], list[object]]:
        tables = record_blocks, response_blocks
        first, second = (sorted(map(tuple, connection.execute(sa.select(t)))) for t in tables)
        return [*first], [*second]

    def work(unit: Unit) -> None:
        dataset_id = make_dataset(unit, 1, 1000)
        ids = add(unit, dataset_id, 2)
        answer(unit, PEOPLE[0], [ids[0], ids[1]])
        records = unit.records
        assert isinstance(records, SqlRecords)
        session: Session = records._session
        before = kept(session.connection)
        assert [len(rows) for rows in before] == [2, 1]
        for table in (record_blocks, response_blocks):
            session.connection.execute(sa.delete(table))
        session.connection.execute(sa.text(MIGRATION.COUNT_RECORDS))
        session.connection.execute(sa.text(MIGRATION.COUNT_RESPONSES))
        assert kept(session.connection) == before

    store.write(work).result()
