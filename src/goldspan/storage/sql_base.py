"""What the SQL side of every noun shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from goldspan.errors import Conflict

UNIQUE_VIOLATION = "23505"


class Insert(sqlite.Insert):
    """An INSERT that may say ON CONFLICT, for both databases.

    PostgreSQL's own compiles on SQLite, too, but to import it brings that dialect with all its
    drivers: 2 MB, and a tenth of the time that a server takes to start.
    """

    inherit_cache = True

    def on_conflict_do_update(self, *args: Any, **options: Any) -> Self:
        """Update the row that is there instead."""
        return _for_both(super().on_conflict_do_update(*args, **options))

    def on_conflict_do_nothing(self, *args: Any, **options: Any) -> Self:
        """Leave the row that is there as it is."""
        return _for_both(super().on_conflict_do_nothing(*args, **options))


Statement = TypeVar("Statement", bound=Insert)


def _for_both(statement: Statement) -> Statement:
    clause: Any = statement._post_values_clause
    clause.constraint_target = None  # what PostgreSQL's compiler looks for beyond SQLite's
    return statement


def insert(table: sa.Table) -> Insert:
    """Return an INSERT into a table."""
    return Insert(table)


def upsert(table: sa.Table, key: Collection[str] = (), kept: Collection[str] = ()) -> Insert:
    """Return an INSERT of all columns, each a parameter, that replaces the row that is there.

    Args:
        table: the table.
        key: columns by which a row is there already; the primary key if empty.
        kept: other columns that stay as they are in such a row.
    """
    names = [column.name for column in table.c]
    by = list(key) or [column.name for column in table.primary_key]
    statement = insert(table).values({name: sa.bindparam(name) for name in names})
    changed = [name for name in names if name not in {*by, *kept}]
    return statement.on_conflict_do_update(
        index_elements=by, set_={name: statement.excluded[name] for name in changed}
    )


def to_text(moment: datetime) -> str:
    """Return a naive UTC time as the database has it."""
    return moment.isoformat(timespec="microseconds")


@dataclass(frozen=True, slots=True)
class Session:
    """A connection within a transaction, and the transaction's time, naive UTC."""

    connection: sa.Connection
    now: datetime

    @property
    def now_text(self) -> str:
        """The time as the database has it."""
        return to_text(self.now)


class Listed(FunctionElement[bool]):
    """A column's value is in a list that is one parameter."""

    # Of no type: with a Boolean, SQLite would be asked whether it is 1, and scan.

    inherit_cache = True


@compiles(Listed)
def _listed_sqlite(element: Listed, compiler: SQLCompiler, **_: Any) -> str:
    column, values = (compiler.process(one) for one in element.clauses)
    return f"{column} IN (SELECT listed.value FROM json_each({values}) AS listed)"


@compiles(Listed, "postgresql")
def _listed_postgres(element: Listed, compiler: SQLCompiler, **_: Any) -> str:
    column, values = (compiler.process(one) for one in element.clauses)
    return f"{column} = ANY ({values})"


def listed(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[bool]:
    """Return "column is in the list", the list being a parameter of a ``Hot`` statement.

    One parameter instead of one per value, so that the statement can be compiled once.
    """
    return Listed(column, sa.bindparam(parameter, type_=sa.ARRAY(sa.Text)))


def as_list(values: Collection[str]) -> list[str]:
    """Return a list as ``listed`` takes it."""
    return list(values)


@contextmanager
def unique(message: str, **params: Any) -> Iterator[None]:
    """Turn a broken uniqueness into a Conflict with this message."""
    try:
        yield
    except IntegrityError as error:
        if _is_taken(error):
            raise Conflict(message, **params) from error
        raise


def _is_taken(error: IntegrityError) -> bool:
    code = getattr(error.orig, "sqlstate", None)  # PostgreSQL's
    return code == UNIQUE_VIOLATION or "UNIQUE" in str(error.orig)
