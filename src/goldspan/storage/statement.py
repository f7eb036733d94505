"""Statements that are compiled once and then run on the driver itself.

Building and compiling a statement, and describing its result, cost several times what running it
costs. What is run often is written as a Core statement with named parameters and compiled for a
dialect on first use; from then on its text goes straight to the driver, and rows come back as
plain tuples in the order of the statement's columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler


class Compiled(NamedTuple):
    """A statement for one database.

    Args:
        text: its SQL.
        order: the names of its parameters, in the SQL's order.
        as_json: which of them are lists that the database takes as JSON.
    """

    text: str
    order: Sequence[str]
    as_json: Sequence[int]


class Hot:
    """A statement with named parameters (``sa.bindparam``)."""

    def __init__(self, statement: sa.ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}

    def _for(self, connection: sa.Connection) -> Compiled:
        dialect = connection.dialect
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: sa.Dialect) -> Compiled:
        assert isinstance(dialect, DefaultDialect)
        compiled = dialect.statement_compiler(dialect, self._statement)
        assert isinstance(compiled, SQLCompiler)
        order = tuple(compiled.positiontup or ())
        as_json = [
            place
            for place, name in enumerate(order)
            if dialect.name == "sqlite" and isinstance(compiled.binds[name].type, sa.ARRAY)
        ]
        found = self._compiled[dialect.name] = Compiled(compiled.string, order, as_json)
        return found

    def text(self, connection: sa.Connection) -> str:
        """Return the SQL for the connection's database."""
        return self._for(connection).text

    def rows(self, connection: sa.Connection, **values: Any) -> list[Any]:
        """Run it in the connection's transaction and return all rows, if it has any to return.

        A list is one parameter: an array on PostgreSQL, JSON on SQLite, which has no arrays.
        """
        text, order, as_json = self._for(connection)
        parameters = [values[name] for name in order]
        for place in as_json:
            parameters[place] = msgspec.json.encode(parameters[place]).decode()
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(text, parameters)
            found: list[Any] = [] if cursor.description is None else cursor.fetchall()
        except Exception as error:
            raise _wrapped(connection, text, error) from error
        return found

    def row(self, connection: sa.Connection, **values: Any) -> Any:
        """Run it and return the first row, or None."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def run_many(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each mapping of parameters."""
        text, order, _ = self._for(connection)
        pick = itemgetter(*order)
        driver: Any = connection.connection.driver_connection
        try:
            driver.cursor().executemany(text, [pick(row) for row in rows])
        except Exception as error:
            raise _wrapped(connection, text, error) from error


def _wrapped(connection: sa.Connection, text: str, error: Exception) -> Exception:
    """Return the driver's error as the one that the rest of the store knows."""
    kinds = connection.dialect.dbapi
    if kinds is None or not isinstance(error, kinds.Error):
        return error
    driver: Any = connection.connection.driver_connection
    is_lost = connection.dialect.is_disconnect(error, driver, None)
    if is_lost:
        connection.invalidate(error)
    wrapped = DBAPIError.instance(
        text,
        None,
        error,
        kinds.Error,
        connection_invalidated=is_lost,
        dialect=connection.dialect,
    )
    return wrapped if isinstance(wrapped, Exception) else error
