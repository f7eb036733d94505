"""What becomes of what was said of a record when its texts change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from goldspan.domain.question import SpanQuestion
from goldspan.errors import Conflict
from goldspan.services.lookup import Schema
from goldspan.storage.rows import RecordRow
from goldspan.storage.store import Unit

NewTexts = Sequence[tuple[RecordRow, str]]
"""Records as they are, each with its new fields as JSON."""


def change_texts(unit: Unit, dataset_id: str, schema: Schema, given: NewTexts) -> None:
    """See that texts may change, and take away what they make void; they are not stored here.

    What people have said of a text keeps it from changing. A suggestion of spans goes where what it
    marks would not stand at its place any more.

    Args:
        unit: a transaction that writes.
        dataset_id: whose records.
        schema: what the dataset declares.
        given: records, changed or not.

    Raises:
        Conflict: if a record whose texts change has a response, or is settled.
    """
    changing = [(old, new) for old, new in given if not same_json(old.fields_json, new)]
    if not changing:
        return
    ids = [old.id for old, _ in changing]
    judged = sorted(judged_ids(unit, ids))
    if judged:
        raise Conflict(
            f"the texts of {len(judged)} records would change under the responses that they "
            f"have or what has settled them, such as record {judged[0]!r}; delete those first, or "
            "add the new texts as records of their own",
            record_ids=judged[:20],
        )
    unit.suggestions.delete(list(_misplaced(unit, schema, changing)))
    unit.texts.changed(dataset_id, ids)


def judged_ids(unit: Unit, record_ids: Collection[str]) -> set[str]:
    """Return those of the records that people have responded to, or settled."""
    responded = {one.record_id for one in unit.responses.of(record_ids)}
    return responded | unit.known.adjudications(record_ids).keys()


def same_json(one: str, other: str) -> bool:
    """Say whether two JSON texts hold the same value, whatever the order of keys."""
    return one == other or bool(msgspec.json.decode(one) == msgspec.json.decode(other))


def _misplaced(unit: Unit, schema: Schema, changing: NewTexts) -> Iterator[str]:
    """Yield the ids of suggestions that mark what does not stand there in the new texts."""
    marking = {
        schema.question_ids[name]: question.field
        for name, question in schema.questions.items()
        if isinstance(question, SpanQuestion)
    }
    if not marking:
        return
    decode = msgspec.json.decode
    texts = {old.id: (decode(old.fields_json), decode(new)) for old, new in changing}
    for suggestion in unit.suggestions.of(texts):
        field = marking.get(suggestion.question_id)
        if field is not None:
            old, new = (one.get(field) or "" for one in texts[suggestion.record_id])
            if not all(_stays(span, old, new) for span in decode(suggestion.value_json)):
                yield suggestion.id


def _stays(span: Mapping[str, Any], old: str, new: str) -> bool:
    place = slice(span["start"], span["end"])
    return old[place] == new[place]
