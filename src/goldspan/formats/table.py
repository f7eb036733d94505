"""Tables: CSV and JSON lines with the columns question, context and answer.

``id`` and ``article`` are optional; other columns are ignored. An answer that stands in its
context takes its first place there, another has no place; an empty one says "not answerable".
JSON lines may give several answers: ``answer`` as a list, or ``answers`` in the form of Hugging
Face's SQuAD (``{"text": [...], "answer_start": [...]}``), whose places are checked.

A row without an id is named by a hash of its question and context, a passage by a hash of its
context: importing a file twice gives the same names.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidFile
from goldspan.formats.rows import OPTIONAL, REQUIRED, RowGatherer
from goldspan.formats.source import ACCEPTED, decode_json, decode_text, read_source, shown

_DELIMITERS = ",;\t"


def read_csv(path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Read a CSV file with a header; the delimiter may be a comma, a semicolon or a tab.

    Args:
        path: the file.
        answers_required: False also takes a file without the column ``answer``.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it is not such a table; lists every fault with its line.
    """
    return parse_csv(read_source(path), path, answers_required=answers_required)


def read_jsonl(path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Read JSON lines, one object a line. Otherwise as ``read_csv``."""
    return parse_jsonl(read_source(path), path, answers_required=answers_required)


def parse_csv(data: bytes, path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Do what ``read_csv`` does on a file's bytes; ``path`` is named in errors."""
    try:
        text = decode_text(data)
    except ValueError as error:
        raise InvalidFile(f"{path} is not readable text: {error}.") from error
    # The limit belongs to the whole process, guards memory only, and the text is in memory.
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    table = RowGatherer(answers_required)
    delimiter = _delimiter(text)
    rows = _csv_rows(text, delimiter, table.faults)
    _, cells = next(rows, (1, []))
    header = [name.strip().lower() for name in cells]
    if not table.faults:
        _check_header(header, table.required, path)
    for line, cells in rows:
        if len(cells) == len(header):
            table.add(line, dict(zip(header, cells, strict=True)))
        else:
            table.faults.append(
                f"line {line}: {len(cells)} cells, but the header has {len(header)}; put texts "
                f"that hold {delimiter!r} into quotes"
            )
    return table.finish(path)


def parse_jsonl(data: bytes, path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Do what ``read_jsonl`` does on a file's bytes; ``path`` is named in errors."""
    table = RowGatherer(answers_required)
    # Only a line feed ends a line: U+2028 and its like may stand inside a JSON text.
    for line, content in enumerate(io.BytesIO(data), 1):
        if not content.strip():
            continue
        try:
            row = decode_json(content)
        except ValueError as error:
            reason = str(error).removeprefix("line 1, ")
            table.faults.append(f"line {line}: not JSON: {reason}")
            continue
        if isinstance(row, dict):
            table.add(line, row)
        else:
            table.faults.append(f"line {line}: expected an object, found {shown(row)}")
    return table.finish(path)


def _check_header(header: list[str], required: tuple[str, ...], path: Path) -> None:
    missing = [name for name in required if name not in header]
    repeated = [name for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1]
    if missing or repeated:
        wrong = f"has no {missing}" if missing else f"has {repeated} more than once"
        raise InvalidFile(
            f"{path}, line 1: expected a header with the columns {', '.join(required)}; the one "
            f"found {wrong}: {shown(header)}. {ACCEPTED}."
        )


def _csv_rows(text: str, delimiter: str, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line it begins on; a broken one ends the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(
            f"line {line}: {error}; a quote inside a text is written twice, and the text stands "
            "in quotes. Nothing after this line was read"
        )


def _delimiter(text: str) -> str:
    """Return the delimiter that finds most of the columns in the header."""
    header = text[: text.find("\n")] if "\n" in text else text

    def found(delimiter: str) -> int:
        names = {name.strip(' \r"').lower() for name in header.split(delimiter)}
        return len(names & {*REQUIRED, *OPTIONAL})

    return max(_DELIMITERS, key=found)
