"""What every JSON shape shares.

Unknown keys are ignored and optional keys may be null, because the field's Python clients send
extras. Times are naive and mean UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec

from goldspan.errors import InvalidInput

Item = TypeVar("Item")


class Wire(msgspec.Struct, kw_only=True):
    """Base of every shape; its attributes are the keys of the JSON object."""


class Own(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of the shapes that are this project's own: unknown keys are refused.

    Their times carry their zone, UTC.
    """


class Items(Wire, Generic[Item]):
    """A whole list."""

    items: list[Item]


class Page(Wire, Generic[Item]):
    """A part of a list; ``total`` counts what all parts together hold."""

    items: list[Item]
    total: int


def to_wire_time(moment: datetime) -> datetime:
    """Return a moment, which is of UTC where it names no zone, in UTC without a zone.

    Raises:
        InvalidInput: as ``from_wire_time`` does.
    """
    return from_wire_time(moment).replace(tzinfo=None)


def from_wire_time(moment: datetime) -> datetime:
    """Return a time of the wire with its zone, UTC; one that names another zone is converted.

    Raises:
        InvalidInput: if the time lies outside the years 1 to 9999 in UTC.
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput(
            f"a time lies in the years 1 to 9999 in UTC, found {moment.isoformat()}"
        ) from error
