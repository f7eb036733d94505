"""From a table's rows to questions with their answers, and every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.formats.fault import Fault, OnFault, require_sound
from goldspan.formats.source import misplaced, shown

REQUIRED = ("question", "context", "answer")
OPTIONAL = ("id", "article", "answers", "answer_start")

Row = Mapping[str, Any]


CONTEXTS_KEPT = 1000
"""Rows about one passage share its text where they stand near each other; more are not kept, so
that reading a large file takes no more memory than a small one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file's sound rows say, and how many faulty ones were left out."""

    demonstrations: list[Demonstration]
    left_out: int


class RowGatherer:
    """Gathers rows and faults of one file.

    Args:
        answers_required: whether every row must have the column ``answer`` or ``answers``.
    """

    def __init__(self, answers_required: bool) -> None:
        self.required = REQUIRED if answers_required else REQUIRED[:2]
        self.faults: list[Fault] = []
        self._demonstrations: list[Demonstration] = []
        self._places: dict[str, str] = {}
        self._contexts: dict[str, tuple[str, str]] = {}

    def add(self, number: int, place: str, row: Row) -> None:
        """Keep what a row says, or add its faults."""
        found = self.take(number, place, row)
        if found is not None:
            self._demonstrations.append(found)

    def take(self, number: int, place: str, row: Row) -> Demonstration | None:
        """Return what a row says; None if it is faulty, its faults then being added.

        Args:
            number: of the row, from 1.
            place: names it in messages, such as ``line 3``.
            row: its columns.
        """
        reading = _RowReading(number, place, row, self.required)
        question_text = reading.text("question")
        context = reading.text("context")
        article = row.get("article") or ""
        if not isinstance(article, str):
            reading.fault("article", f"expected a text, found {article!r}")
        given_id = row.get("id")
        if given_id is not None and type(given_id) not in (str, int):
            reading.fault("id", f"expected a text, found {shown(given_id)}")
        answers = reading.answers(context)
        if reading.faults:
            self.faults.extend(reading.faults)
            return None
        named = given_id not in (None, "")
        id = str(given_id) if named else named_by(question_text, context)
        if id in self._places:
            self.faults.append(_repeated(number, place, self._places[id], id if named else ""))
            return None
        self._places[id] = place
        if len(self._contexts) >= CONTEXTS_KEPT:
            self._contexts.clear()
        context, passage = self._contexts.setdefault(context, (context, named_by(context)))
        return Demonstration(id, question_text, context, answers, article, passage)

    def finish(self, path: Path, on_fault: OnFault | None) -> Rows:
        """Return the rows.

        Args:
            path: of the file, for errors.
            on_fault: ``skip`` leaves the faulty ones out; None where nobody is given the choice.

        Raises:
            InvalidFile: if there are faults that may not be left out, or no rows.
        """
        if not self._demonstrations and not self.faults:
            self.faults.append(Fault("", "there is no row in it"))
        left_out = require_sound(str(path), self.faults, len(self._demonstrations), on_fault)
        return Rows(self._demonstrations, left_out)


class _RowReading:
    """Reads one row's columns and gathers its faults."""

    def __init__(self, number: int, place: str, row: Row, required: tuple[str, ...]) -> None:
        self.faults: list[Fault] = []
        self._number = number
        self._place = place
        self._row = row
        self._required = required

    def fault(self, column: str, message: str) -> None:
        """Add a fault of a column."""
        self.faults.append(Fault(f"{self._place}, column {column}", message, self._number))

    def text(self, column: str) -> str:
        """Return a text that must be there, "" where it is not."""
        value = self._row.get(column)
        if not isinstance(value, str) or not value.strip():
            found = shown(value) if column in self._row else "no such column"
            self.fault(column, f"expected a text that is not empty, found {found}")
            return ""
        return value

    def answers(self, context: str) -> tuple[Answer, ...]:
        """Return the answers, each with its place if it has one."""
        row = self._row
        if "answer" not in row and "answers" in row:
            return self._placed_answers(row["answers"], context)
        if "answer" not in row and "answer" in self._required:
            self.fault(
                "answer",
                "no such column; an empty one says that the context does not answer the question",
            )
        value = row.get("answer")
        texts = value if isinstance(value, list) else ["" if value is None else value]
        if not all(isinstance(text, str) for text in texts):
            self.fault("answer", f"expected a text or a list of texts, found {shown(value)}")
            return ()
        if not any(text.strip() for text in texts):
            return ()
        if row.get("answer_start") not in (None, "", []):
            return self._placed(texts, row["answer_start"], context)
        return tuple(_located(text, context) for text in texts if text.strip())

    def _placed_answers(self, value: object, context: str) -> tuple[Answer, ...]:
        texts = value.get("text") if isinstance(value, dict) else None
        starts = value.get("answer_start") if isinstance(value, dict) else None
        if (
            not isinstance(texts, list)
            or not isinstance(starts, list)
            or len(texts) != len(starts)
            or not all(isinstance(text, str) and text for text in texts)
            or not all(type(start) is int and start >= 0 for start in starts)
        ):
            self.fault(
                "answers",
                "expected an object with the equally long lists `text` and `answer_start`, found "
                f"{shown(value)}",
            )
            return ()
        return self._at(texts, starts, context, "answers")

    def _placed(self, texts: list[str], given: object, context: str) -> tuple[Answer, ...]:
        """Return answers whose places stand in a column of their own."""
        starts = [_whole(one) for one in (given if isinstance(given, list) else [given])]
        if None in starts or len(starts) != len(texts) or not all(texts):
            self.fault(
                "answer_start",
                "expected the character at which the answer begins, counted from 0, one for each "
                f"answer, found {shown(given)}",
            )
            return ()
        found = [start for start in starts if start is not None]
        return self._at(texts, found, context, "answer_start")

    def _at(
        self, texts: list[str], starts: list[int], context: str, column: str
    ) -> tuple[Answer, ...]:
        answers = []
        for text, start in zip(texts, starts, strict=True):
            if context.startswith(text, start):
                answers.append(Answer(text, Span(start, start + len(text))))
            else:
                self.fault(column, misplaced(text, start, context))
        return tuple(answers)


def _whole(value: object) -> int | None:
    """Return a whole number from 0; None if it is none.

    A table writes it as a text, and as "34.0" where other rows of the column are empty.
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if number.is_integer() and number >= 0 else None


def _located(text: str, context: str) -> Answer:
    """Return the answer with its first place; white space around it counts only if it fits."""
    for piece in (text, text.strip()):
        start = context.find(piece)
        if start >= 0:
            return Answer(piece, Span(start, start + len(piece)))
    return Answer(text.strip())


def _repeated(number: int, place: str, first: str, id: str) -> Fault:
    if id:
        message = f"{shown(id)} stands in {first} already"
        return Fault(f"{place}, column id", message, number)
    return Fault(
        place,
        f"{first} asks the same about the same context; keep one of them, or give each an `id`",
        number,
    )


def named_by(*texts: str) -> str:
    """Return a name for texts that is the same whenever they are."""
    digest = blake2b(digest_size=8)
    for text in texts:
        digest.update(text.encode("utf-8") + b"\0")
    return digest.hexdigest()
