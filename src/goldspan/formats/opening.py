"""One way in: a file of any format that Goldspan reads becomes a stream of records."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidFile, InvalidInput, NotFound
from goldspan.formats import argilla, arrow
from goldspan.formats.archive import top, unpack
from goldspan.formats.columns import known_columns, read_columns
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.label_studio import is_label_studio, read_label_studio
from goldspan.formats.lines import Table, csv_table, json_table, jsonl_table
from goldspan.formats.native import is_native, native_columns, read_native
from goldspan.formats.source import UTF8_MARK, Buffer, is_json_lines, shown
from goldspan.formats.squad import walk_squad
from goldspan.formats.squad_walk import SquadWalk
from goldspan.formats.whole import RECORDS_FILE, WholeRecord

ZIP = b"PK\x03\x04", b"PK\x05\x06"
"""First bytes of a zip archive; the latter's is empty."""
Format = Literal[
    "squad", "jsonl", "json", "csv", "parquet", "datasets", "label-studio", "argilla", "goldspan"
]
"""What is read; ``json`` is an array of rows, ``goldspan`` an archive of a whole dataset."""
ACCEPTED = (
    "Goldspan reads SQuAD JSON, JSON lines, a JSON array of rows, CSV with a header, Parquet, "
    "Label Studio's JSON, and as a folder or its zip archive what `datasets` and Argilla save and "
    "what Goldspan exports of a whole dataset"
)
# First bytes of what people hand in instead, and what to do about it.
OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "a spreadsheet; save the sheet as CSV UTF-8",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
}


@contextmanager
def open_file(path: Path, format: str, target: Target, name: str) -> Iterator[Reading]:
    """Open a file to be read row by row, in bounded memory.

    Args:
        path: where it lies: a file, or the zip archive of a folder, which is unpacked beside it
            for the while.
        format: one of ``Format``, or ``auto`` to tell by its content.
        target: the dataset that its rows are for.
        name: how its user calls it, for messages.

    Raises:
        NotFound: if there is no such file.
        InvalidInput: if there is no such format.
        InvalidFile: if it is not of that format, at once or while its rows are read.
        MissingExtra: if it needs packages that are not installed.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}", path=str(path)) from error
    if size == 0:
        raise InvalidFile(f"{name} is empty")
    with ExitStack() as opened:
        file = opened.enter_context(path.open("rb"))
        # Closed when the last row that was cut from it is gone.
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if data[:4] in ZIP:
            yield _folder(path, format, target, name, opened)
        else:
            kind = told_by_content(data, name) if format == "auto" else format
            if kind not in _READERS:
                raise InvalidInput(f"format is auto or one of {list(_READERS)}, found {format!r}")
            yield _READERS[kind](_Opened(path, file, data, target, name, opened))


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that is open: everything that any reader needs of it."""

    path: Path
    file: BinaryIO
    data: mmap.mmap
    target: Target
    name: str
    opened: ExitStack

    @property
    def json(self) -> Buffer:
        """Its bytes without a byte order mark."""
        return self.data[3:] if self.data[:3] == UTF8_MARK else self.data


def _folder(path: Path, format: str, target: Target, name: str, opened: ExitStack) -> Reading:
    """Read an archive by what lies in it."""
    unpacked = tempfile.TemporaryDirectory(prefix="unpacked-", dir=path.parent)
    folder = Path(opened.enter_context(unpacked))
    unpack(path, folder, name)
    saved = top(folder, arrow.STATE, arrow.SPLITS)
    if saved is not None and format in ("auto", "datasets"):
        table = opened.enter_context(arrow.datasets_table(saved, name))
        return _table(table, "datasets", target, name)
    records = top(folder, argilla.RECORDS)
    if records is not None and format in ("auto", "argilla"):
        file = opened.enter_context((records / argilla.RECORDS).open("rb"))
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return argilla.read_argilla(data, name, target)
    whole = top(folder, RECORDS_FILE)
    if whole is not None and format in ("auto", "goldspan"):
        lines = opened.enter_context((whole / RECORDS_FILE).open("rb"))
        return _table(jsonl_table(lines), "goldspan", target, name)
    found = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*"))
    raise InvalidFile(
        f"{name} is a folder or a zip archive without what "
        f"{'Goldspan' if format == 'auto' else format!r} looks for in it: "
        f"{arrow.STATE} or {arrow.SPLITS} (a folder of `datasets`), {argilla.RECORDS} "
        f"(of Argilla's to_disk), or {RECORDS_FILE} (of a whole dataset); found {shown(found)}. "
        "If it is a spreadsheet, save the sheet as CSV UTF-8"
    )


def _table(table: Table, format: str, target: Target, name: str) -> Reading:
    """Read rows, of whole records or of anybody's columns."""
    if is_native(table.header):
        return read_native(table, format, escaped=format == "csv")
    return read_columns(table, format, target, name)


def _csv(one: _Opened) -> Reading:
    table = csv_table(one.file, one.name, known_columns(one.target) | native_columns())
    return _table(table, "csv", one.target, one.name)


def _jsonl(one: _Opened) -> Reading:
    return _table(jsonl_table(one.file), "jsonl", one.target, one.name)


def _json(one: _Opened) -> Reading:
    return _table(json_table(one.json, one.name), "json", one.target, one.name)


def _parquet(one: _Opened) -> Reading:
    table = one.opened.enter_context(arrow.parquet_table(one.path, one.name))
    return _table(table, "parquet", one.target, one.name)


def _no_folder(one: _Opened) -> Reading:
    raise InvalidFile(f"{one.name} is no folder and no zip archive of one. {ACCEPTED}.")


_READERS: dict[str, Callable[[_Opened], Reading]] = {
    "squad": lambda one: _squad(one.json, one.target, one.name),
    "jsonl": _jsonl,
    "json": _json,
    "csv": _csv,
    "parquet": _parquet,
    "datasets": _no_folder,
    "goldspan": _no_folder,
    "label-studio": lambda one: read_label_studio(one.json, one.name, one.target),
    "argilla": lambda one: argilla.read_argilla(one.json, one.name, one.target),
}


def told_by_content(data: Buffer, name: str) -> str:
    """Return what a file is; text that is no JSON counts as CSV.

    Raises:
        InvalidFile: if it is something else, which the message names.
    """
    for start, kind in OTHER_KINDS.items():
        if data[: len(start)] == start:
            raise InvalidFile(f"{name} is {kind}. {ACCEPTED}.")
    if data[:4] == b"PAR1":
        return "parquet"
    begin = _first_byte(data)
    if data[begin : begin + 1] == b"[":
        return _told_by_keys(data, begin)
    if data[begin : begin + 1] != b"{":
        return "csv"
    return "jsonl" if is_json_lines(data, begin) else "squad"


def _told_by_keys(data: Buffer, begin: int) -> str:
    """Return whose JSON array it is, by the keys of its first object."""
    try:
        items = msgspec.json.decode(data[begin:] if begin else data, type=list[msgspec.Raw])
        keys = list(msgspec.json.decode(items[0], type=dict[str, msgspec.Raw]))
    except (ValueError, RecursionError, IndexError):
        return "json"
    if argilla.is_argilla(keys):
        return "argilla"
    return "label-studio" if is_label_studio(keys) else "json"


def _first_byte(data: Buffer) -> int:
    start = 3 if data[:3] == UTF8_MARK else 0
    while start < len(data) and data[start : start + 1].isspace():
        start += 1
    return start


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
