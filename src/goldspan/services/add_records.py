"""Add records to a dataset, or bring those that it has up to date: all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import json

from goldspan.domain.permission import Action, Actor
from goldspan.errors import Conflict, InvalidRecord
from goldspan.services.announce import announce_records
from goldspan.services.changed_texts import change_texts
from goldspan.services.datasets import require_ready
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.services.ordering import new_position, reposition
from goldspan.services.record_items import (
    CheckedRecord,
    RecordItem,
    check_items,
    merged_vectors,
)
from goldspan.services.record_state import put_responses
from goldspan.services.similar_records import put_vectors
from goldspan.storage.ids import new_id
from goldspan.storage.rows import DatasetRow, NewRecord, RecordRow
from goldspan.storage.store import Unit


@dataclass(frozen=True, slots=True)
class Upserted:
    """Ids of the records, in the order given, and which of them were there before."""

    ids: list[str]
    updated_ids: list[str]


def check_records(
    unit: Unit, actor: Actor, dataset_id: str, items: Sequence[RecordItem]
) -> list[CheckedRecord]:
    """Check records before they are written; a transaction that reads is enough.

    Raises:
        NotFound, Forbidden: for the dataset.
        Conflict: if the dataset is a draft.
        InvalidInput: if an item does not fit; see ``check_items``.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    require_ready(dataset)
    schema = schema_of(unit, dataset_id)
    return check_items(
        unit, actor, schema, items, allow_extra_metadata=dataset.allow_extra_metadata
    )


def add_records(
    unit: Unit, actor: Actor, dataset_id: str, checked: Sequence[CheckedRecord]
) -> list[str]:
    """Add records; return their ids, in order.

    Raises:
        NotFound, Forbidden: for the dataset.
        Conflict: if an external id is taken.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    external_ids = [one.external_id for one in checked if one.external_id is not None]
    taken = sorted(unit.records.ids_by_external_id(dataset_id, external_ids))
    if taken:
        raise Conflict(
            f"the dataset has records with {len(taken)} of these external ids already, such as "
            f"{taken[0]!r}; none was added. Give others, or update the records",
            external_ids=taken[:20],
        )
    return _write(unit, dataset, [(None, one) for one in checked])


def upsert_records(
    unit: Unit,
    actor: Actor,
    dataset_id: str,
    checked: Sequence[CheckedRecord],
    *,
    add_unknown_ids: bool = False,
) -> Upserted:
    """Update the records whose id or external id is known, add the others.

    What an item leaves out stays as it is; its vectors, suggestions and responses replace those of
    the same name, for the same question or by the same user. An id that the dataset has not is no
    fault: clients send along the id that a record had in the dataset from which they copy it.

    Args:
        unit: a transaction that writes.
        actor: who writes.
        dataset_id: whose records.
        checked: what to write.
        add_unknown_ids: whether an id that the dataset has not is that of a new record.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidRecord: if a record stands twice.
        Conflict: if texts would change that people have responded to, or settled.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    external_ids = [one.external_id for one in checked if one.external_id is not None]
    by_external_id = unit.records.ids_by_external_id(dataset_id, external_ids)
    known = unit.records.some(dataset_id, [one.id for one in checked if one.id is not None])
    wanted = [
        one.id if one.id in known else by_external_id.get(one.external_id or "") for one in checked
    ]
    named = [record_id for record_id in wanted if record_id is not None]
    if len(set(named)) < len(named):
        raise InvalidRecord("a record stands twice in this request, by its id and external id")
    old = {**known, **unit.records.some(dataset_id, [i for i in named if i not in known])}
    pairs = [
        (None if record_id is None else old.get(record_id), one)
        for record_id, one in zip(wanted, checked, strict=True)
    ]
    return Upserted(ids=_write(unit, dataset, pairs, keep_ids=add_unknown_ids), updated_ids=named)


def _write(
    unit: Unit,
    dataset: DatasetRow,
    pairs: Sequence[tuple[RecordRow | None, CheckedRecord]],
    *,
    keep_ids: bool = False,
) -> list[str]:
    """Write each record over the old one beside it, or as a new one; return the ids."""
    ids = [
        ((new.id if keep_ids else None) or new_id()) if old is None else old.id
        for old, new in pairs
    ]
    furthest = unit.assignments.furthest(dataset.id)
    added = [
        _new_record(dataset, furthest, record_id, one)
        for record_id, (old, one) in zip(ids, pairs, strict=True)
        if old is None
    ]
    unit.records.add(dataset.id, added)
    unit.tallies.add_records(dataset.id, {"pending": len(added)})
    unit.texts.added(dataset.id, [record.id for record in added])
    _update(unit, dataset, [(old, one) for old, one in pairs if old is not None])
    both = list(zip(ids, pairs, strict=True))
    put_vectors(unit, dataset.id, {i: _vectors(old, one) for i, (old, one) in both})
    unit.suggestions.put([row for i, (_, one) in both for row in one.new_suggestions(i)])
    older = [old.id for old, _ in pairs if old is not None]
    reposition(unit, dataset, older)
    announce_records(unit, "record.created", dataset, [record.id for record in added])
    announce_records(unit, "record.updated", dataset, older)
    responses = [row for i, (_, one) in both for row in one.new_responses(i, dataset.id)]
    just_added = {record.id for record in added}
    put_responses(unit, dataset, responses, just_added=just_added)
    unit.datasets.touch(dataset.id)
    return ids


def _new_record(
    dataset: DatasetRow, furthest: int | None, record_id: str, one: CheckedRecord
) -> NewRecord:
    scores = [json.decode(score) for _, _, score, _, _ in one.suggestions if score is not None]
    position = new_position(dataset, record_id, one.fields_json, scores)
    return NewRecord(
        id=record_id,
        external_id=one.external_id,
        fields_json=one.fields_json,
        metadata_json=one.metadata_json,
        vectors_json=one.vectors_json,
        needed=dataset.min_submitted,
        position=position,
        # In a random order people go round, so that any place may have been passed.
        returned=furthest is not None
        and (position < furthest or dataset.assignment_order == "random"),
    )


def _vectors(old: RecordRow | None, new: CheckedRecord) -> str | None:
    """Return the vectors (JSON) that a record has now; None where they stay as they are."""
    if old is None or new.vectors_json is None:
        return new.vectors_json
    return merged_vectors(old.vectors_json, new.vectors_json)


def _update(
    unit: Unit, dataset: DatasetRow, pairs: Sequence[tuple[RecordRow, CheckedRecord]]
) -> None:
    if not pairs:
        return
    texts = [(old, new.fields_json) for old, new in pairs]
    change_texts(unit, dataset.id, schema_of(unit, dataset.id), texts)
    unit.records.update(
        [
            msgspec.structs.replace(
                old,
                external_id=old.external_id if new.external_id is None else new.external_id,
                fields_json=new.fields_json,
                metadata_json=old.metadata_json if new.metadata_json is None else new.metadata_json,
                vectors_json=merged_vectors(old.vectors_json, new.vectors_json),
            )
            for old, new in pairs
        ]
    )
