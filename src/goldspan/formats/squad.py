"""SQuAD JSON, v1.1 and v2.0.

``answer_start`` counts code points and becomes a ``Span`` here, nowhere else. An answer that does
not stand where the file says is a fault; it is never moved in silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.formats.fault import Fault, OnFault, require_sound
from goldspan.formats.source import Buffer, decode_json, not_json, read_source, shown
from goldspan.formats.squad_walk import SquadWalk


@dataclass(frozen=True, slots=True)
class SquadFile:
    """What a SQuAD file holds.

    Args:
        version: told by the questions: v2.0 where they have ``is_impossible``.
        demonstrations: in the file's order. ``article`` is the title; ``passage`` is the title
            and the context's number under it, from 0 (``Oxygen#3``); equal contexts are one
            passage and one object in memory.
        left_out: faulty questions that are not among them.
    """

    version: SquadVersion
    demonstrations: list[Demonstration]
    left_out: int = 0


def read_squad(path: Path, *, answers_required: bool = True) -> SquadFile:
    """Read a SQuAD file; keys that SQuAD does not have are ignored.

    Args:
        path: the file.
        answers_required: False also takes questions of v1.1's form without answers.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if it is not SQuAD; lists every fault with its place.
    """
    return parse_squad(read_source(path), path, answers_required=answers_required)


def parse_squad(
    data: bytes, path: Path, *, answers_required: bool = True, on_fault: OnFault | None = None
) -> SquadFile:
    """Do what ``read_squad`` does on a file's bytes; ``path`` is named in errors.

    ``on_fault="skip"`` leaves faulty questions out.
    """
    walk = SquadWalk(answers_required)
    demonstrations = list(walk_squad(walk, data, str(path)))
    left_out = require_sound(str(path), walk.faults, len(demonstrations), on_fault)
    return SquadFile(walk.version, demonstrations, left_out)


class _Document(msgspec.Struct):
    """A SQuAD file, its articles not decoded yet."""

    data: list[msgspec.Raw]
    version: Any = None


def walk_squad(walk: SquadWalk, data: Buffer, name: str) -> Iterator[Demonstration]:
    """Yield the sound questions of a file, decoding one paragraph at a time.

    When it ends, ``walk.faults`` hold what is wrong with the file as a whole, too.

    Args:
        walk: gathers the faults.
        data: the file's bytes.
        name: of the file, for errors.

    Raises:
        InvalidFile: if it is not JSON of SQuAD's form.
    """
    try:
        document = msgspec.json.decode(data, type=_Document)
    except msgspec.ValidationError:
        raise _not_squad(decode_json(data), name) from None
    except (ValueError, RecursionError) as error:
        raise not_json(data, name) from error
    found = False
    try:
        for one in walk.questions(document.data):
            found = True
            yield one
    except (ValueError, RecursionError) as error:
        raise not_json(data, name) from error
    walk.check_version(document.version)
    if not found and not walk.faults:
        walk.faults.append(Fault("data", "there is no question in it"))


def _not_squad(document: Any, name: str) -> InvalidFile:
    keys = f"an object with {shown(list(document))}" if isinstance(document, dict) else ""
    return InvalidFile(
        f"{name} is JSON, but not SQuAD's: expected an object with the list `data`, found "
        f"{keys or shown(document)}. The rows of a table go one object a line (JSON lines)."
    )


def write_squad(
    path: Path, demonstrations: Sequence[Demonstration], version: SquadVersion | None = None
) -> None:
    """Write a SQuAD file, whole or not at all; questions keep their order.

    Args:
        path: the file; one that is there is replaced.
        demonstrations: every answer with its span.
        version: None takes v2.0 where a question is not answerable, else v1.1.

    Raises:
        InvalidInput: if an answer has no span, or v1.1 is asked for and a question is not
            answerable.
    """
    needed = version_for(demonstrations)
    version = version or needed
    if (version, needed) == ("v1.1", "v2.0"):
        raise InvalidInput("SQuAD v1.1 cannot hold questions without an answer; write v2.0")
    half = path.with_name(f"{path.name}.tmp")
    with half.open("wb") as file:
        file.writelines(squad_pieces(demonstrations, version))
    half.replace(path)


def squad_pieces(demonstrations: Iterable[Demonstration], version: SquadVersion) -> Iterator[bytes]:
    """Yield a SQuAD file piece by piece, a passage at a time.

    Raises:
        InvalidInput: if an answer has no span.
    """
    tag = "1.1" if version == "v1.1" else version
    yield b'{"version":' + msgspec.json.encode(tag) + b',"data":['
    for number, (title, questions) in enumerate(groupby(demonstrations, key=lambda d: d.article)):
        yield b"," if number else b""
        yield b'{"title":' + msgspec.json.encode(title) + b',"paragraphs":['
        for place, (context, about) in enumerate(groupby(questions, key=lambda d: d.context)):
            paragraph = {"context": context, "qas": [_question(d, version) for d in about]}
            yield (b"," if place else b"") + msgspec.json.encode(paragraph)
        yield b"]}"
    yield b"]}\n"


def _question(demonstration: Demonstration, version: SquadVersion) -> dict[str, Any]:
    question: dict[str, Any] = {
        "id": demonstration.id,
        "question": demonstration.question_text,
        "answers": list(_answers(demonstration)),
    }
    if version == "v2.0":
        question["is_impossible"] = not demonstration.answerable
    return question


def _answers(demonstration: Demonstration) -> Iterator[dict[str, Any]]:
    for answer in demonstration.answers:
        if answer.span is None:
            raise InvalidInput(
                f"SQuAD needs the place of every answer, but {answer.text!r} to "
                f"{demonstration.id!r} has none in its context",
                id=demonstration.id,
            )
        yield {"text": answer.text, "answer_start": answer.span.start}
