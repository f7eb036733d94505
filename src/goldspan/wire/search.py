"""Queries over records: text, filters and order."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.wire.base import Wire
from goldspan.wire.record import Record


class TextQuery(Wire):
    """Words, and phrases in double quotes, that a field (any field, if null) must contain.

    The last word may be the beginning of a longer one.
    """

    q: str
    field: str | None = None


class VectorQuery(Wire):
    """A vector, or a record whose vector, the results are to be near to."""

    name: str
    record_id: str | None = None
    value: list[float] | None = None
    order: Literal["most_similar", "least_similar"] = "most_similar"


class Query(Wire):
    """What to look for."""

    text: TextQuery | None = None
    vector: VectorQuery | None = None


class MetadataScope(Wire, tag_field="entity", tag="metadata"):
    """A metadata property."""

    metadata_property: str


class RecordScope(Wire, tag_field="entity", tag="record"):
    """A property of the record itself."""

    property: Literal["id", "external_id", "status", "inserted_at", "updated_at"]


class ResponseScope(Wire, tag_field="entity", tag="response"):
    """The responses' status, or their values for one question."""

    question: str | None = None
    property: Literal["status", "value"] | None = None


class SuggestionScope(Wire, tag_field="entity", tag="suggestion"):
    """A property of the suggestion for one question."""

    question: str
    property: Literal["value", "score", "agent", "type"] | None = None


Scope = MetadataScope | RecordScope | ResponseScope | SuggestionScope


class TermsFilter(Wire, tag_field="type", tag="terms"):
    """Keeps records with one of the values."""

    scope: Scope
    values: list[str | int | float | bool]


class RangeFilter(Wire, tag_field="type", tag="range"):
    """Keeps records within [ge, le]; a time is given as text."""

    scope: Scope
    ge: float | str | None = None
    le: float | str | None = None


class AndFilter(Wire, tag_field="type", tag="and"):
    """Keeps records that every filter keeps."""

    filters: list[TermsFilter | RangeFilter] = msgspec.field(name="and")


class Order(Wire):
    """A key to sort by; later keys decide between equals."""

    scope: Scope
    order: Literal["asc", "desc"] = "asc"


class SearchBody(Wire):
    """A search over a dataset's records."""

    query: Query | None = None
    filters: AndFilter | TermsFilter | RangeFilter | None = None
    sort: list[Order] | None = None


class SearchHit(Wire):
    """A record that was found.

    ``query_score`` is null unless a vector ranked it. ``highlights``, left out unless a text was
    asked for, has for each text field where the text was found: [start, end) in code points.
    """

    record: Record
    query_score: float | None = None
    highlights: dict[str, list[tuple[int, int]]] | UnsetType = UNSET


class SearchPage(Wire):
    """A part of the hits; ``total`` counts all."""

    items: list[SearchHit]
    total: int
