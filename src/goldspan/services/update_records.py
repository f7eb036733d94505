"""Change records: metadata, suggestions, vectors, and texts that nobody has responded to yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import UnsetType

from goldspan.domain.permission import Action, Actor
from goldspan.domain.schema import check_fields
from goldspan.errors import InvalidInput, InvalidRecord, NotFound
from goldspan.services.announce import announce_records
from goldspan.services.changed_texts import change_texts
from goldspan.services.lookup import Schema, schema_of, visible_dataset, visible_record
from goldspan.services.ordering import reposition
from goldspan.services.record_items import (
    MOST_ITEMS,
    SuggestionItem,
    check_given_metadata,
    check_given_vectors,
    check_suggestion,
    merged_vectors,
)
from goldspan.services.similar_records import put_vectors
from goldspan.storage.rows import DatasetRow, NewSuggestion, RecordRow, SuggestionRow
from goldspan.storage.store import Unit


class RecordChange(Protocol):
    """Changes to a record; null and what is left out leave things as they are."""

    @property
    def id(self) -> str | None:
        """The record's id."""

    @property
    def fields(self) -> Mapping[str, Any] | UnsetType | None:
        """New texts, all of them."""

    @property
    def metadata(self) -> Mapping[str, Any] | UnsetType | None:
        """New metadata, all of it."""

    @property
    def suggestions(self) -> Sequence[SuggestionItem] | UnsetType | None:
        """New suggestions in place of all."""

    @property
    def vectors(self) -> Mapping[str, Sequence[float]] | UnsetType | None:
        """New vectors; others of the record stay."""


def update_records(
    unit: Unit, actor: Actor, dataset_id: str, changes: Sequence[RecordChange]
) -> None:
    """Change several records: all or none.

    Raises:
        NotFound, Forbidden: for the dataset.
        InvalidRecord: if an id is not one of the dataset's records, or stands twice, or something
            does not fit.
        Conflict: if texts would change that people have responded to, or settled.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.WRITE_RECORDS)
    if not 1 <= len(changes) <= MOST_ITEMS:
        raise InvalidInput(f"an update takes 1 to {MOST_ITEMS} records, found {len(changes)}")
    ids = [change.id or "" for change in changes]
    records = unit.records.some(dataset_id, ids)
    unknown = [record_id for record_id in ids if record_id not in records]
    if unknown:
        raise InvalidRecord(f"record {unknown[0]!r} is not one of the dataset's", ids=unknown[:20])
    if len(records) < len(ids):
        twice = [record_id for record_id, count in Counter(ids).items() if count > 1]
        raise InvalidRecord(
            f"record {twice[0]!r} stands twice in this request; put its changes into one item",
            ids=twice[:20],
        )
    _apply(unit, dataset, [(records[i], change) for i, change in zip(ids, changes, strict=True)])


def update_record(unit: Unit, actor: Actor, record_id: str, change: RecordChange) -> None:
    """Change one record. Raises as ``update_records`` does, NotFound if there is no such record."""
    record, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    _apply(unit, dataset, [(record, change)])


def _apply(
    unit: Unit, dataset: DatasetRow, pairs: Sequence[tuple[RecordRow, RecordChange]]
) -> None:
    schema = schema_of(unit, dataset.id)
    changed = [(record, _changed(schema, dataset, record, change)) for record, change in pairs]
    change_texts(unit, dataset.id, schema, [(old, new.fields_json) for old, new in changed])
    unit.records.update([new for _, new in changed])
    vectors = {
        new.id: new.vectors_json for old, new in changed if new.vectors_json != old.vectors_json
    }
    put_vectors(unit, dataset.id, vectors)
    replaced = [
        (record, change.suggestions)
        for (_, record), (_, change) in zip(changed, pairs, strict=True)
        if isinstance(change.suggestions, Sequence)
    ]
    unit.suggestions.clear([record.id for record, _ in replaced])
    unit.suggestions.put(
        [new_suggestion(schema, record, one) for record, given in replaced for one in given]
    )
    reposition(unit, dataset, [new.id for _, new in changed])
    announce_records(unit, "record.updated", dataset, [new.id for _, new in changed])
    unit.datasets.touch(dataset.id)


def _changed(
    schema: Schema, dataset: DatasetRow, record: RecordRow, change: RecordChange
) -> RecordRow:
    fields_json, metadata_json = record.fields_json, record.metadata_json
    vectors_json = record.vectors_json
    if isinstance(change.fields, Mapping):
        check_fields(schema.fields, change.fields)
        fields_json = msgspec.json.encode(change.fields).decode()
    if isinstance(change.metadata, Mapping):
        metadata_json = check_given_metadata(schema, change.metadata, dataset.allow_extra_metadata)
    if isinstance(change.vectors, Mapping) and change.vectors:
        vectors_json = merged_vectors(vectors_json, check_given_vectors(schema, change.vectors))
    return msgspec.structs.replace(
        record, fields_json=fields_json, metadata_json=metadata_json, vectors_json=vectors_json
    )


def new_suggestion(schema: Schema, record: RecordRow, item: SuggestionItem) -> NewSuggestion:
    """Return a checked suggestion for the record. Raises InvalidRecord, InvalidResponse."""
    fields = msgspec.json.decode(record.fields_json)
    question_id, value, score, agent, type_ = check_suggestion(schema, fields, item)
    return NewSuggestion(
        record_id=record.id,
        question_id=question_id,
        value_json=value,
        score_json=score,
        agent=agent,
        type=type_,
    )


def put_suggestion(
    unit: Unit, actor: Actor, record_id: str, item: SuggestionItem
) -> tuple[SuggestionRow, bool]:
    """Set the suggestion for one question; say whether it is the first.

    Raises:
        NotFound, Forbidden: for the record.
        InvalidRecord, InvalidResponse: if it does not fit.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    new = new_suggestion(schema_of(unit, dataset.id), record, item)
    known = {one.question_id for one in unit.suggestions.of([record_id])}
    unit.suggestions.put([new])
    reposition(unit, dataset, [record_id])
    announce_records(unit, "record.updated", dataset, [record_id])
    stored = {one.question_id: one for one in unit.suggestions.of([record_id])}
    return stored[new.question_id], new.question_id not in known


def delete_suggestions(
    unit: Unit, actor: Actor, record_id: str, suggestion_ids: Sequence[str]
) -> None:
    """Delete those of a record's suggestions; ids of others are passed over.

    Raises:
        NotFound, Forbidden: for the record.
    """
    _, dataset = visible_record(unit, actor, record_id, Action.WRITE_RECORDS)
    own = {one.id for one in unit.suggestions.of([record_id])}
    unit.suggestions.delete(own & set(suggestion_ids))
    reposition(unit, dataset, [record_id])
    announce_records(unit, "record.updated", dataset, [record_id])


def delete_suggestion(unit: Unit, actor: Actor, suggestion_id: str) -> SuggestionRow:
    """Delete one suggestion. Raises NotFound, Forbidden."""
    suggestion = unit.suggestions.get(suggestion_id)
    if suggestion is None:
        raise NotFound(f"there is no suggestion {suggestion_id!r}", suggestion_id=suggestion_id)
    _, dataset = visible_record(unit, actor, suggestion.record_id, Action.WRITE_RECORDS)
    unit.suggestions.delete([suggestion_id])
    reposition(unit, dataset, [suggestion.record_id])
    announce_records(unit, "record.updated", dataset, [suggestion.record_id])
    return suggestion
