"""From a table's rows to questions with their answers, and every fault with its line."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile
from goldspan.formats.source import misplaced, shown

REQUIRED = ("question", "context", "answer")
OPTIONAL = ("id", "article", "answers")

Row = Mapping[str, Any]


class RowGatherer:
    """Gathers rows and faults of one file.

    Args:
        answers_required: whether every row must have the column ``answer`` or ``answers``.
    """

    def __init__(self, answers_required: bool) -> None:
        self.required = REQUIRED if answers_required else REQUIRED[:2]
        self.faults: list[str] = []
        self._demonstrations: list[Demonstration] = []
        self._lines: dict[str, int] = {}
        self._contexts: dict[str, tuple[str, str]] = {}

    def add(self, line: int, row: Row) -> None:
        """Take one row, or add its faults."""
        before = len(self.faults)
        question_text = self._text(line, row, "question")
        context = self._text(line, row, "context")
        article = row.get("article") or ""
        if not isinstance(article, str):
            self.faults.append(f"line {line}, column article: expected a text, found {article!r}")
        given_id = row.get("id")
        if given_id is not None and type(given_id) not in (str, int):
            self.faults.append(f"line {line}, column id: expected a text, found {shown(given_id)}")
        answers = self._answers(line, row, context)
        if len(self.faults) > before:
            return
        named = given_id not in (None, "")
        id = str(given_id) if named else _hash(question_text, context)
        if id in self._lines:
            self.faults.append(_repeated(line, self._lines[id], id if named else ""))
            return
        self._lines[id] = line
        context, passage = self._contexts.setdefault(context, (context, _hash(context)))
        self._demonstrations.append(
            Demonstration(id, question_text, context, answers, article, passage)
        )

    def finish(self, path: Path) -> list[Demonstration]:
        """Return the rows.

        Raises:
            InvalidFile: if there are faults or no rows.
        """
        if not self._demonstrations and not self.faults:
            self.faults.append("there is no row in it")
        if self.faults:
            raise InvalidFile(
                f"{path} has {len(self.faults)} faults, so nothing was read. Correct them and "
                "try again:",
                self.faults,
            )
        return self._demonstrations

    def _text(self, line: int, row: Row, column: str) -> str:
        value = row.get(column)
        if not isinstance(value, str) or not value.strip():
            found = shown(value) if column in row else "no such column"
            self.faults.append(
                f"line {line}, column {column}: expected a text that is not empty, found {found}"
            )
            return ""
        return value

    def _answers(self, line: int, row: Row, context: str) -> tuple[Answer, ...]:
        if "answer" not in row and "answers" in row:
            return self._placed_answers(line, row["answers"], context)
        if "answer" not in row and "answer" in self.required:
            self.faults.append(
                f"line {line}, column answer: no such column; an empty one says that the context "
                "does not answer the question"
            )
        value = row.get("answer")
        texts = value if isinstance(value, list) else [value or ""]
        if not all(isinstance(text, str) for text in texts):
            self.faults.append(
                f"line {line}, column answer: expected a text or a list of texts, found "
                f"{shown(value)}"
            )
            return ()
        return tuple(_located(text, context) for text in texts if text.strip())

    def _placed_answers(self, line: int, value: object, context: str) -> tuple[Answer, ...]:
        texts = value.get("text") if isinstance(value, dict) else None
        starts = value.get("answer_start") if isinstance(value, dict) else None
        if (
            not isinstance(texts, list)
            or not isinstance(starts, list)
            or len(texts) != len(starts)
            or not all(isinstance(text, str) and text for text in texts)
            or not all(type(start) is int and start >= 0 for start in starts)
        ):
            self.faults.append(
                f"line {line}, column answers: expected an object with the equally long lists "
                f"`text` and `answer_start`, found {shown(value)}"
            )
            return ()
        answers = []
        for text, start in zip(texts, starts, strict=True):
            if context.startswith(text, start):
                answers.append(Answer(text, Span(start, start + len(text))))
            else:
                self.faults.append(
                    f"line {line}, column answers: {misplaced(text, start, context)}"
                )
        return tuple(answers)


def _located(text: str, context: str) -> Answer:
    """Return the answer with its first place; white space around it counts only if it fits."""
    for piece in (text, text.strip()):
        start = context.find(piece)
        if start >= 0:
            return Answer(piece, Span(start, start + len(piece)))
    return Answer(text.strip())


def _repeated(line: int, first: int, id: str) -> str:
    if id:
        return f"line {line}, column id: {shown(id)} stands in line {first} already"
    return (
        f"line {line}: line {first} asks the same about the same context; keep one of them, or "
        "give each an `id`"
    )


def _hash(*texts: str) -> str:
    digest = blake2b(digest_size=8)
    for text in texts:
        digest.update(text.encode("utf-8") + b"\0")
    return digest.hexdigest()
