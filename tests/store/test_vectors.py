"""Unit vectors are kept beside the records and go with them."""

from tests.store.sample import Sample, new_record

from goldspan.domain.schema import VectorSettings
from goldspan.services.similar_records import put_vectors, unit_of
from goldspan.storage.query import AnyOf, RecordKey, RecordQuery
from goldspan.storage.store import Store, Unit


def fill(unit: Unit, sample: Sample) -> tuple[str, list[str]]:
    kind = unit.datasets.vectors_settings.add(sample.dataset_id, VectorSettings("v", 2)).id
    new = [new_record() for _ in range(5)]
    unit.records.add(sample.dataset_id, new)
    ids = [record.id for record in new]
    vectors = {i: f'{{"v":[3,{n}]}}' for n, i in enumerate(ids[:4])}
    put_vectors(unit, sample.dataset_id, {**vectors, ids[4]: None})
    return kind, ids


def test_vectors_are_scanned_in_parts_with_or_without_a_filter(
    store: Store, sample: Sample
) -> None:
    kind, ids = store.write(lambda unit: fill(unit, sample)).result()
    every = RecordQuery(sample.dataset_id)
    with store.read() as unit:
        parts = list(unit.vectors.scan(every, kind, 3))
        assert [[record_id for record_id, _ in part] for part in parts] == [ids[:3], ids[3:4]]
        assert bytes(parts[0][0][1]) == unit_of([1, 0])
        only = RecordQuery(sample.dataset_id, filters=(AnyOf(RecordKey("id"), (ids[2],)),))
        (part,) = unit.vectors.scan(only, kind, 3)
        assert [record_id for record_id, _ in part] == [ids[2]]
        assert unit.vectors.get(ids[3], kind) == unit_of([1, 1])
        assert unit.vectors.get(ids[4], kind) is None


def test_vectors_go_with_their_record_and_with_their_kind(store: Store, sample: Sample) -> None:
    kind, ids = store.write(lambda unit: fill(unit, sample)).result()
    store.write(lambda unit: unit.records.delete(sample.dataset_id, ids[:3])).result()
    every = RecordQuery(sample.dataset_id)
    with store.read() as unit:
        (part,) = unit.vectors.scan(every, kind, 9)
        assert [record_id for record_id, _ in part] == [ids[3]]
    store.write(lambda unit: unit.datasets.vectors_settings.delete(kind)).result()
    with store.read() as unit:
        assert list(unit.vectors.scan(every, kind, 9)) == []


def test_a_direction_is_found_for_very_large_and_very_small_numbers() -> None:
    assert unit_of([1e300, 0]) == unit_of([1e-300, 0]) == unit_of([1, 0])
    assert unit_of([0, 0]) is None
