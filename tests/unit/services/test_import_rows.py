"""Ids that records take in another dataset."""

from uuid import UUID

from goldspan.services.import_rows import moved_id
from goldspan.storage.ids import new_id


def test_records_keep_their_order_in_another_dataset() -> None:
    ids = [new_id() for _ in range(300)]
    moved = [moved_id(UUID(one), "the dataset") for one in ids]
    assert moved == sorted(moved)
    assert {UUID(one).version for one in moved} == {7}


def test_ids_differ_from_dataset_to_dataset_and_are_found_again() -> None:
    given = UUID(new_id())
    assert moved_id(given, "one") == moved_id(given, "one")
    assert len({moved_id(given, "one"), moved_id(given, "other"), str(given)}) == 3
