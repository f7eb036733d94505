"""The full text index: what is found before, while and after it is made."""

import itertools

import msgspec
import pytest
from tests.store.sample import Sample, new_record

from goldspan.services.index_texts import BATCH_RECORDS, read_batch, write_batch
from goldspan.storage.query import AnyOf, RecordKey, RecordQuery
from goldspan.storage.rows import NewRecord
from goldspan.storage.store import Store, Unit

TEXTS = (
    "The Lusitania sank in May 1915.",
    "我住在北京。",
    "هي اَلْعَرَبِيَّةُ",
    "Ångström's café",
    "In the month of May it sank: the ship.",
)


def add(store: Store, sample: Sample, *texts: str) -> list[str]:
    new = [new_record(text) for text in texts]

    def work(unit: Unit) -> list[str]:
        unit.records.add(sample.dataset_id, new)
        ids = [record.id for record in new]
        unit.texts.added(sample.dataset_id, ids)
        return ids

    return store.write(work).result()


def index_one_batch(store: Store) -> bool:
    with store.read() as unit:
        batch = read_batch(unit)
    if batch is not None:
        store.write(lambda unit: write_batch(unit, batch)).result()
    return batch is not None


def index_all(store: Store) -> None:
    while index_one_batch(store):
        pass


def found(store: Store, sample: Sample, text: str, **more: object) -> list[str]:
    query = RecordQuery(sample.dataset_id, text=text, limit=1000, **more)  # type: ignore[arg-type]
    with store.read() as unit:
        page = unit.records.page(query)
        assert unit.records.count(query) == len(page)
    return [record.id for record in page]


@pytest.mark.parametrize("indexed", [False, True], ids=["waiting", "indexed"])
@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("lusitania", [0]),
        ("sank may", [0, 4]),
        ("lusi", [0]),
        ("may lusi", [0]),
        ('"in may"', [0]),
        ("北京", [1]),
        ("京", [1]),
        ("nowhere", []),
        ("may nowhere", []),
    ],
)
def test_records_are_found_before_they_are_indexed_and_after(
    store: Store, sample: Sample, text: str, places: list[int], indexed: bool
) -> None:
    ids = add(store, sample, *TEXTS)
    if indexed:
        index_all(store)
    assert found(store, sample, text) == [ids[place] for place in places]


@pytest.mark.parametrize(
    ("text", "place"), [("العربية", 2), ("angstrom", 3), ("CAFE", 3), ("京北", None)]
)
def test_the_index_passes_over_accents_and_signs_but_not_order(
    store: Store, sample: Sample, text: str, place: int | None
) -> None:
    ids = add(store, sample, *TEXTS)
    index_all(store)
    assert found(store, sample, text) == ([] if place is None else [ids[place]])


def test_a_word_begins_where_words_begin(store: Store, sample: Sample) -> None:
    add(store, sample, *TEXTS)
    index_all(store)
    assert found(store, sample, "usitania") == []


def test_a_text_that_changes_is_found_by_its_new_words_alone(store: Store, sample: Sample) -> None:
    ids = add(store, sample, "old words")
    index_all(store)

    def change(unit: Unit) -> None:
        record = unit.records.get(ids[0])
        assert record is not None
        new = new_record("new words")
        changed = type(record)(
            **{
                **{name: getattr(record, name) for name in record.__struct_fields__},
                "fields_json": new.fields_json,
            }
        )
        unit.records.update([changed])
        unit.texts.changed(sample.dataset_id, ids)

    with store.read() as unit:
        stale = read_batch(unit)
    assert stale is None
    store.write(change).result()
    assert (found(store, sample, "old"), found(store, sample, "new")) == ([], ids)
    index_all(store)
    assert (found(store, sample, "old"), found(store, sample, "new")) == ([], ids)


def test_a_batch_read_before_a_change_does_not_undo_it(store: Store, sample: Sample) -> None:
    ids = add(store, sample, "old words")
    with store.read() as unit:
        batch = read_batch(unit)
    assert batch is not None

    def change(unit: Unit) -> None:
        record = unit.records.get(ids[0])
        assert record is not None
        unit.records.update([record])
        unit.texts.changed(sample.dataset_id, ids)

    store.write(change).result()
    store.write(lambda unit: write_batch(unit, batch)).result()
    with store.read() as unit:
        queued = unit.texts.next_queued()
    assert queued is not None
    assert queued.first_id == ids[0]
    index_all(store)
    assert found(store, sample, "old") == ids


def test_a_batch_read_before_a_change_of_metadata_is_indexed(store: Store, sample: Sample) -> None:
    ids = add(store, sample, "Ångström's café")
    with store.read() as unit:
        batch = read_batch(unit)
    assert batch is not None

    def change(unit: Unit) -> None:
        record = unit.records.get(ids[0])
        assert record is not None
        unit.records.update([msgspec.structs.replace(record, metadata_json='{"n":1}')])

    store.write(change).result()
    store.write(lambda unit: write_batch(unit, batch)).result()
    assert found(store, sample, "angstrom") == ids


def test_a_deleted_record_is_not_found(store: Store, sample: Sample) -> None:
    ids = add(store, sample, "one ship", "two ships")
    index_all(store)
    store.write(lambda unit: unit.records.delete(sample.dataset_id, [ids[0]])).result()
    assert found(store, sample, "ship") == [ids[1]]


def test_a_range_is_done_in_batches_and_can_be_left_in_the_middle(
    store: Store, sample: Sample
) -> None:
    ids = add(store, sample, *("the same" for _ in range(BATCH_RECORDS + 5)))
    later = add(store, sample, "the other")
    assert index_one_batch(store)
    with store.read() as unit:
        queued = unit.texts.next_queued()
    assert queued is not None
    assert queued.done_id == ids[BATCH_RECORDS - 1]
    assert found(store, sample, "the") == [*ids, *later]
    index_all(store)
    assert found(store, sample, "the") == [*ids, *later]
    assert not index_one_batch(store)


def test_a_search_is_limited_to_a_field_and_combined_with_filters(
    store: Store, sample: Sample
) -> None:
    ids = add(store, sample, *TEXTS)
    index_all(store)
    only = (AnyOf(RecordKey("id"), (ids[4],)),)
    assert found(store, sample, "may", filters=only) == [ids[4]]
    assert found(store, sample, "may", text_field="context") == [ids[0], ids[4]]
    assert found(store, sample, "may", text_field="question") == []


def test_datasets_are_searched_apart(store: Store, sample: Sample) -> None:
    def other(unit: Unit) -> str:
        dataset = unit.datasets.get(sample.dataset_id)
        assert dataset is not None
        made = unit.datasets.add(
            dataset.workspace_id,
            "other",
            guidelines=None,
            allow_extra_metadata=True,
            min_submitted=1,
            metadata_json=None,
        )
        records: list[NewRecord] = [new_record("a ship")]
        unit.records.add(made.id, records)
        unit.texts.added(made.id, [records[0].id])
        return made.id

    ids = add(store, sample, "the ship")
    store.write(other).result()
    for _ in itertools.repeat(None, 2):
        assert found(store, sample, "ship") == ids
        index_all(store)
