"""Delete records with their suggestions and responses."""

from __future__ import annotations

from collections.abc import Sequence

from goldspan.domain.permission import Action, Actor
from goldspan.errors import InvalidInput
from goldspan.services.lookup import visible_dataset
from goldspan.services.record_state import remove_records
from goldspan.storage.store import Unit

MOST_IDS = 100


def delete_records(unit: Unit, actor: Actor, dataset_id: str, record_ids: Sequence[str]) -> None:
    """Delete those of a dataset's records; other ids are passed over.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidInput: if there are no ids or too many.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    if not 1 <= len(record_ids) <= MOST_IDS:
        raise InvalidInput(f"give 1 to {MOST_IDS} ids of records, found {len(record_ids)}")
    records = unit.records.some(dataset_id, record_ids)
    if records:
        remove_records(unit, dataset, records.values())
