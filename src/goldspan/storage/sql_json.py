"""What queries ask of JSON columns, in the words of each database.

Paths are lists of keys. They come from what a dataset declares, never straight from a caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

Column = sa.ColumnElement[Any]


class JsonValue(FunctionElement[Any]):
    """The number or text at a path, to sort by or to compare with a ``JsonBound``."""

    inherit_cache = True

    def __init__(self, column: Column, *keys: str) -> None:
        super().__init__(column, *_place(keys))


class JsonBound(FunctionElement[Any]):
    """A number or text that a ``JsonValue`` is compared with."""

    inherit_cache = True

    def __init__(self, value: float | str) -> None:
        kind: Any = sa.Text if isinstance(value, str) else sa.Double
        super().__init__(sa.bindparam(None, value, type_=kind))


class JsonText(FunctionElement[str]):
    """The JSON of the value at a path."""

    inherit_cache = True

    def __init__(self, column: Column, *keys: str) -> None:
        super().__init__(column, *_place(keys))


class JsonNumber(FunctionElement[Any]):
    """The number at a path, NULL where something else is; a key of a list is a place in it."""

    inherit_cache = True

    def __init__(self, column: Column, *keys: str | int) -> None:
        super().__init__(column, *_place(keys))


class JsonHolds(FunctionElement[bool]):
    """The value at a path, or one in the list there, is one of these, written as text."""

    inherit_cache = True

    def __init__(self, column: Column, keys: Sequence[str], values: Sequence[str]) -> None:
        super().__init__(column, *_place(keys), *(sa.bindparam(None, one) for one in values))


class JsonContains(FunctionElement[bool]):
    """A text of an object contains all these, in capitals or not; ``name`` limits which."""

    inherit_cache = True

    def __init__(self, column: Column, name: str | None, texts: Sequence[str]) -> None:
        super().__init__(
            column,
            sa.bindparam(None, name, type_=sa.Text),
            *(sa.bindparam(None, _pattern(text), type_=sa.Text) for text in texts),
        )


def _pattern(text: str) -> str:
    literal = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{literal}%"


def _place(keys: Sequence[str | int]) -> tuple[Column, Column]:
    """Return a path as SQLite has it and as PostgreSQL has it; each compiles only its own."""
    path = "$" + "".join(f"[{key}]" if isinstance(key, int) else f'."{key}"' for key in keys)
    return (
        sa.bindparam(None, path, type_=sa.Text),
        sa.bindparam(None, list(map(str, keys)), type_=sa.ARRAY(sa.Text)),
    )


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, *wanted: int) -> list[str]:
    """Compile some of an element's arguments, in the order in which they will stand."""
    given = list(element.clauses)
    return [compiler.process(given[place]) for place in wanted]


def _jsonb(text: str) -> str:
    # JSONB has no NUL. Where it is asked for one, any other odd character does.
    return rf"CAST(replace({text}, '\u0000', '\ufffd') AS JSONB)"


@compiles(JsonValue)
def _value_sqlite(element: JsonValue, compiler: SQLCompiler, **_: Any) -> str:
    column, path = _parts(element, compiler, 0, 1)
    return f"json_extract({column}, {path})"


@compiles(JsonValue, "postgresql")
def _value_postgres(element: JsonValue, compiler: SQLCompiler, **_: Any) -> str:
    column, keys = _parts(element, compiler, 0, 2)
    return f"nullif({_jsonb(column)} #> {keys}, 'null')"


@compiles(JsonText)
def _text_sqlite(element: JsonText, compiler: SQLCompiler, **_: Any) -> str:
    column, path = _parts(element, compiler, 0, 1)
    return f"({column} -> {path})"


@compiles(JsonText, "postgresql")
def _text_postgres(element: JsonText, compiler: SQLCompiler, **_: Any) -> str:
    column, keys = _parts(element, compiler, 0, 2)
    return f"CAST({_jsonb(column)} #> {keys} AS TEXT)"


@compiles(JsonNumber)
def _number_sqlite(element: JsonNumber, compiler: SQLCompiler, **_: Any) -> str:
    column, path, again, path_again = _parts(element, compiler, 0, 1, 0, 1)
    is_number = f"json_type({column}, {path}) IN ('integer', 'real')"
    return f"CASE WHEN {is_number} THEN json_extract({again}, {path_again}) END"


@compiles(JsonNumber, "postgresql")
def _number_postgres(element: JsonNumber, compiler: SQLCompiler, **_: Any) -> str:
    column, keys = _parts(element, compiler, 0, 2)
    found = f"SELECT {_jsonb(column)} #> {keys} AS it OFFSET 0"
    number = "CASE jsonb_typeof(it) WHEN 'number' THEN CAST(it AS NUMERIC) END"
    return f"(SELECT {number} FROM ({found}) AS at)"


@compiles(JsonBound)
def _bound_sqlite(element: JsonBound, compiler: SQLCompiler, **_: Any) -> str:
    return _parts(element, compiler, 0)[0]


@compiles(JsonBound, "postgresql")
def _bound_postgres(element: JsonBound, compiler: SQLCompiler, **_: Any) -> str:
    return f"to_jsonb({_parts(element, compiler, 0)[0]})"


@compiles(JsonHolds)
def _holds_sqlite(element: JsonHolds, compiler: SQLCompiler, **_: Any) -> str:
    column, path, *values = _parts(element, compiler, 0, 1, *range(3, len(element.clauses)))
    # A truth value's type is "true" or "false", its value 1 or 0, which a number could be too.
    text = "CASE WHEN type IN ('true', 'false') THEN type ELSE CAST(value AS TEXT) END"
    each = f"SELECT {text} AS value FROM json_each({column}, {path})"
    return _any_in(each, values)


@compiles(JsonHolds, "postgresql")
def _holds_postgres(element: JsonHolds, compiler: SQLCompiler, **_: Any) -> str:
    column, keys, *values = _parts(element, compiler, 0, 2, *range(3, len(element.clauses)))
    found = f"SELECT {_jsonb(column)} #> {keys} AS it OFFSET 0"
    listed = "CASE jsonb_typeof(it) WHEN 'array' THEN it ELSE jsonb_build_array(it) END"
    each = f"SELECT one.value FROM ({found}) AS at, jsonb_array_elements_text({listed}) AS one"
    return _any_in(each, values)


def _any_in(each: str, values: Sequence[str]) -> str:
    return f"EXISTS (SELECT 1 FROM ({each}) AS each WHERE each.value IN ({', '.join(values)}))"


@compiles(JsonContains)
def _contains_sqlite(element: JsonContains, compiler: SQLCompiler, **_: Any) -> str:
    return _contains(element, compiler, "json_each({})", "LIKE")


@compiles(JsonContains, "postgresql")
def _contains_postgres(element: JsonContains, compiler: SQLCompiler, **_: Any) -> str:
    return _contains(element, compiler, f"jsonb_each_text({_jsonb('{}')})", "ILIKE")


def _contains(element: JsonContains, compiler: SQLCompiler, each: str, like: str) -> str:
    column, name, *patterns = _parts(element, compiler, *range(len(element.clauses)))
    found = [f"each.value {like} {pattern} ESCAPE '/'" for pattern in patterns]
    conditions = " AND ".join([f"each.key = coalesce({name}, each.key)", *found])
    return f"EXISTS (SELECT 1 FROM {each.format(column)} AS each WHERE {conditions})"
