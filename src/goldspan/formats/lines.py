"""Rows of text files, read as a stream: CSV with a header, JSON lines, and a JSON array.

A row is numbered from 1 and named by its place in the file: its line, or its index in the array.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from goldspan.errors import InvalidFile
from goldspan.formats.fault import Fault
from goldspan.formats.source import Buffer, decode_json, decode_text, not_json, shown

_DELIMITERS = ",;\t"
# What one cell of a CSV file may hold at most, in characters; the module's own limit is 131,072.
LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of a file.

    Args:
        number: from 1, the header not counted.
        place: names it in messages, such as ``line 3``.
        columns: its values by column.
    """

    number: int
    place: str
    columns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows.

    Args:
        header: the columns as the file names them; of a file without a header, the first row's.
        rows: rows and faults, in order, read once.
        any_case: whether the rows have their columns in lower case.
    """

    header: Sequence[str]
    rows: Iterator[FileRow | Fault]
    any_case: bool = False

    def key(self, name: str) -> str | None:
        """Return the key under which rows have a column, None if there is no such column."""
        if self.any_case:
            name = name.lower()
            return name if name in map(str.lower, self.header) else None
        return name if name in self.header else None


def csv_table(file: BinaryIO, name: str, known: Collection[str]) -> Table:
    """Read CSV; the delimiter may be a comma, a semicolon or a tab.

    Args:
        file: at its beginning; a byte order mark is passed over.
        name: of the file, for errors.
        known: columns that are looked for, in lower case; they tell the delimiter.

    Raises:
        InvalidFile: if its first line is no header, or, while rows are read, at bytes that are
            not UTF-8.
    """
    # The limit belongs to the whole process and guards memory only, as the body's limit does.
    csv.field_size_limit(LONGEST_CELL)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        delimiter = _delimiter(text.readline(), known)
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise InvalidFile(f"{name}, line 1: {error}; it should be a header") from error
    except UnicodeDecodeError as error:
        raise _not_text(file, name) from error
    rows = _csv_rows(reader, text, [one.lower() for one in header], delimiter, name)
    return Table(header, rows, any_case=True)


def _csv_rows(
    reader: Any, text: io.TextIOWrapper, header: list[str], delimiter: str, name: str
) -> Iterator[FileRow | Fault]:
    """Yield each row that is not blank with the line it begins on; a broken one ends the file."""
    number, line = 0, reader.line_num + 1
    try:
        for cells in reader:
            if cells:
                number += 1
                place = f"line {line}"
                if len(cells) == len(header):
                    yield FileRow(number, place, dict(zip(header, cells, strict=True)))
                else:
                    yield Fault(place, _ragged(len(cells), len(header), delimiter), number)
            line = reader.line_num + 1
    except csv.Error as error:
        yield Fault(
            f"line {line}",
            f"{error}; a quote inside a text is written twice, and the text stands in quotes. "
            "Nothing after this line was read",
        )
    except UnicodeDecodeError as error:
        raise _not_text(text.buffer, name) from error
    finally:
        text.detach()  # the file is its opener's to close


def _ragged(found: int, wanted: int, delimiter: str) -> str:
    remedy = (
        f"put texts that hold {delimiter!r} into quotes"
        if found > wanted
        else f"write {delimiter!r} for an empty cell, too"
    )
    return f"{found} cells, but the header has {wanted}; {remedy}"


def _not_text(file: Any, name: str) -> InvalidFile:
    """Say where a file stops being UTF-8; only now is it read whole."""
    file.seek(0)
    try:
        decode_text(file.read())
    except ValueError as error:
        return InvalidFile(f"{name} is not readable text: {error}.")
    return InvalidFile(f"{name} is not readable text: save it as UTF-8.")


def _delimiter(header: str, known: Collection[str]) -> str:
    """Return the delimiter that finds most of the known columns in the header, else most."""

    def found(delimiter: str) -> tuple[int, int]:
        names = {name.strip(' \r\n"').lower() for name in header.split(delimiter)}
        return len(names & set(known)), len(names)

    return max(_DELIMITERS, key=found)


def jsonl_table(file: BinaryIO) -> Table:
    """Read JSON lines, one object a line."""
    rows = _jsonl_rows(file)
    first = next(rows, None)
    header = list(first.columns) if isinstance(first, FileRow) else []
    return Table(header, rows if first is None else _chained(first, rows))


def _jsonl_rows(file: BinaryIO) -> Iterator[FileRow | Fault]:
    number = 0
    # Only a line feed ends a line: U+2028 and its like may stand inside a JSON text.
    for line, content in enumerate(file, 1):
        if not content.strip():
            continue
        number += 1
        place = f"line {line}"
        try:
            row = decode_json(content)
        except ValueError as error:
            reason = str(error).removeprefix("line 1, ")
            yield Fault(place, f"not JSON: {reason}", number)
            continue
        yield _object(number, place, row)


def json_table(data: Buffer, name: str) -> Table:
    """Read a JSON array of objects, decoding one at a time.

    Raises:
        InvalidFile: if it is not JSON, or no array.
    """
    try:
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
    except (ValueError, RecursionError) as error:
        raise not_json(data, name) from error
    rows = _json_rows(items)
    first = next(rows, None)
    header = list(first.columns) if isinstance(first, FileRow) else []
    return Table(header, rows if first is None else _chained(first, rows))


def _json_rows(items: Sequence[msgspec.Raw]) -> Iterator[FileRow | Fault]:
    for number, item in enumerate(items, 1):
        place = f"[{number - 1}]"
        try:
            row = msgspec.json.decode(item)
        except (ValueError, RecursionError) as error:
            yield Fault(place, f"not JSON: {error}", number)
            continue
        yield _object(number, place, row)


def _object(number: int, place: str, row: Any) -> FileRow | Fault:
    if isinstance(row, dict):
        return FileRow(number, place, row)
    return Fault(place, f"expected an object, found {shown(row)}", number)


def _chained(first: FileRow | Fault, rest: Iterator[FileRow | Fault]) -> Iterator[FileRow | Fault]:
    yield first
    yield from rest
