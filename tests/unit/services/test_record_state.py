"""Statuses and kept counts agree with the rows, whatever happened before."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldspan.domain.field import TextField
from goldspan.domain.permission import Actor
from goldspan.domain.question import TextQuestion
from goldspan.domain.record import ResponseStatus
from goldspan.domain.workspace import Role
from goldspan.errors import NotFound
from goldspan.services.add_records import check_records, upsert_records
from goldspan.services.datasets import create_dataset, publish_dataset
from goldspan.services.declarations import declare
from goldspan.services.delete_records import delete_records
from goldspan.services.responses import delete_response, put_response
from goldspan.storage.ids import new_id
from goldspan.storage.query import RecordQuery
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Unit
from goldspan.wire.record import RecordCreate, ResponseValue

PEOPLE = [Actor(f"user{number}", f"user{number}", Role.OWNER) for number in range(3)]
ANSWER = {"answer": ResponseValue(value="Denver")}

record = st.integers(0, 3)
status = st.sampled_from(ResponseStatus)
person = st.sampled_from(PEOPLE)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("upsert"), record, person, status),
        st.tuples(st.just("respond"), record, person, status),
        st.tuples(st.just("take back"), record, person, status),
        st.tuples(st.just("delete"), record, person, status),
    ),
    max_size=20,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path_factory.mktemp("state") / "goldspan.db")
    yield opened
    opened.close()


def make_dataset(unit: Unit, min_submitted: int) -> str:
    workspace = unit.workspaces.add(new_id())
    actor = PEOPLE[0]
    dataset = create_dataset(unit, actor, workspace.id, "d", min_submitted=min_submitted)
    declare(unit, actor, dataset.id, "fields", TextField("context"))
    declare(unit, actor, dataset.id, "questions", TextQuestion("answer"))
    return publish_dataset(unit, actor, dataset.id).id


def take(
    unit: Unit, dataset_id: str, step: str, number: int, actor: Actor, status: ResponseStatus
) -> None:
    """Do one step to the record of that number, which may or may not exist."""
    record_id = unit.records.ids_by_external_id(dataset_id, [str(number)]).get(str(number), "")
    match step:
        case "upsert":
            item = RecordCreate(fields={"context": "Denver won."}, external_id=str(number))
            checked = check_records(unit, actor, dataset_id, [item])
            upsert_records(unit, actor, dataset_id, checked)
        case "respond":
            put_response(unit, actor, record_id, ANSWER, status)
        case "take back":
            mine = unit.responses.by_user(record_id, actor.user_id)
            delete_response(unit, actor, mine.id if mine else "")
        case "delete":
            delete_records(unit, actor, dataset_id, [record_id])


def check_counts(unit: Unit, dataset_id: str, min_submitted: int) -> None:
    """Compare what is kept with what the rows say."""
    records = unit.records.page(RecordQuery(dataset_id, limit=100))
    responses = unit.responses.of([one.id for one in records])
    submitted = Counter(r.record_id for r in responses if r.status is ResponseStatus.SUBMITTED)
    for one in records:
        assert one.submitted == submitted[one.id]
        assert (one.status == "completed") == (one.submitted >= min_submitted)
    counted = Counter(one.status for one in records)
    assert unit.tallies.records(dataset_id) == {
        "pending": counted["pending"],
        "completed": counted["completed"],
    }
    status_of = {one.id: one.status for one in records}
    groups = Counter((r.user_id, status_of[r.record_id], r.status) for r in responses)
    kept = {
        (t.user_id, t.record_status, t.response_status): t.count
        for t in unit.tallies.responses(dataset_id)
        if t.count
    }
    assert kept == dict(groups)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, min_submitted=st.integers(1, 2))
def test_counts_and_statuses_follow_every_change(
    store: SqliteStore, steps: list[tuple[str, int, Actor, ResponseStatus]], min_submitted: int
) -> None:
    def play(unit: Unit) -> None:
        dataset_id = make_dataset(unit, min_submitted)
        for step, number, actor, status in steps:
            try:
                take(unit, dataset_id, step, number, actor, status)
            except NotFound:
                assert step in ("respond", "take back")
            check_counts(unit, dataset_id, min_submitted)

    store.write(play).result()
