"""Demonstrations as rows: SQuAD's columns, as ``datasets`` have them, and what makes splits right.

``answers`` holds the lists ``text`` and ``answer_start``; the latter counts code points of
``context`` from 0, and -1 stands for an answer that has no place there. Rows from elsewhere need
``question`` and ``answers`` alone, and may call the article ``title``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidInput
from goldspan.formats.objects import TEXT, Kind, require_kinds
from goldspan.formats.source import misplaced, shown

COLUMNS = ("question", "answers")
OPTIONAL: dict[str, Kind] = dict.fromkeys(("context", "article", "title", "passage"), TEXT)
"""What the other columns hold, where they are there."""
NO_PLACE = -1


def demonstration_row(one: Demonstration) -> dict[str, Any]:
    """Return a demonstration as a row of plain values."""
    return {
        "id": one.id,
        "question": one.question_text,
        "context": one.context,
        "answers": {
            "text": [answer.text for answer in one.answers],
            "answer_start": [
                answer.span.start if answer.span else NO_PLACE for answer in one.answers
            ],
        },
        "article": one.article,
        "passage": one.passage,
    }


def demonstration_of(row: Mapping[str, Any], name: str) -> Demonstration:
    """Return the demonstration of a row.

    Args:
        row: a row's columns.
        name: the demonstration's id where the row has none.

    Raises:
        InvalidInput: if a column is missing, holds something else than it should, or an answer
            does not stand where the row says.
    """
    question_text = row.get("question")
    if not isinstance(question_text, str) or not question_text.strip():
        raise InvalidInput(f"'question' is a text that is not empty, found {shown(question_text)}")
    require_kinds(row, OPTIONAL)
    context = row.get("context") or ""
    return Demonstration(
        id=str(row.get("id") or name),
        question_text=question_text,
        context=context,
        answers=_answers(row.get("answers"), context),
        article=row.get("article") or row.get("title") or "",
        passage=row.get("passage") or "",
    )


def _answers(given: object, context: str) -> tuple[Answer, ...]:
    texts = given.get("text") if isinstance(given, Mapping) else None
    starts = given.get("answer_start") if isinstance(given, Mapping) else None
    if not isinstance(texts, list) or not isinstance(starts, list) or len(texts) != len(starts):
        raise InvalidInput(
            "'answers' is an object with the equally long lists 'text' and 'answer_start', both "
            f"empty where the context does not answer the question, found {shown(given)}"
        )
    return tuple(map(_answer, texts, starts, [context] * len(texts)))


def _answer(text: object, start: object, context: str) -> Answer:
    if not isinstance(text, str) or not text:
        raise InvalidInput(
            f"'text' of 'answers' holds texts that are not empty, found {shown(text)}; leave both "
            "lists empty where the context does not answer the question"
        )
    if type(start) is not int or start < NO_PLACE:
        raise InvalidInput(
            "'answer_start' of 'answers' holds the character of 'context' at which each answer "
            f"begins, counted from 0, or {NO_PLACE} where it stands nowhere there, "
            f"found {shown(start)}"
        )
    if start == NO_PLACE:
        return Answer(text)
    if not context.startswith(text, start):
        raise InvalidInput(misplaced(text, start, context))
    return Answer(text, Span(start, start + len(text)))
