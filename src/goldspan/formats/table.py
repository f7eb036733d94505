"""Tables: CSV and JSON lines with the columns question, context and answer.

``id`` and ``article`` are optional; other columns are ignored. An answer that stands in its
context takes its first place there, another has no place; an empty one says "not answerable".
A column ``answer_start`` says which place it is, in code points from 0, and is checked.
JSON lines may give several answers: ``answer`` as a list, or ``answers`` in the form of Hugging
Face's SQuAD (``{"text": [...], "answer_start": [...]}``), whose places are checked.

A row without an id is named by a hash of its question and context, a passage by a hash of its
context: importing a file twice gives the same names.
"""

from __future__ import annotations

import io
from pathlib import Path

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidFile
from goldspan.formats.fault import Fault, OnFault
from goldspan.formats.lines import Table, csv_table, jsonl_table
from goldspan.formats.rows import OPTIONAL, REQUIRED, RowGatherer, Rows
from goldspan.formats.source import ACCEPTED, read_source, shown


def read_csv(path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Read a CSV file with a header; the delimiter may be a comma, a semicolon or a tab.

    Args:
        path: the file.
        answers_required: False also takes a file without the column ``answer``.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it is not such a table; lists every fault with its line.
    """
    data = read_source(path)
    return parse_csv(data, path, answers_required=answers_required).demonstrations


def read_jsonl(path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Read JSON lines, one object a line. Otherwise as ``read_csv``."""
    data = read_source(path)
    return parse_jsonl(data, path, answers_required=answers_required).demonstrations


def parse_csv(
    data: bytes, path: Path, *, answers_required: bool = True, on_fault: OnFault | None = None
) -> Rows:
    """Do what ``read_csv`` does on a file's bytes; ``path`` is named in errors.

    ``on_fault="skip"`` leaves faulty rows out.
    """
    gatherer = RowGatherer(answers_required)
    table = csv_table(io.BytesIO(data), str(path), {*REQUIRED, *OPTIONAL})
    _check_header([name.lower() for name in table.header], gatherer.required, path)
    return _gathered(table, gatherer, path, on_fault)


def parse_jsonl(
    data: bytes, path: Path, *, answers_required: bool = True, on_fault: OnFault | None = None
) -> Rows:
    """Do what ``read_jsonl`` does on a file's bytes. Otherwise as ``parse_csv``."""
    return _gathered(jsonl_table(io.BytesIO(data)), RowGatherer(answers_required), path, on_fault)


def _gathered(table: Table, gatherer: RowGatherer, path: Path, on_fault: OnFault | None) -> Rows:
    for row in table.rows:
        if isinstance(row, Fault):
            gatherer.faults.append(row)
        else:
            gatherer.add(row.number, row.place, row.columns)
    return gatherer.finish(path, on_fault)


def _check_header(header: list[str], required: tuple[str, ...], path: Path) -> None:
    missing = [name for name in required if name not in header]
    repeated = [name for name in (*REQUIRED, *OPTIONAL) if header.count(name) > 1]
    if missing or repeated:
        wrong = f"has no {missing}" if missing else f"has {repeated} more than once"
        raise InvalidFile(
            f"{path}, line 1: expected a header with the columns {', '.join(required)}; the one "
            f"found {wrong}: {shown(header)}. {ACCEPTED}."
        )
