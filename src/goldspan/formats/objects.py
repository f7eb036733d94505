"""A file of JSON objects, one a line, all faults told at once."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from goldspan.errors import GoldspanError, InvalidFile, InvalidInput
from goldspan.formats.fault import counted
from goldspan.formats.source import decode_json, read_source, shown

Item = TypeVar("Item")
Kind = tuple[str, tuple[type, ...]]
"""What a column holds, in words and in Python."""

TEXT: Kind = "a text", (str,)
WHOLE: Kind = "a whole number", (int,)
NUMBER: Kind = "a number", (int, float)
LIST: Kind = "a list", (list,)


def require_kinds(row: Mapping[str, Any], kinds: Mapping[str, Kind]) -> None:
    """Raise InvalidInput unless each of the columns that a row has holds its kind, or null."""
    for column, (words, types) in kinds.items():
        value = row.get(column)
        if value is not None and type(value) not in types:
            raise InvalidInput(f"{column!r} is {words}, found {shown(value)}")


def read_objects(
    path: Path, item_of: Callable[[Mapping[str, Any], str], Item], expected: str
) -> list[Item]:
    """Return what the lines hold; empty lines are passed over.

    Args:
        path: the file.
        item_of: makes an item of a line's object and a name for it, such as ``line-3``.
        expected: says in an error what the lines should have been.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if lines do not hold such items; lists them all.
    """
    items: list[Item] = []
    faults: list[str] = []
    for number, line in enumerate(io.BytesIO(read_source(path)), start=1):
        if not line.strip():
            continue
        try:
            row = decode_json(line)
            if not isinstance(row, dict):
                raise InvalidInput(f"expected an object, found {shown(row)}")
            items.append(item_of(row, f"line-{number}"))
        except (ValueError, GoldspanError) as error:
            faults.append(f"line {number}: {str(error).removeprefix('line 1, ')}")
    if faults:
        raise InvalidFile(f"{path} has {counted(len(faults))}. Expected {expected}:", faults)
    return items
