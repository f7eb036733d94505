"""One way in: a file of any format that Goldspan reads becomes a stream of records."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidFile, NotFound
from goldspan.formats.columns import known_columns, read_columns
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.lines import csv_table, jsonl_table
from goldspan.formats.native import is_native, native_columns, read_native
from goldspan.formats.source import UTF8_MARK, Buffer
from goldspan.formats.squad import walk_squad
from goldspan.formats.squad_walk import SquadWalk
from goldspan.formats.whole import WholeRecord

Format = Literal["squad", "jsonl", "csv"]


@contextmanager
def open_file(path: Path, format: str, target: Target, name: str) -> Iterator[Reading]:
    """Open a file to be read row by row, in bounded memory.

    Args:
        path: where it lies.
        format: one of ``Format``, or ``auto`` to tell by its content.
        target: the dataset that its rows are for.
        name: how its user calls it, for messages.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it is not of that format, at once or while its rows are read.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}", path=str(path)) from error
    if size == 0:
        raise InvalidFile(f"{name} is empty")
    with path.open("rb") as file:
        # Closed when the last row that was cut from it is gone.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        kind = told_by_content(data) if format == "auto" else format
        if kind == "squad":
            yield _squad(data[3:] if data[:3] == UTF8_MARK else data, target, name)
        elif kind == "jsonl":
            table = jsonl_table(file)
            if is_native(table.header):
                yield read_native(table, "jsonl")
            else:
                yield read_columns(table, "jsonl", target, name)
        elif kind == "csv":
            table = csv_table(file, name, known_columns(target) | native_columns())
            if is_native(table.header):
                yield read_native(table, "csv", escaped=True)
            else:
                yield read_columns(table, "csv", target, name)
        else:
            raise InvalidFile(f"{kind!r} is no format that Goldspan reads")


def told_by_content(data: Buffer) -> str:
    """Return what a file is; anything that is no JSON counts as CSV."""
    start = _first_byte(data)
    if data[start : start + 1] not in (b"{", b"["):
        return "csv"
    return "jsonl" if _is_json_lines(data, start) else "squad"


def _first_byte(data: Buffer) -> int:
    start = 3 if data[:3] == UTF8_MARK else 0
    while start < len(data) and data[start : start + 1].isspace():
        start += 1
    return start


class _Head(msgspec.Struct):
    """An object of which only one key matters; the rest is passed over."""

    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _is_json_lines(data: Buffer, start: int) -> bool:
    """Say whether the first line is a whole object without SQuAD's ``data``."""
    end = data.find(b"\n", start)
    try:
        head = msgspec.json.decode(data[start : len(data) if end < 0 else end], type=_Head)
    except (ValueError, RecursionError):
        return False
    return head.data is msgspec.UNSET


def _squad(data: Buffer, target: Target, name: str) -> Reading:
    names = target.shape.answering
    if names is None:
        raise InvalidFile(
            f"{name} is SQuAD's: questions about passages. The dataset asks for something else: "
            f"it has fields {list(target.shape.fields)} and questions "
            f"{list(target.shape.questions)}"
        )

    def fields(one: Demonstration) -> dict[str, str]:
        return {names.question_field: one.question_text, names.context_field: one.context}

    def rows() -> Iterator[Incoming | Fault]:
        walk = SquadWalk(target.answers_wanted)
        for one in walk_squad(walk, data, name):
            yield from walk.faults
            walk.faults.clear()
            metadata = {"article": one.article} if one.article else {}
            record = WholeRecord(
                external_id=one.id,
                fields=fields(one),
                metadata={**metadata, "passage": one.passage},
            )
            answers = one.answers if target.answers_wanted else None
            yield Incoming(walk.row or 0, walk.place, record, answers=answers)
        yield from walk.faults

    columns = ["id", "title", "context", "question", "answers"]
    mapping = {names.question_field: "question", names.context_field: "context"}
    return Reading("squad", columns, mapping, rows())
