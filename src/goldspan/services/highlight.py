"""Where a search's text stands in the records that it found."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from goldspan.domain.field import TextField
from goldspan.domain.text_search import highlights, phrases_of
from goldspan.services.lookup import Schema
from goldspan.storage.query import RecordQuery
from goldspan.storage.rows import RecordRow

Spans = dict[str, list[tuple[int, int]]]
Mark = Callable[[RecordRow], Spans]


def marker(schema: Schema, query: RecordQuery) -> Mark | None:
    """Return what finds the query's text in a record's text fields; None for a query without one.

    The result maps a field's name to spans [start, end), in code points; fields without any are
    left out.
    """
    if query.text is None:
        return None
    phrases = phrases_of(query.text)
    names = [
        field.name
        for field in schema.fields
        if isinstance(field, TextField) and query.text_field in (None, field.name)
    ]

    def mark(record: RecordRow) -> Spans:
        texts = msgspec.json.decode(record.fields_json, type=dict[str, object])
        found: Spans = {}
        for name in names:
            text = texts.get(name)
            if isinstance(text, str) and (spans := highlights(phrases, text)):
                found[name] = spans
        return found

    return mark
