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
from goldspan.formats.source import ACCEPTED, decode_json, read_source, shown
from goldspan.formats.squad_walk import SquadWalk


@dataclass(frozen=True, slots=True)
class SquadFile:
    """What a SQuAD file holds.

    Args:
        version: told by the questions: v2.0 where they have ``is_impossible``.
        demonstrations: in the file's order. ``article`` is the title; ``passage`` is the title
            and the context's number under it, from 0 (``Oxygen#3``); equal contexts are one
            passage and one object in memory.
    """

    version: SquadVersion
    demonstrations: list[Demonstration]


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


def parse_squad(data: bytes, path: Path, *, answers_required: bool = True) -> SquadFile:
    """Do what ``read_squad`` does on a file's bytes; ``path`` is named in errors."""
    try:
        document = decode_json(data)
    except ValueError as error:
        raise InvalidFile(f"{path} is not JSON: {error}. {ACCEPTED}.") from error
    articles = document.get("data") if isinstance(document, dict) else None
    if not isinstance(articles, list):
        keys = f"an object with {shown(list(document))}" if isinstance(document, dict) else ""
        raise InvalidFile(
            f"{path} is JSON, but not SQuAD's: expected an object with the list `data`, found "
            f"{keys or shown(document)}. The rows of a table go one object a line (JSON lines)."
        )
    walk = SquadWalk(answers_required)
    demonstrations = list(walk.questions(articles))
    walk.check_version(document.get("version"))
    if not demonstrations and not walk.faults:
        walk.faults.append("data: there is no question in it")
    if walk.faults:
        raise InvalidFile(
            f"{path} has {len(walk.faults)} faults, so nothing was read. Correct them and try "
            "again:",
            walk.faults,
        )
    return SquadFile(walk.version, demonstrations)


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
    data = [
        {"title": title, "paragraphs": _paragraphs(questions, version)}
        for title, questions in groupby(demonstrations, key=lambda d: d.article)
    ]
    document = {"version": "1.1" if version == "v1.1" else version, "data": data}
    half = path.with_name(f"{path.name}.tmp")
    half.write_bytes(msgspec.json.encode(document) + b"\n")
    half.replace(path)


def _paragraphs(questions: Iterable[Demonstration], version: SquadVersion) -> list[dict[str, Any]]:
    return [
        {"context": context, "qas": [_question(d, version) for d in about]}
        for context, about in groupby(questions, key=lambda d: d.context)
    ]


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
