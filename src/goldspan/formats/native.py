"""Goldspan's own tables: whole records as JSON lines, or flat in columns.

JSON lines hold a ``WholeRecord`` each. In columns, a field that holds a text has a column of its
name, for people to read; everything else stands as JSON in columns whose names begin with
``record.``, which no field can have.

A spreadsheet takes a cell that begins with ``=`` and the like for a formula. So in CSV such a cell
begins with an apostrophe, as does one that began with an apostrophe already: taking one off gives
every cell back as it was. An apostrophe alone stands for the empty text, an empty cell for none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading
from goldspan.formats.lines import FileRow, Table
from goldspan.formats.whole import WholeRecord

PREFIX = "record."
TEXTS = ("id", "external_id", "status")
PARTS = ("fields", "metadata", "vectors", "suggestions", "responses", "adjudication", "control")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# https://owasp.org/www-community/attacks/CSV_Injection
ESCAPE = "'"


def native_columns() -> frozenset[str]:
    """Return the columns that tell a flat table of ours."""
    return frozenset(f"{PREFIX}{name}" for name in (*TEXTS, *PARTS))


def is_native(header: Sequence[str]) -> bool:
    """Say whether a file with these columns holds whole records."""
    return any(one.lower().startswith(PREFIX) for one in header) or {
        "fields",
        "responses",
        "suggestions",
    } <= set(header)


def read_native(table: Table, format: str, *, escaped: bool = False) -> Reading:
    """Return the records of a table of ours.

    Args:
        table: the rows.
        format: what the file is.
        escaped: whether cells are escaped, as in CSV.
    """
    flat = any(one.lower().startswith(PREFIX) for one in table.header)
    return Reading(format, table.header, {}, _rows(table, flat, escaped))


def _rows(table: Table, flat: bool, escaped: bool) -> Iterator[Incoming | Fault]:
    places: dict[tuple[str, str], str] = {}
    for row in table.rows:
        if isinstance(row, Fault):
            yield row
            continue
        try:
            columns = _unescaped(row.columns) if escaped else row.columns
            plain = _nested(columns) if flat else columns
            record = msgspec.convert(plain, WholeRecord)
        except (ValueError, RecursionError) as error:
            yield Fault(row.place, f"not a whole record: {error}", row.number)
            continue
        yield _repeated(record, row, places) or Incoming(row.number, row.place, record)


def _repeated(
    record: WholeRecord, row: FileRow, places: dict[tuple[str, str], str]
) -> Fault | None:
    for what, name in (("external id", record.external_id), ("id", record.id)):
        first = row.place if name is None else places.setdefault((what, name), row.place)
        if first != row.place:
            return Fault(row.place, f"the {what} {name!r} stands in {first} already", row.number)
    return None


def _nested(columns: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a flat row as JSON lines would have it."""
    fields: dict[str, Any] = {}
    record: dict[str, Any] = {}
    for column, cell in columns.items():
        if cell is None:
            continue
        if not column.startswith(PREFIX):
            fields[column] = cell
            continue
        name = column.removeprefix(PREFIX)
        record[name] = cell if name in TEXTS else msgspec.json.decode(cell)
    return {**record, "fields": {**fields, **record.get("fields", {})}}


def flat_columns(fields: Sequence[str]) -> list[str]:
    """Return the columns of a flat table, in order."""
    return [
        *(f"{PREFIX}{name}" for name in TEXTS),
        *fields,
        *(f"{PREFIX}{name}" for name in PARTS),
    ]


def flat_row(record: WholeRecord, fields: Sequence[str]) -> dict[str, str | None]:
    """Return a record as a flat row; every cell is a text or None."""
    texts = {name: value for name, value in record.fields.items() if isinstance(value, str)}
    rest = {name: value for name, value in record.fields.items() if name not in texts}
    row: dict[str, str | None] = {f"{PREFIX}{name}": getattr(record, name) for name in TEXTS}
    row |= {name: texts.get(name) for name in fields}
    parts = {"fields": rest, **{name: getattr(record, name) for name in PARTS[1:]}}
    row |= {
        f"{PREFIX}{name}": msgspec.json.encode(v).decode() if v else None
        for name, v in parts.items()
    }
    return row


def escape(cell: str | None) -> str:
    """Return a cell as CSV holds it, so that no spreadsheet takes it for a formula."""
    if cell is None:
        return ""
    return ESCAPE + cell if not cell or cell.startswith((*FORMULA, ESCAPE)) else cell


def _unescaped(cells: Mapping[str, str]) -> dict[str, str | None]:
    return {column: cell.removeprefix(ESCAPE) if cell else None for column, cell in cells.items()}
