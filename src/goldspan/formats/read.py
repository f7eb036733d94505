"""One way in: a file of any format that Goldspan reads, told by its content."""

from __future__ import annotations

from pathlib import Path

from goldspan.domain.demonstration import Demonstration
from goldspan.formats.fault import OnFault
from goldspan.formats.rows import Rows
from goldspan.formats.source import is_json_lines, read_source
from goldspan.formats.squad import parse_squad
from goldspan.formats.table import parse_csv, parse_jsonl


def read_demonstrations(path: Path, *, answers_required: bool = True) -> list[Demonstration]:
    """Read SQuAD JSON, JSON lines or CSV; a file's name does not matter.

    Args:
        path: the file.
        answers_required: False also takes questions whose gold answers are not known; they then
            have no answers, which elsewhere says "not answerable".

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it cannot be read; lists every fault with its place.
    """
    return read_rows(path, answers_required=answers_required).demonstrations


def read_rows(
    path: Path, *, answers_required: bool = True, on_fault: OnFault | None = None
) -> Rows:
    """Read as ``read_demonstrations`` does, and leave faulty rows out where that is asked for.

    Args:
        path: the file.
        answers_required: as there.
        on_fault: ``skip`` leaves faulty rows out; ``refuse`` offers that in the error, None does
            not.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it cannot be read, has faults that may not be left out, or no other rows;
            lists every fault with its place.
    """
    data = read_source(path)
    if data.lstrip()[:1] not in (b"{", b"["):
        return parse_csv(data, path, answers_required=answers_required, on_fault=on_fault)
    if is_json_lines(data, len(data) - len(data.lstrip())):
        return parse_jsonl(data, path, answers_required=answers_required, on_fault=on_fault)
    read = parse_squad(data, path, answers_required=answers_required, on_fault=on_fault)
    return Rows(read.demonstrations, read.left_out)
