"""Verdicts as JSON lines: ``question``, ``context``, ``answer`` and ``good``.

``good`` is true or false. ``label`` stands for ``good`` and ``completion`` for ``answer`` in files
that were made for KTO trainers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goldspan.domain.collect import NO_ANSWER, located
from goldspan.domain.demonstration import Answer
from goldspan.domain.verdict import Verdict
from goldspan.errors import InvalidInput
from goldspan.formats.objects import TEXT, read_objects, require_kinds
from goldspan.formats.source import shown

OTHER_NAMES = {"answer": "completion", "good": "label", "question": "prompt"}


def verdict_of(row: Mapping[str, Any], name: str) -> Verdict:
    """Return the verdict of a row.

    Args:
        row: a row's columns.
        name: names the record where the row itself does not.

    Raises:
        InvalidInput: if a column is missing or of the wrong type.
    """
    found = {name: row.get(name, row.get(other)) for name, other in OTHER_NAMES.items()}
    for column in ("question", "answer"):
        if not isinstance(found[column], str):
            raise InvalidInput(f"{column!r} is a text, found {shown(found[column])}")
    if not isinstance(found["good"], bool):
        raise InvalidInput(f"'good' is true or false, found {shown(found['good'])}")
    require_kinds(row, dict.fromkeys(("context", "article", "passage"), TEXT))
    context = row.get("context") or ""
    text = found["answer"].strip()
    return Verdict(
        record_id=str(row.get("record_id") or row.get("id") or name),
        question_text=found["question"].strip(),
        context=context,
        answer=Answer("") if text in ("", NO_ANSWER) else located(text, context),
        good=found["good"],
        annotator=str(row.get("annotator") or ""),
        article=row.get("article") or "",
        passage=row.get("passage") or "",
    )


def read_verdicts(path: Path) -> list[Verdict]:
    """Read JSON lines of verdicts.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if lines do not hold verdicts; lists them all.
    """
    expected = "verdicts, a JSON object a line with question, context, answer and good"
    return read_objects(path, verdict_of, expected)
