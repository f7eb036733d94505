"""What every store promises, whatever database it stands on."""

from dataclasses import replace

import pytest
from tests.store.sample import Sample, new_record, new_user

from goldspan.domain.field import TextField
from goldspan.domain.question import SpanQuestion, TextQuestion
from goldspan.domain.record import ResponseStatus
from goldspan.errors import Conflict
from goldspan.storage.ids import new_id
from goldspan.storage.query import (
    AnyOf,
    Key,
    MetadataKey,
    Order,
    RecordKey,
    RecordQuery,
    ResponseStatusKey,
    ResponseValueKey,
    SuggestionKey,
    Within,
)
from goldspan.storage.records import ResponseGroup
from goldspan.storage.rows import NewRecord, NewResponse, NewSuggestion, UserRow
from goldspan.storage.store import Store, Unit


def add(store: Store, sample: Sample, *records: NewRecord) -> list[str]:
    store.write(lambda unit: unit.records.add(sample.dataset_id, records)).result()
    return [record.id for record in records]


def respond(
    store: Store, record_id: str, user_id: str, text: str, status: str = "submitted"
) -> None:
    def put(unit: Unit) -> None:
        record = unit.records.get(record_id)
        assert record is not None
        response = NewResponse(
            record_id=record_id,
            dataset_id=record.dataset_id,
            user_id=user_id,
            values_json=f'{{"answer":{{"value":"{text}"}}}}',
            status=ResponseStatus(status),
        )
        is_first = unit.responses.by_user(record_id, user_id) is None
        unit.responses.put([response], first={(record_id, user_id)} if is_first else ())

    store.write(put).result()


def suggest(
    store: Store, sample: Sample, record_id: str, text: str, score: float | list[float]
) -> None:
    suggestion = NewSuggestion(
        record_id=record_id,
        question_id=sample.question_id,
        value_json=f'"{text}"',
        score_json=str(score),
        agent="reader",
        type="model",
    )
    store.write(lambda unit: unit.suggestions.put([suggestion])).result()


def found(store: Store, query: RecordQuery) -> list[str]:
    with store.read() as unit:
        ids = [record.id for record in unit.records.page(query)]
        assert unit.records.count(query) == len(ids)
    return ids


def test_a_name_that_is_taken_is_a_conflict(store: Store, sample: Sample) -> None:
    with pytest.raises(Conflict, match="'admin' exists already"):
        store.write(lambda unit: unit.workspaces.add("admin")).result()
    with pytest.raises(Conflict, match="'answer' exists already"):
        store.write(
            lambda unit: unit.datasets.questions.add(sample.dataset_id, TextQuestion("answer"))
        ).result()


def test_a_workspace_knows_who_is_in_it(store: Store, sample: Sample) -> None:
    def make(unit: Unit) -> UserRow:
        user = new_user(unit, "ana")
        unit.workspaces.add_user(sample.workspace_id, user.id)
        return user

    user = store.write(make).result()
    with store.read() as unit:
        assert unit.workspaces.users(sample.workspace_id) == [user]
        assert unit.workspaces.ids_of_user(user.id) == {sample.workspace_id}
    assert store.write(lambda u: u.workspaces.remove_user(sample.workspace_id, user.id)).result()
    assert not store.write(
        lambda u: u.workspaces.remove_user(sample.workspace_id, user.id)
    ).result()


def test_what_a_dataset_declares_comes_back_in_its_order(store: Store, sample: Sample) -> None:
    marked = SpanQuestion("marked", "context", ["answer"], allow_overlapping=True)
    store.write(lambda unit: unit.datasets.questions.add(sample.dataset_id, marked)).result()
    with store.read() as unit:
        assert [q.definition for q in unit.datasets.questions.of(sample.dataset_id)] == [
            TextQuestion("answer"),
            marked,
        ]
        assert [f.definition for f in unit.datasets.fields.of(sample.dataset_id)] == [
            TextField("context")
        ]


def test_json_comes_back_as_it_was_written(store: Store, sample: Sample) -> None:
    odd = r'{"b":1.0,"a":"\u0000\\u0000","b":[1e400,"é"]}'
    record = NewRecord(
        id=new_id(), external_id=None, fields_json=odd, metadata_json=odd, vectors_json=None
    )
    add(store, sample, record)
    with store.read() as unit:
        (kept,) = unit.records.page(RecordQuery(sample.dataset_id))
    assert (kept.fields_json, kept.metadata_json) == (odd, odd)


def test_a_text_with_a_nul_is_searched_like_others(store: Store, sample: Sample) -> None:
    ids = add(store, sample, new_record(r"Denver?!\u0000won", metadata=r'{"a":"\u0000b"}'))
    assert found(store, RecordQuery(sample.dataset_id, text="?!")) == ids
    none = AnyOf(MetadataKey("a"), ("b",))
    assert found(store, RecordQuery(sample.dataset_id, filters=(none,))) == []


def test_an_offset_beyond_the_end_finds_nothing(store: Store, sample: Sample) -> None:
    add(store, sample, new_record())
    far = RecordQuery(sample.dataset_id, offset=2**62)
    with store.read() as unit:
        assert unit.records.page(far) == []
        assert unit.records.page(replace(far, filters=(AnyOf(MetadataKey("a"), ("b",)),))) == []


def test_records_come_in_the_order_of_their_creation(store: Store, sample: Sample) -> None:
    ids = add(store, sample, *(new_record() for _ in range(5)))
    assert found(store, RecordQuery(sample.dataset_id)) == ids
    with store.read() as unit:
        page = unit.records.page(RecordQuery(sample.dataset_id, offset=1, limit=2))
    assert [record.id for record in page] == ids[1:3]


def test_an_external_id_names_one_record_of_a_dataset(store: Store, sample: Sample) -> None:
    (one,) = add(store, sample, new_record(external_id="56be"))
    with store.read() as unit:
        known = unit.records.ids_by_external_id(sample.dataset_id, ["56be", "none"])
    assert known == {"56be": one}
    with pytest.raises(Conflict, match="external id"):
        add(store, sample, new_record(), new_record(external_id="56be"))
    assert found(store, RecordQuery(sample.dataset_id)) == [one]


def test_a_record_has_one_suggestion_for_a_question(store: Store, sample: Sample) -> None:
    (one,) = add(store, sample, new_record())
    suggest(store, sample, one, "Denver", 0.5)
    with store.read() as unit:
        (first,) = unit.suggestions.of([one])
    suggest(store, sample, one, "Carolina", 0.75)
    with store.read() as unit:
        (second,) = unit.suggestions.of([one])
    assert (second.id, second.value_json, second.score_json) == (first.id, '"Carolina"', "0.75")
    assert second.inserted_at == first.inserted_at < second.updated_at


def test_a_user_has_one_response_to_a_record(store: Store, sample: Sample) -> None:
    (one,) = add(store, sample, new_record())
    respond(store, one, "ana", "Denver", "draft")
    respond(store, one, "ana", "Broncos")
    respond(store, one, "ben", "Denver")
    with store.read() as unit:
        assert [(r.user_id, r.status.value) for r in unit.responses.of([one])] == [
            ("ana", "submitted"),
            ("ben", "submitted"),
        ]
        assert [r.user_id for r in unit.responses.of([one], "ben")] == ["ben"]


def test_deleting_a_dataset_deletes_what_is_in_it(store: Store, sample: Sample) -> None:
    (one,) = add(store, sample, new_record())
    respond(store, one, "ana", "Denver")
    suggest(store, sample, one, "Denver", 0.5)
    store.write(lambda unit: unit.datasets.delete(sample.dataset_id)).result()
    with store.read() as unit:
        assert unit.records.get(one) is None
        assert unit.responses.of([one]) == []
        assert unit.suggestions.of([one]) == []


def test_tallies_add_up(store: Store, sample: Sample) -> None:
    group: ResponseGroup = ("ana", "pending", ResponseStatus.SUBMITTED)

    def change(unit: Unit, by: int) -> None:
        unit.tallies.add_records(sample.dataset_id, {"pending": by, "completed": -by})
        unit.tallies.add_responses(sample.dataset_id, {group: by})

    store.write(lambda unit: change(unit, 3)).result()
    store.write(lambda unit: change(unit, -1)).result()
    with store.read() as unit:
        assert unit.tallies.records(sample.dataset_id) == {"pending": 2, "completed": -2}
        (tally,) = unit.tallies.responses(sample.dataset_id)
    assert (tally.user_id, tally.count) == ("ana", 2)


@pytest.mark.parametrize(
    ("key", "values", "kept"),
    [
        (MetadataKey("split"), ("train",), [0, 2]),
        (MetadataKey("n"), ("1", "2"), [1, 2]),
        (RecordKey("external_id"), ("b", "c"), [1, 2]),
        (ResponseStatusKey(), ("submitted",), [0]),
        (ResponseStatusKey(), ("pending", "draft"), [1, 2]),
        (ResponseStatusKey("ben"), ("pending",), [0, 2]),
        (ResponseValueKey("answer"), ("Denver",), [0]),
        (SuggestionKey("QUESTION", "value"), ("Denver",), [2]),
        (SuggestionKey("QUESTION", "agent"), ("nobody",), []),
    ],
)
def test_a_filter_keeps_records_with_one_of_the_values(
    store: Store, sample: Sample, key: Key, values: tuple[str, ...], kept: list[int]
) -> None:
    ids = add(
        store,
        sample,
        new_record(external_id="a", metadata='{"split":"train","n":0}'),
        new_record(external_id="b", metadata='{"split":"dev","n":1}'),
        new_record(external_id="c", metadata='{"split":["dev","train"],"n":2}'),
    )
    respond(store, ids[0], "ana", "Denver")
    respond(store, ids[1], "ben", "Carolina", "draft")
    suggest(store, sample, ids[2], "Denver", 0.5)
    if isinstance(key, SuggestionKey):
        key = SuggestionKey(sample.question_id, key.property)
    query = RecordQuery(sample.dataset_id, filters=(AnyOf(key, values),))
    assert found(store, query) == [ids[i] for i in kept]


@pytest.mark.parametrize(
    ("least", "most", "kept"), [(1, None, [1, 2]), (None, 1, [0, 1]), (1, 1, [1])]
)
def test_a_range_keeps_its_ends(
    store: Store, sample: Sample, least: float | None, most: float | None, kept: list[int]
) -> None:
    ids = add(store, sample, *(new_record(metadata=f'{{"n":{n}}}') for n in range(3)))
    query = RecordQuery(sample.dataset_id, filters=(Within(MetadataKey("n"), least, most),))
    assert found(store, query) == [ids[i] for i in kept]


def test_records_sort_by_metadata_and_then_by_creation(store: Store, sample: Sample) -> None:
    ids = add(store, sample, *(new_record(metadata=f'{{"n":{n}}}') for n in (1, 2, 1)))
    query = RecordQuery(sample.dataset_id, order=(Order(MetadataKey("n"), descending=True),))
    assert found(store, query) == [ids[1], ids[0], ids[2]]


@pytest.mark.parametrize(("descending", "wanted"), [(True, [1, 2, 0, 3]), (False, [0, 2, 1, 3])])
def test_records_sort_by_a_suggestions_score_of_a_list_the_first_and_those_without_one_come_last(
    store: Store, sample: Sample, descending: bool, wanted: list[int]
) -> None:
    ids = add(store, sample, *(new_record() for _ in range(4)))
    scores: tuple[float | list[float], ...] = (0.25, 0.75, [0.5, 0.5])
    for at, score in enumerate(scores):
        suggest(store, sample, ids[at], "Denver", score)
    key = SuggestionKey(sample.question_id, "score")
    query = RecordQuery(sample.dataset_id, order=(Order(key, descending),))
    assert found(store, query) == [ids[at] for at in wanted]


def test_text_is_looked_for_in_fields_and_taken_literally(store: Store, sample: Sample) -> None:
    ids = add(store, sample, new_record("50% of it?!"), new_record("500 of it"))
    store.write(lambda unit: unit.texts.added(sample.dataset_id, ids)).result()
    assert found(store, RecordQuery(sample.dataset_id, text="50% of")) == [ids[0]]
    assert found(store, RecordQuery(sample.dataset_id, text="?!")) == [ids[0]]
    assert found(store, RecordQuery(sample.dataset_id, text="context")) == []


def test_a_job_that_fails_leaves_nothing_and_the_next_one_works(
    store: Store, sample: Sample
) -> None:
    def fail(unit: Unit) -> None:
        unit.workspaces.add("half")
        raise Conflict("no")

    failed = store.write(fail)
    kept = store.write(lambda unit: unit.workspaces.add("whole"))
    with pytest.raises(Conflict, match="no"):
        failed.result()
    kept.result()
    with store.read() as unit:
        assert [workspace.name for workspace in unit.workspaces.all()] == ["admin", "whole"]
