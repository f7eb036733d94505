"""Queries over records as clients write them, in a URL or a body, for the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

import msgspec

from goldspan.domain.text_search import phrases_of
from goldspan.errors import InvalidInput
from goldspan.services.lookup import Schema
from goldspan.services.read_records import Include
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
from goldspan.wire.base import to_wire_time
from goldspan.wire.search import (
    AndFilter,
    MetadataScope,
    RangeFilter,
    RecordScope,
    ResponseScope,
    Scope,
    SearchBody,
    SuggestionScope,
    TermsFilter,
)

STATUSES = ("draft", "submitted", "discarded", "pending")
SORTED_BY = ("inserted_at", "updated_at")
TIMES = (RecordKey("inserted_at"), RecordKey("updated_at"))
MOST_FILTERS = 50
MOST_TERMS = 250
LONGEST_TEXT = 1000
MOST_PHRASES = 100
"""Of a text to search for: its code points, and its phrases, whose conditions SQLite nests."""


def include_of(given: Sequence[str] | None) -> Include:
    """Return what ``include=`` asks for: responses, suggestions, vectors or vectors:a,b.

    Raises:
        InvalidInput: for anything else.
    """
    names = set(given or ())
    vectors: Sequence[str] | None = ()
    for name in names - {"responses", "suggestions"}:
        kind, _, wanted = name.partition(":")
        if kind != "vectors":
            raise InvalidInput(
                f"include is responses, suggestions, vectors or vectors:NAME,…, found {name!r}"
            )
        vectors = wanted.split(",") if wanted else None
    return Include("responses" in names, "suggestions" in names, vectors)


def url_query(
    schema: Schema,
    dataset_id: str,
    *,
    offset: int,
    limit: int,
    response_status: Sequence[str] | None,
    metadata: Sequence[str] | None,
    sort_by: Sequence[str] | None,
) -> RecordQuery:
    """Return the query that a URL's parameters ask for. Raises InvalidInput."""
    filters: list[AnyOf | Within] = []
    if response_status:
        filters.append(AnyOf(ResponseStatusKey(), _statuses(response_status)))
    filters += [_url_metadata(schema, one) for one in metadata or ()]
    keys = [key for one in sort_by or () for key in one.split(",")]
    return RecordQuery(
        dataset_id,
        filters=tuple(filters),
        order=tuple(_url_order(schema, key) for key in keys),
        offset=offset,
        limit=limit,
    )


def _statuses(given: Sequence[str]) -> tuple[str, ...]:
    wrong = [status for status in given if status not in STATUSES]
    if wrong:
        raise InvalidInput(f"a response's status is one of {STATUSES}, found {wrong[0]!r}")
    return tuple(given)


def _url_metadata(schema: Schema, text: str) -> AnyOf | Within:
    """Read ``split:train,dev`` or ``n:{"ge":1,"le":2}``."""
    name, _, condition = text.partition(":")
    key = _metadata_key(schema, name)
    if schema.metadata[name].kind == "terms":
        return AnyOf(key, tuple(condition.split(",")))
    try:
        bounds = msgspec.json.decode(condition, type=dict[str, float | None])
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"metadata {name!r} is filtered by a range such as {name}:"
            f'{{"ge":1,"le":2}}, found {condition!r:.80}'
        ) from error
    return Within(key, bounds.get("ge"), bounds.get("le"))


def _url_order(schema: Schema, text: str) -> Order:
    """Read ``inserted_at:desc`` or ``metadata.n:asc``.

    One of the field's clients, on newer Pythons, writes ``SortOrder.desc`` for ``desc``.
    """
    name, _, direction = text.partition(":")
    direction = direction.removeprefix("SortOrder.")
    if direction not in ("", "asc", "desc"):
        raise InvalidInput(f"an order is asc or desc, found {direction!r} in {text!r}")
    descending = direction == "desc"
    if name.startswith("metadata."):
        return Order(_metadata_key(schema, name.removeprefix("metadata.")), descending)
    match name:
        case "inserted_at" | "updated_at":
            return Order(RecordKey(name), descending)
        case _:
            raise InvalidInput(f"records sort by {SORTED_BY} or metadata.NAME, found {name!r}")


def _metadata_key(schema: Schema, name: str) -> MetadataKey:
    if name not in schema.metadata:
        raise InvalidInput(
            f"metadata {name!r} is not one of the dataset's properties {list(schema.metadata)}"
        )
    return MetadataKey(name)


def body_query(
    schema: Schema, dataset_id: str, body: SearchBody, *, offset: int, limit: int
) -> RecordQuery:
    """Return the query that a search's body asks for.

    Raises:
        InvalidInput: if it names what the dataset has not, or sorts what a vector ranks.
    """
    text = body.query.text if body.query else None
    if body.query and body.query.vector and body.sort:
        raise InvalidInput("a search by vector orders by similarity; leave sort out")
    if text and text.field is not None and text.field not in {f.name for f in schema.fields}:
        raise InvalidInput(
            f"field {text.field!r} is not one of the dataset's {[f.name for f in schema.fields]}"
        )
    if text:
        _check_text(text.q)
    given = body.filters
    filters = given.filters if isinstance(given, AndFilter) else [given] if given else []
    if len(filters) > MOST_FILTERS:
        raise InvalidInput(f"a search has at most {MOST_FILTERS} filters, found {len(filters)}")
    order = [(_key(schema, one.scope), one.order) for one in body.sort or ()]
    return RecordQuery(
        dataset_id,
        filters=tuple(_filter(schema, one) for one in filters),
        order=tuple(Order(_sortable(key), direction == "desc") for key, direction in order),
        text=text.q if text and text.q else None,
        text_field=text.field if text else None,
        offset=offset,
        limit=limit,
    )


def _check_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"a text to search for has at most {LONGEST_TEXT} characters, found {len(text)}"
        )
    phrases = len(phrases_of(text))
    if phrases > MOST_PHRASES:
        raise InvalidInput(
            f"a text to search for has at most {MOST_PHRASES} words or phrases, found {phrases}"
        )


def _sortable(key: Key) -> MetadataKey | RecordKey | SuggestionKey:
    match key:
        case MetadataKey() | RecordKey() | SuggestionKey(property="score"):
            return key
        case _:
            raise InvalidInput(
                f"records sort by {SORTED_BY}, metadata or a suggestion's score, found a key of "
                "another kind"
            )


def _filter(schema: Schema, given: TermsFilter | RangeFilter) -> AnyOf | Within:
    key = _key(schema, given.scope)
    if isinstance(given, TermsFilter):
        if len(given.values) > MOST_TERMS:
            raise InvalidInput(
                f"a filter has at most {MOST_TERMS} values, found {len(given.values)}"
            )
        values = tuple(_term(value) for value in given.values)
        return AnyOf(key, _statuses(values) if isinstance(key, ResponseStatusKey) else values)
    if isinstance(key, ResponseStatusKey):
        raise InvalidInput("a response's status has no range; give its values")
    if isinstance(key, SuggestionKey) and key.property in ("agent", "type"):
        raise InvalidInput(f"a suggestion's {key.property} has no range; give its values")
    return Within(key, _bound(key, given.ge), _bound(key, given.le))


def _term(value: str | int | float | bool) -> str:
    """Return a value as it is compared: as its JSON has it, a text without its quotes."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _bound(key: Key, given: float | str | None) -> float | str | datetime | None:
    """Return a bound; of a record's own times as a naive time in UTC."""
    if isinstance(given, float) and isinstance(key, RecordKey):
        raise InvalidInput(f"a record's {key.property} is a text, found the number {given!r}")
    if isinstance(given, str) and isinstance(key, SuggestionKey) and key.property == "score":
        raise InvalidInput(f"a suggestion's score is a number, found the text {given!r:.80}")
    if not isinstance(given, str) or key not in TIMES:
        return given
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise InvalidInput(f"a time is written as in ISO 8601, found {given!r:.80}") from error
    return to_wire_time(moment)


def _key(schema: Schema, scope: Scope) -> Key:
    match scope:
        case MetadataScope():
            return _metadata_key(schema, scope.metadata_property)
        case RecordScope():
            return RecordKey(scope.property)
        case ResponseScope():
            if scope.question is None:
                return ResponseStatusKey()
            _question_id(schema, scope.question)
            return ResponseValueKey(scope.question)
        case SuggestionScope():
            return SuggestionKey(_question_id(schema, scope.question), scope.property or "value")
        case _:
            assert_never(scope)


def _question_id(schema: Schema, name: str) -> str:
    if name not in schema.question_ids:
        raise InvalidInput(
            f"question {name!r} is not one of the dataset's {list(schema.question_ids)}"
        )
    return schema.question_ids[name]
