"""The bytes of an import file, and how its faults are told."""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import Any

import msgspec

from goldspan.domain.span import find_all
from goldspan.errors import InvalidFile, NotFound

ACCEPTED = (
    "Goldspan reads SQuAD JSON (v1.1 or v2.0), JSON lines, and CSV with the columns question, "
    "context and answer, in UTF-8"
)
# First bytes of what people hand in instead, and what to do about it.
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet; save the sheet as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "a spreadsheet; save the sheet as CSV UTF-8",
    b"PAR1": "a Parquet file; convert it to JSON lines",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
}
UTF8_MARK = b"\xef\xbb\xbf"
# Finding the line of a fault takes the parser of the standard library, and its memory.
_LARGE = 256 * 2**20

Buffer = bytes | mmap.mmap
"""A file's bytes, in memory or mapped."""


def read_source(path: Path, accepted: str = ACCEPTED) -> bytes:
    """Return a text file's bytes without a byte order mark.

    Args:
        path: the file.
        accepted: what may be in it, for the messages.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it is a folder, empty, not readable, or not text.
    """
    if path.is_dir():
        raise InvalidFile(f"{path} is a folder; name one file in it. {accepted}.")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}", path=str(path)) from error
    except OSError as error:
        raise InvalidFile(f"{path} cannot be read: {error.strerror}") from error
    return check_source(data, str(path), accepted)


def check_source(data: bytes, name: str, accepted: str = ACCEPTED) -> bytes:
    """Return the bytes of a text without a byte order mark.

    Args:
        data: what was read.
        name: where from, for the messages.
        accepted: what may be in it, for the messages.

    Raises:
        InvalidFile: if it is empty or not text.
    """
    for start, kind in _OTHER_KINDS.items():
        if data.startswith(start):
            raise InvalidFile(f"{name} is {kind}. {accepted}.")
    if b"\0" in data[:8192]:
        raise InvalidFile(f"{name} is not a text file. {accepted}.")
    data = data.removeprefix(UTF8_MARK)
    if not data.strip():
        raise InvalidFile(f"{name} is empty. {accepted}.")
    return data


def not_json(data: Buffer, name: str) -> InvalidFile:
    """Return what is said of a file that should be JSON, with the place of the first fault."""
    try:
        decode_json(data)
    except ValueError as error:
        return InvalidFile(f"{name} is not JSON: {error}. {ACCEPTED}.")
    return InvalidFile(f"{name} is not JSON. {ACCEPTED}.")


class _Head(msgspec.Struct):
    """An object of which only one key matters; the rest is passed over."""

    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def is_json_lines(data: Buffer, start: int) -> bool:
    """Say whether the line at ``start`` is a whole object without SQuAD's ``data``."""
    end = data.find(b"\n", start)
    try:
        head = msgspec.json.decode(data[start : len(data) if end < 0 else end], type=_Head)
    except (ValueError, RecursionError):
        return False
    return head.data is msgspec.UNSET


def decode_json(data: Buffer) -> Any:
    """Return the value that JSON text stands for.

    Raises:
        ValueError: if it is not JSON; the message says why and at which line and column.
    """
    try:
        return msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(_json_fault(bytes(data), str(error))) from error


def decode_text(data: bytes) -> str:
    """Return UTF-8 bytes as text, line ends unchanged.

    Raises:
        ValueError: if they are not UTF-8; the message names the first bad byte's place.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8")) + 1
        raise ValueError(
            f"line {line}, column {column}: byte 0x{data[error.start]:02x} is not UTF-8; "
            "save the file as UTF-8"
        ) from error


def shown(value: object) -> str:
    """Return a value as a message shows it, short whatever its length."""
    text = value if isinstance(value, str) else repr(value)
    cut = text if len(text) <= 60 else f"{text[:57]}…"
    return repr(cut) if isinstance(value, str) else cut


def misplaced(text: str, start: int, context: str) -> str:
    """Say where an answer stands that does not stand at ``start``."""
    there = context[start : start + len(text)] if start >= 0 else ""
    message = (
        f"the answer {shown(text)} should start at character {start}, where "
        f"{shown(there) if there else 'nothing'} stands"
    )
    places = [span.start for span in find_all(context, text)]
    if not places:
        return f"{message}; it is nowhere in this context"
    nearest = min(places, key=lambda place: abs(place - start))
    before = context[:nearest]
    if start == len(before.encode("utf-8")):
        return f"{message}; it starts at {nearest}: {start} counts bytes, not characters"
    if start == len(before.encode("utf-16-le")) // 2:
        return f"{message}; it starts at {nearest}: {start} counts UTF-16 units, not characters"
    return f"{message}; the nearest one starts at {nearest}"


def _json_fault(data: bytes, message: str) -> str:
    """Say what is wrong with JSON that the fast parser refused; it gives no lines."""
    if len(data) > _LARGE:
        return message
    text = decode_text(data)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    except RecursionError:
        return "lists or objects are nested too deeply"
    # The standard library is more lenient than the standard.
    return "it holds NaN, Infinity, a number out of range or half of a surrogate pair"
