"""Record queries as SQL conditions.

Names inside JSON paths come from what a dataset declares, never straight from a caller.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_never

import sqlalchemy as sa

from goldspan.domain.text_search import phrases_of
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
from goldspan.storage.sql_base import to_text
from goldspan.storage.sql_json import JsonBound, JsonContains, JsonHolds, JsonNumber, JsonValue
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
        return JsonContains(records.c.fields, query.text_field, [text])
    tail = JsonContains(records.c.fields, query.text_field, [one.given for one in phrases])
    return records.c.id.in_(ids_with_words(query, phrases, tail))


def ordering(query: RecordQuery) -> list[sa.ColumnElement[Any]]:
    """Return what to sort by; the id, which is the order of creation, decides at last."""
    return [*(_sort_key(order) for order in query.order), records.c.id]


def _sort_key(order: Order) -> sa.ColumnElement[Any]:
    # Ids sort as times of creation do, and have an index.
    if order.key == RecordKey("inserted_at"):
        return records.c.id.desc() if order.descending else records.c.id.asc()
    if isinstance(order.key, SuggestionKey):
        score = _score(order.key.question_id)
        return (score.desc() if order.descending else score.asc()).nulls_last()
    key = _number_or_text(order.key)
    return key.desc().nulls_last() if order.descending else key.asc().nulls_first()


def _score(question_id: str) -> sa.ColumnElement[Any]:
    own = suggestions.c.record_id == records.c.id, suggestions.c.question_id == question_id
    return sa.select(_one_score()).where(*own).scalar_subquery()


def _one_score() -> sa.ColumnElement[Any]:
    """Return a suggestion's score; of a list with a score for each part of a value, the first."""
    return sa.func.coalesce(JsonNumber(suggestions.c.score), JsonNumber(suggestions.c.score, 0))


def _filter(one: AnyOf | Within) -> Condition:
    return _any_of(one) if isinstance(one, AnyOf) else _within(one)


def _any_of(one: AnyOf) -> Condition:
    if not one.values:
        return sa.false()
    match one.key:
        case MetadataKey(name):
            return JsonHolds(records.c.metadata, [name], one.values)
        case RecordKey(property):
            return records.c[property].in_(one.values)
        case ResponseStatusKey(user_id):
            return _response_status(one.values, user_id)
        case ResponseValueKey(name, user_id):
            inside: Condition = JsonHolds(responses.c["values"], [name, "value"], one.values)
            return sa.exists(_responses(user_id).where(inside))
        case SuggestionKey(question_id, "value"):
            inside = JsonHolds(suggestions.c.value, [], one.values)
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
    bounds = []
    if one.least is not None:
        bounds.append(key >= _bound(one.key, one.least))
    if one.most is not None:
        bounds.append(key <= _bound(one.key, one.most))
    match one.key:
        case ResponseValueKey(_, user_id):
            return sa.exists(_responses(user_id).where(*bounds))
        case SuggestionKey(question_id, _):
            return sa.exists(_suggestions(question_id).where(*bounds))
        case _:
            return sa.and_(sa.true(), *bounds)


def _bound(key: Key, given: float | str | datetime) -> Any:
    plain = to_text(given) if isinstance(given, datetime) else given
    comparable = isinstance(key, RecordKey) or _is_score(key)
    return plain if comparable else JsonBound(plain)


def _is_score(key: Key) -> bool:
    return isinstance(key, SuggestionKey) and key.property == "score"


def _number_or_text(
    key: MetadataKey | RecordKey | ResponseValueKey | SuggestionKey,
) -> sa.ColumnElement[Any]:
    match key:
        case MetadataKey(name):
            return JsonValue(records.c.metadata, name)
        case RecordKey(property):
            return records.c[property]
        case ResponseValueKey(name, _):
            return JsonValue(responses.c["values"], name, "value")
        case SuggestionKey(_, "score"):
            return _one_score()
        case SuggestionKey(_, property):
            return JsonValue(suggestions.c[property])
        case _:
            assert_never(key)


def _responses(user_id: str | None) -> sa.Select[tuple[str]]:
    query = sa.select(responses.c.id).where(responses.c.record_id == records.c.id)
    return query if user_id is None else query.where(responses.c.user_id == user_id)


def _suggestions(question_id: str) -> sa.Select[tuple[str]]:
    return sa.select(suggestions.c.id).where(
        suggestions.c.record_id == records.c.id, suggestions.c.question_id == question_id
    )
