"""Record queries as SQL conditions.

Names inside JSON paths come from what a dataset declares, never straight from a caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

import sqlalchemy as sa

from goldspan.domain.text_search import phrases_of
from goldspan.storage.query import (
    AnyOf,
    MetadataKey,
    Order,
    RecordKey,
    RecordQuery,
    ResponseStatusKey,
    ResponseValueKey,
    SuggestionKey,
    Within,
)
from goldspan.storage.sql_base import to_text
from goldspan.storage.sql_search import ids_with_words
from goldspan.storage.tables import records, responses, suggestions

Condition = sa.ColumnElement[bool]


def conditions(query: RecordQuery) -> list[Condition]:
    """Return what a record must satisfy."""
    found: list[Condition] = [records.c.dataset_id == query.dataset_id]
    found.extend(_filter(one) for one in query.filters)
    if query.text is not None:
        found.append(_has_text(query, query.text))
    return found


def _has_text(query: RecordQuery, text: str) -> Condition:
    phrases = phrases_of(text)
    if not phrases:  # nothing that an index holds, such as "?!"
        return _contains_all(query, [text])
    tail = _contains_all(query, [one.given for one in phrases])
    return records.c.id.in_(ids_with_words(query, phrases, tail))


def _contains_all(query: RecordQuery, texts: Sequence[str]) -> Condition:
    """Return "a field contains all the texts", found by looking into every one."""
    path = "$" if query.text_field is None else json_path(query.text_field)
    each = sa.func.json_each(records.c.fields, path).table_valued("value")
    contains = [each.c.value.contains(text, autoescape=True) for text in texts]
    return sa.exists(sa.select(each.c.value).where(*contains))


def ordering(query: RecordQuery) -> list[sa.ColumnElement[Any]]:
    """Return what to sort by; the id, which is the order of creation, decides at last."""
    return [*(_sort_key(order) for order in query.order), records.c.id]


def _sort_key(order: Order) -> sa.ColumnElement[Any]:
    # Ids sort as times of creation do, and have an index.
    by_creation = order.key == RecordKey("inserted_at")
    key = records.c.id if by_creation else _number_or_text(order.key)
    return key.desc() if order.descending else key.asc()


def json_path(name: str) -> str:
    """Return where a name stands in a JSON object."""
    return f'$."{name}"'


def _filter(one: AnyOf | Within) -> Condition:
    return _any_of(one) if isinstance(one, AnyOf) else _within(one)


def _any_of(one: AnyOf) -> Condition:
    match one.key:
        case MetadataKey(name):
            return _holds_one(records.c.metadata, json_path(name), one.values)
        case RecordKey(property):
            return records.c[property].in_(one.values)
        case ResponseStatusKey(user_id):
            return _response_status(one.values, user_id)
        case ResponseValueKey(name, user_id):
            inside = _holds_one(responses.c["values"], f"{json_path(name)}.value", one.values)
            return sa.exists(_responses(user_id).where(inside))
        case SuggestionKey(question_id, "value"):
            inside = _holds_one(suggestions.c.value, "$", one.values)
            return sa.exists(_suggestions(question_id).where(inside))
        case SuggestionKey(question_id, property):
            inside = suggestions.c[property].in_(one.values)
            return sa.exists(_suggestions(question_id).where(inside))
        case _:
            assert_never(one.key)


def _response_status(statuses: tuple[str, ...], user_id: str | None) -> Condition:
    mine = _responses(user_id)
    given = [status for status in statuses if status != "pending"]
    choices: list[Condition] = [sa.exists(mine.where(responses.c.status.in_(given)))]
    if "pending" in statuses:
        choices.append(~sa.exists(mine))
    return sa.or_(*choices)


def _within(one: Within) -> Condition:
    key = _number_or_text(one.key)
    bounds = [
        bound
        for bound in (
            None if one.least is None else key >= _bound(one.least),
            None if one.most is None else key <= _bound(one.most),
        )
        if bound is not None
    ]
    match one.key:
        case ResponseValueKey(_, user_id):
            return sa.exists(_responses(user_id).where(*bounds))
        case SuggestionKey(question_id, _):
            return sa.exists(_suggestions(question_id).where(*bounds))
        case _:
            return sa.and_(sa.true(), *bounds)


def _bound(given: float | str | datetime) -> float | str:
    return to_text(given) if isinstance(given, datetime) else given


def _number_or_text(
    key: MetadataKey | RecordKey | ResponseValueKey | SuggestionKey,
) -> sa.ColumnElement[Any]:
    match key:
        case MetadataKey(name):
            return sa.func.json_extract(records.c.metadata, json_path(name))
        case RecordKey(property):
            return records.c[property]
        case ResponseValueKey(name, _):
            return sa.func.json_extract(responses.c["values"], f"{json_path(name)}.value")
        case SuggestionKey(_, property):
            return sa.func.json_extract(suggestions.c[property], "$")
        case _:
            assert_never(key)


def _responses(user_id: str | None) -> sa.Select[tuple[str]]:
    query = sa.select(responses.c.id).where(responses.c.record_id == records.c.id)
    return query if user_id is None else query.where(responses.c.user_id == user_id)


def _suggestions(question_id: str) -> sa.Select[tuple[str]]:
    return sa.select(suggestions.c.id).where(
        suggestions.c.record_id == records.c.id, suggestions.c.question_id == question_id
    )


def _holds_one(column: sa.ColumnElement[Any], path: str, values: tuple[str, ...]) -> Condition:
    """Return "the value there is, or the list there holds, one of these"."""
    each = sa.func.json_each(column, path).table_valued("value", "type")
    # A truth value's type is "true" or "false", its value 1 or 0, which a number could be too.
    is_truth = each.c.type.in_(("true", "false"))
    term = sa.case((is_truth, each.c.type), else_=sa.cast(each.c.value, sa.Text))
    return sa.exists(sa.select(each.c.value).where(term.in_(values)))
