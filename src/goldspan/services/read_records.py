"""Read records, as far as the reader may see them.

An annotator works blind: external ids, metadata that is not declared visible, and where candidates
are compared the agents of suggestions, all of which could give away which answer is the gold one,
are left out; so are other people's responses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.errors import Forbidden
from goldspan.services.lookup import Schema, schema_of, visible_dataset, visible_record
from goldspan.storage.query import (
    AnyOf,
    Key,
    MetadataKey,
    RecordKey,
    RecordQuery,
    ResponseStatusKey,
    ResponseValueKey,
    SuggestionKey,
    Within,
)
from goldspan.storage.rows import AdjudicationRow, RecordRow, ResponseRow, SuggestionRow
from goldspan.storage.store import Unit

LONGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Include:
    """What to read with the records; ``vectors`` names them, None standing for all."""

    responses: bool = False
    suggestions: bool = False
    vectors: Collection[str] | None = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see of a dataset's records.

    Args:
        schema: what the dataset declares.
        user_id: whose responses are shown; None for everybody's.
        blind: whether what could give an answer away is left out.
    """

    schema: Schema
    user_id: str | None
    blind: bool

    def record(self, row: RecordRow) -> RecordRow:
        """Return the record as the reader may see it."""
        if not self.blind:
            return row
        metadata = {} if row.metadata_json is None else msgspec.json.decode(row.metadata_json)
        shown = {name: value for name, value in metadata.items() if self._shows(name)}
        metadata_json = msgspec.json.encode(shown).decode()
        return msgspec.structs.replace(row, external_id=None, metadata_json=metadata_json)

    def suggestion(self, row: SuggestionRow) -> SuggestionRow:
        """Return the suggestion as the reader may see it."""
        if self.blind and self.schema.asks_for_preferences:
            return msgspec.structs.replace(row, agent=None)
        return row

    def _shows(self, name: str) -> bool:
        declared = self.schema.metadata.get(name)
        return declared is not None and declared.visible_for_annotators

    def check(self, key: Key) -> None:
        """Raise Forbidden if filtering by the key would tell the reader what is hidden."""
        hidden = self.blind and (
            (isinstance(key, MetadataKey) and not self._shows(key.name))
            or key == RecordKey("external_id")
            or (
                isinstance(key, SuggestionKey)
                and key.property == "agent"
                and self.schema.asks_for_preferences
            )
        )
        if hidden:
            raise Forbidden("this filter or order uses something that is hidden from annotators")


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A record with what was asked to come with it.

    With everybody's responses comes what settled the record, if it is settled.
    """

    record: RecordRow
    responses: Sequence[ResponseRow]
    suggestions: Sequence[SuggestionRow]
    adjudication: AdjudicationRow | None = None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A part of the records that pass a query, and how many pass it in all."""

    items: list[ReadRecord]
    total: int


def view_of(unit: Unit, actor: Actor, dataset_id: str, *, mine: bool = False) -> View:
    """Return what the actor may see of a dataset's records.

    Args:
        unit: a transaction.
        actor: who reads.
        dataset_id: whose records.
        mine: whether only the actor's own responses are wanted.

    Raises:
        NotFound: if the dataset does not exist for the actor.
    """
    visible_dataset(unit, actor, dataset_id)
    return view_in(unit, actor, dataset_id, mine=mine)


def view_in(unit: Unit, actor: Actor, dataset_id: str, *, mine: bool = False) -> View:
    """Return what ``view_of`` does, for a dataset that is known to be there for the actor."""
    sees_all = actor.may(Action.SEE_ALL)
    user_id = None if sees_all and not mine else actor.user_id
    return View(schema_of(unit, dataset_id), user_id, blind=not sees_all)


def read_page(unit: Unit, view: View, query: RecordQuery, include: Include) -> RecordPage:
    """Return the records that a query selects, as far as the view shows them.

    Raises:
        Forbidden: if the query uses what the view hides.
    """
    query = checked_query(view, query, include)
    rows = unit.records.page(query)
    return RecordPage(read_rows(unit, view, rows, include), _total(unit, query))


def _total(unit: Unit, query: RecordQuery) -> int:
    """Return how many records pass a query's filters, from the kept counts where they tell it."""
    if query.text is not None or len(query.filters) > 1:
        return unit.records.count(query)
    match query.filters:
        case ():
            return sum(unit.tallies.records(query.dataset_id).values())
        case (AnyOf(ResponseStatusKey(str(user_id)), statuses),):
            own = unit.tallies.responses(query.dataset_id, user_id)
            total = sum(t.count for t in own if t.response_status in statuses)
            if "pending" in statuses:  # those without a response
                everything = sum(unit.tallies.records(query.dataset_id).values())
                total += everything - sum(t.count for t in own)
            return total
    return unit.records.count(query)


def checked_query(view: View, query: RecordQuery, include: Include) -> RecordQuery:
    """Return the query as far as the view goes. Raises Forbidden if it uses what that hides."""
    for one in (*query.filters, *query.order):
        view.check(one.key)
    return replace(
        query,
        filters=tuple(_own(one, view.user_id) for one in query.filters),
        limit=min(query.limit, LONGEST_PAGE),
        with_vectors=include.vectors != (),
    )


def read_record(unit: Unit, actor: Actor, record_id: str, include: Include) -> ReadRecord:
    """Return one record. Raises NotFound."""
    record, dataset = visible_record(unit, actor, record_id)
    return read_rows(unit, view_in(unit, actor, dataset.id), [record], include)[0]


def read_some(
    unit: Unit, actor: Actor, dataset_id: str, record_ids: Sequence[str], include: Include
) -> list[ReadRecord]:
    """Return those records of a dataset, in the order of the ids. Raises NotFound."""
    view = view_of(unit, actor, dataset_id)
    found = unit.records.some(dataset_id, record_ids)
    rows = [found[record_id] for record_id in record_ids if record_id in found]
    return read_rows(unit, view, rows, include)


def _own(one: AnyOf | Within, user_id: str | None) -> AnyOf | Within:
    """Limit a filter by responses to one user's."""
    if isinstance(one.key, ResponseValueKey):
        return replace(one, key=replace(one.key, user_id=user_id))
    if isinstance(one, AnyOf) and isinstance(one.key, ResponseStatusKey):
        return replace(one, key=ResponseStatusKey(user_id))
    return one


def read_rows(
    unit: Unit, view: View, rows: Sequence[RecordRow], include: Include
) -> list[ReadRecord]:
    """Return rows of one dataset as the view shows them, with what is asked to come with them."""
    ids = [row.id for row in rows]
    responses: dict[str, list[ResponseRow]] = {record_id: [] for record_id in ids}
    suggestions: dict[str, list[SuggestionRow]] = {record_id: [] for record_id in ids}
    if include.responses:
        for response in unit.responses.of(ids, view.user_id):
            responses[response.record_id].append(response)
    if include.suggestions:
        for suggestion in unit.suggestions.of(ids):
            suggestions[suggestion.record_id].append(view.suggestion(suggestion))
    settled = (
        unit.known.adjudications(ids) if include.responses and view.user_id is None and ids else {}
    )
    return [
        ReadRecord(view.record(row), responses[row.id], suggestions[row.id], settled.get(row.id))
        for row in rows
    ]
