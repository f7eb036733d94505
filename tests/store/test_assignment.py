"""Twenty people at once, some of whom go away or come late: no work is done in vain.

``GOLDSPAN_SIMULATION_RECORDS`` makes it longer, ``GOLDSPAN_SIMULATION_SEED`` repeats one that
failed.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.api.world import connection_of
from tests.store.consistency import check_consistent

from goldspan.domain.assignment import AssignmentOrder
from goldspan.domain.field import TextField
from goldspan.domain.permission import Actor
from goldspan.domain.question import TextQuestion
from goldspan.domain.record import ResponseStatus
from goldspan.domain.workspace import Role
from goldspan.services import assignment, giving_back, tasks
from goldspan.services.add_records import add_records, check_records
from goldspan.services.datasets import (
    AssignmentRules,
    create_dataset,
    publish_dataset,
)
from goldspan.services.declarations import declare
from goldspan.services.judging import respond
from goldspan.storage.ids import new_id
from goldspan.storage.postgres_store import PostgresStore
from goldspan.storage.rows import AssignmentRow
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store, Unit
from goldspan.wire.record import RecordCreate, ResponseValue

ANNOTATORS = 20
PROCESSES = 4
RECORDS = int(os.environ.get("GOLDSPAN_SIMULATION_RECORDS", "60"))
ANSWER = {"answer": ResponseValue(value="Denver")}
LEAD = Actor("lead", "lead", Role.OWNER)


def make_dataset(
    unit: Unit, overlap: int, records: int, rules: AssignmentRules | None = None
) -> str:
    workspace = unit.workspaces.add(new_id())
    dataset = create_dataset(unit, LEAD, workspace.id, "d", min_submitted=overlap, assignment=rules)
    declare(unit, LEAD, dataset.id, "fields", TextField("context"))
    declare(unit, LEAD, dataset.id, "questions", TextQuestion("answer"))
    publish_dataset(unit, LEAD, dataset.id)
    add(unit, dataset.id, records)
    return dataset.id


def add(unit: Unit, dataset_id: str, records: int) -> list[str]:
    items = [RecordCreate(fields={"context": f"Denver won {n}."}) for n in range(records)]
    if not items:
        return []
    return add_records(unit, LEAD, dataset_id, check_records(unit, LEAD, dataset_id, items))


def end_lease(unit: Unit, record_id: str, user_id: str) -> None:
    """Let a lease run out: to the server it is as if its time had passed."""
    unit.records.lock([record_id])
    unit.assignments.extend([record_id], user_id, unit.now - timedelta(seconds=1))


@dataclass
class Annotator:
    """Somebody at work, who sometimes leaves, comes late, skips, discards or hands back."""

    store: Store
    dataset_id: str
    number: int
    seed: int
    late: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.actor = Actor(f"user{self.number}", f"user{self.number}", Role.OWNER)
        self.random = random.Random(f"{self.seed} {self.number}")

    def work(self) -> None:
        """Go on until every record is completed."""
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            leases = self._claim(self.random.choice((1, 1, 2)))
            if not leases and self._all_done():
                return
            for lease in leases:
                time.sleep(self.random.uniform(0, 0.002))
                self._handle(lease.record_id)
        raise AssertionError("the work did not come to an end")

    def _claim(self, count: int) -> list[AssignmentRow]:
        return self.store.write(
            lambda unit: assignment.claim(unit, self.actor, self.dataset_id, count)
        ).result()

    def _all_done(self) -> bool:
        with self.store.read() as unit:
            pending = unit.tallies.records(self.dataset_id)["pending"]
        time.sleep(0.002)
        return pending == 0

    def _handle(self, record_id: str) -> None:
        fate = self.random.random()
        if fate < 0.05:  # leaves for good
            self._write(lambda unit: end_lease(unit, record_id, self.actor.user_id))
        elif fate < 0.10:  # is late
            self.late.add(record_id)
            self._write(lambda unit: end_lease(unit, record_id, self.actor.user_id))
            time.sleep(self.random.uniform(0, 0.01))
            self._respond(record_id, ResponseStatus.SUBMITTED)
        elif fate < 0.13:
            self._write(lambda unit: giving_back.skip(unit, self.actor, record_id))
        elif fate < 0.16:
            self._write(lambda unit: giving_back.release(unit, self.actor, [record_id]))
        elif fate < 0.18:
            self._respond(record_id, ResponseStatus.DISCARDED)
        elif fate < 0.20:
            self._respond(record_id, ResponseStatus.DRAFT)
        else:
            self._respond(record_id, ResponseStatus.SUBMITTED)

    def _respond(self, record_id: str, status: ResponseStatus) -> None:
        self._write(lambda unit: respond(unit, self.actor, record_id, ANSWER, status))

    def _write(self, job: Callable[[Unit], object]) -> None:
        self.store.write(job).result()


@pytest.fixture(params=["sqlite", "postgres"])
def stores(request: pytest.FixtureRequest) -> Iterator[list[Store]]:
    """The one store of an SQLite file, or several on one PostgreSQL database, as of processes."""
    if request.param == "sqlite":
        yield [request.getfixturevalue("sqlite_store")]
        return
    url = request.getfixturevalue("postgres_url")
    opened: list[Store] = [PostgresStore(url) for _ in range(PROCESSES)]
    yield opened
    for store in opened:
        store.close()


@pytest.mark.parametrize("overlap", [1, 3])
def test_no_work_is_done_in_vain_and_none_is_left(stores: list[Store], overlap: int) -> None:
    store = stores[0]
    seed = int(os.environ.get("GOLDSPAN_SIMULATION_SEED", random.randrange(2**32)))
    print(f"GOLDSPAN_SIMULATION_SEED={seed}")
    dataset_id = store.write(lambda unit: make_dataset(unit, overlap, RECORDS)).result()
    people = [
        Annotator(stores[number % len(stores)], dataset_id, number, seed)
        for number in range(ANNOTATORS)
    ]
    with ThreadPoolExecutor(ANNOTATORS) as threads:
        for working in [threads.submit(person.work) for person in people]:
            working.result()
    assigned = store.write(lambda unit: check_consistent(unit, dataset_id)).result()
    filled: Counter[str] = Counter()
    late = {(person.actor.user_id, record_id) for person in people for record_id in person.late}
    extra = 0
    for record_id, held in assigned.items():
        for one in held:
            if one.state == "submitted" and not one.extra:
                filled[record_id] += 1
            elif one.extra:
                extra += 1
                # Only who came late did what was not needed; and it is kept.
                assert (one.user_id, record_id) in late
    print(f"overlap {overlap}: {filled.total()} submitted, {extra} late and kept as extra")
    assert set(filled.values()) == {overlap}
    assert len(filled) == RECORDS


@pytest.mark.parametrize("order", ["score", "disagreement", "random", "length"])
def test_work_at_once_is_shared_in_every_order(store: Store, order: AssignmentOrder) -> None:
    rules = AssignmentRules(order, lease_minutes=15, accept_late=True)
    dataset_id = store.write(lambda unit: make_dataset(unit, 2, 15, rules)).result()
    people = [Annotator(store, dataset_id, number, seed=7) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for working in [threads.submit(person.work) for person in people]:
            working.result()
    store.write(lambda unit: check_consistent(unit, dataset_id)).result()


def test_in_a_random_order_nobody_is_given_a_record_twice(store: Store) -> None:
    rules = AssignmentRules("random", lease_minutes=15, accept_late=True)
    dataset_id = store.write(lambda unit: make_dataset(unit, 2, 0, rules)).result()
    ana = Actor("ana", "ana", Role.OWNER)
    store.write(lambda unit: assignment.claim(unit, ana, dataset_id, 10)).result()
    ids = store.write(lambda unit: add(unit, dataset_id, 8)).result()  # wherever ana's cursor is
    given = store.write(lambda unit: assignment.claim(unit, ana, dataset_id, 10)).result()
    assert sorted(lease.record_id for lease in given) == sorted(ids)
    store.write(lambda unit: check_consistent(unit, dataset_id)).result()


def test_the_next_records_are_given_without_asking_anything_twice(
    sqlite_store: SqliteStore,
) -> None:
    dataset_id = sqlite_store.write(lambda unit: make_dataset(unit, 2, 8)).result()
    sqlite_store.write(lambda unit: assignment.claim(unit, LEAD, dataset_id, 4)).result()
    asked: list[str] = []
    with sqlite_store.read() as unit:
        driver: Any = connection_of(unit).connection.driver_connection
        driver.set_trace_callback(asked.append)
        given = tasks.held_tasks(unit, LEAD, dataset_id, 4)
        driver.set_trace_callback(None)
    assert given is not None
    assert len(given[0]) == 4
    assert len(set(asked)) == len(asked) == 10
