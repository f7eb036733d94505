"""Statements that are compiled once and then run on the driver.

Building and compiling a statement costs far more than running it. What is run often is written as
a Core statement with named parameters, compiled for a dialect on first use, and from then on only
its text and the order of its parameters are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler


class Hot:
    """A statement with named parameters (``sa.bindparam``)."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Sequence[str]]] = {}

    def _for(self, connection: sa.Connection) -> tuple[str, Sequence[str]]:
        dialect = connection.dialect
        found = self._compiled.get(dialect.name)
        if found is None:
            assert isinstance(dialect, DefaultDialect)
            compiler = dialect.statement_compiler
            assert isinstance(self._statement, sa.ClauseElement)
            compiled = compiler(dialect, self._statement)
            assert isinstance(compiled, SQLCompiler)
            found = compiled.string, tuple(compiled.positiontup or ())
            self._compiled[dialect.name] = found
        return found

    def text(self, connection: sa.Connection) -> str:
        """Return the SQL for the connection's database."""
        return self._for(connection)[0]

    def run(self, connection: sa.Connection, **values: Any) -> sa.CursorResult[Any]:
        """Run it with the given parameters."""
        text, order = self._for(connection)
        return connection.exec_driver_sql(text, tuple(values[name] for name in order))

    def run_many(self, connection: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it once for each mapping of parameters."""
        text, order = self._for(connection)
        pick = itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],)
        batch = [pick(row) for row in rows]
        if batch:
            connection.exec_driver_sql(text, batch)
