"""Preference pairs as rows: the columns that DPO trainers read, and what makes them traceable.

``prompt``, ``chosen`` and ``rejected`` hold what a model reads and writes; ``question``,
``context``, ``chosen_text`` and ``rejected_text`` hold the same without the prompt's words,
``chosen_start`` and ``rejected_start`` the answers' places in the context in code points (−1
where there is none). A file from elsewhere needs the first three columns alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goldspan.domain.collect import NO_ANSWER, located
from goldspan.domain.demonstration import Answer
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import InvalidInput
from goldspan.formats.objects import LIST, NUMBER, TEXT, WHOLE, Kind, read_objects, require_kinds
from goldspan.formats.source import shown

COLUMNS = ("prompt", "chosen", "rejected")
OPTIONAL: dict[str, Kind] = {
    **dict.fromkeys(("question", "context", "chosen_text", "rejected_text"), TEXT),
    **dict.fromkeys(("article", "passage"), TEXT),
    **dict.fromkeys(("chosen_start", "rejected_start"), WHOLE),
    **dict.fromkeys(("agreement", "label_smoothing", "weight"), NUMBER),
    "annotators": LIST,
}
"""What the other columns hold, where they are there."""


def pair_row(pair: PreferencePair, template: PromptTemplate | None = None) -> dict[str, Any]:
    """Return a pair as a row of plain values, its prompt made with ``template``."""
    shown = template or PromptTemplate()
    row: dict[str, Any] = {
        "prompt": shown.render_prompt(pair.question_text, pair.context),
        "chosen": shown.render_completion(pair.chosen.text),
        "rejected": shown.render_completion(pair.rejected.text),
        "question": pair.question_text,
        "context": pair.context,
    }
    for name, answer in (("chosen", pair.chosen), ("rejected", pair.rejected)):
        row[f"{name}_text"] = answer.text
        row[f"{name}_start"] = answer.span.start if answer.span else -1
    return {
        **row,
        "record_id": pair.record_id,
        "annotators": list(pair.annotators),
        "agreement": pair.agreement,
        "label_smoothing": pair.label_smoothing,
        "weight": pair.weight,
        "article": pair.article,
        "passage": pair.passage,
        "tie": pair.tie,
    }


def pair_of(row: Mapping[str, Any], name: str) -> PreferencePair:
    """Return the pair of a row; without a ``question`` the whole prompt takes its place.

    Args:
        row: a row's columns.
        name: names the row's record where the row itself does not.

    Raises:
        InvalidInput: if a column is missing, holds something else than it should, or the two
            answers are the same.
    """
    for column in COLUMNS:
        if not isinstance(row.get(column), str):
            raise InvalidInput(f"{column!r} is a text, found {shown(row.get(column))}")
    require_kinds(row, OPTIONAL)
    context = row.get("context") or ""
    chosen, rejected = (_answer(row, side, context) for side in ("chosen", "rejected"))
    if chosen.text == rejected.text:
        raise InvalidInput(f"chosen and rejected are the same text, {shown(chosen.text)}")
    return PreferencePair(
        record_id=str(row.get("record_id") or name),
        question_text=row.get("question") or row["prompt"].strip(),
        context=context,
        chosen=chosen,
        rejected=rejected,
        annotators=tuple(row.get("annotators") or ()),
        label_smoothing=row.get("label_smoothing") or 0.0,
        weight=row.get("weight") or 1.0,
        article=row.get("article") or "",
        passage=row.get("passage") or "",
        agreement=1.0 if row.get("agreement") is None else row["agreement"],
        tie=bool(row.get("tie", False)),
    )


def _answer(row: Mapping[str, Any], side: str, context: str) -> Answer:
    text = row.get(f"{side}_text")
    if text is None:
        text = row[side].strip()
    if text in ("", NO_ANSWER):
        return Answer("")
    start = row.get(f"{side}_start")
    if start is None or start < 0:
        return Answer(text) if start is not None else located(text, context)
    span = Span(start, start + len(text))
    if span.of(context) != text:
        raise InvalidInput(
            f"{side} {shown(text)} should stand at {start} of the context, "
            f"where {shown(span.of(context))} stands"
        )
    return Answer(text, span)


def read_pairs(path: Path) -> list[PreferencePair]:
    """Read JSON lines of pairs.

    Raises:
        NotFound: if there is no such file.
        InvalidFile: if lines do not hold pairs; lists them all.
    """
    expected = f"preference pairs, a JSON object a line with the texts {', '.join(COLUMNS)}"
    return read_objects(path, pair_of, expected)
