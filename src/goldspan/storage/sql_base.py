"""What the SQL side of every noun shares."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from goldspan.errors import Conflict


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


def listed(column: sa.ColumnElement[str], parameter: str) -> sa.ColumnElement[bool]:
    """Return "column is in the list", the list being a parameter that ``as_list`` makes.

    One parameter instead of one per value, so that the statement can be compiled once.
    """
    values = sa.func.json_each(sa.bindparam(parameter)).table_valued("value", name="listed")
    return column.in_(sa.select(values.c.value))


def as_list(values: Collection[str]) -> str:
    """Return a list as ``listed`` takes it."""
    return msgspec.json.encode(list(values)).decode()


@contextmanager
def unique(message: str, **params: Any) -> Iterator[None]:
    """Turn a broken uniqueness into a Conflict with this message."""
    try:
        yield
    except IntegrityError as error:
        if "UNIQUE" in str(error.orig):
            raise Conflict(message, **params) from error
        raise
