"""A dataset's records in the two forms that training reads: as domain objects and as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from goldspan.domain import collect
from goldspan.domain.collect import AnnotatedRecord
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.formatting import text_in
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.rows import row_of
from goldspan.sdk.task import Task
from goldspan.sdk.training_task import TrainingTask, Triplet

QUESTION_COLUMNS = ("question", "prompt")
CONTEXT_COLUMNS = ("context",)
ANSWER_COLUMNS = ("answer", "response")
SKIPPED = "records left out by the formatting function"


class Columns(NamedTuple):
    """Names of the columns with a record's question, context and answer; None where absent."""

    question: str | None
    context: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """One record in the two forms that are needed of it."""

    record: AnnotatedRecord
    row: dict[str, Any]

    @property
    def id(self) -> str:
        """What the record is called in messages and in the training rows."""
        return self.record.external_id or self.record.id

    def text(self, column: str | None) -> str:
        """Return a column's text, or that of its first response; "" where there is none."""
        return text_in(self.row.get(column)) if column else ""

    def passage(self, context: str) -> str:
        """Name the passage, for splits: by the metadata, else by the context itself."""
        return self.record.origin("passage") or context or self.id


def sources_of(records: Iterable[FeedbackRecord], questions: Sequence[Question]) -> list[Source]:
    """Return records in both forms; every row has the same columns, None where it has nothing."""
    held = list(records)
    rows = [row_of(record, questions) for record in held]
    names = dict.fromkeys(name for row in rows for name in row)
    return [
        Source(record.annotated(at), {name: row.get(name) for name in names})
        for at, (record, row) in enumerate(zip(held, rows, strict=True))
    ]


def columns_of(task: TrainingTask, row: Mapping[str, Any]) -> Columns:
    """Return the columns that a task reads: those it names, else those with the usual names.

    Raises:
        InvalidInput: if the row lacks a column that the task names.
    """

    def find(given: str | None, usual: tuple[str, ...]) -> str | None:
        if given is not None and given not in row:
            raise InvalidInput(f"the task reads column {given!r}, found the columns {list(row)}")
        return given or next((name for name in usual if name in row), None)

    return Columns(
        find(task.question, QUESTION_COLUMNS),
        find(task.context, CONTEXT_COLUMNS),
        find(task.answer, ANSWER_COLUMNS),
    )


def demonstration_of(source: Source, columns: Columns) -> Demonstration:
    """Return the demonstration whose question, context and answer stand in a row's columns."""
    answer = source.text(columns.answer)
    triplet = Triplet(source.text(columns.question), source.text(columns.context), answer)
    return from_triplet(source, triplet, source.id)


def from_triplet(source: Source, triplet: Triplet, name: str) -> Demonstration:
    """Return a demonstration of a record under the given name."""
    return Demonstration(
        id=name,
        question_text=triplet.question,
        context=triplet.context,
        answers=tuple(collect.answers_in(triplet.answer, triplet.context)),
        article=source.record.origin("article"),
        passage=source.record.origin("passage"),
    )


def examples_of(
    sources: Sequence[Source], task: Task, dropped: Counter[str]
) -> list[tuple[Source, list[Any]]]:
    """Call the formatting function on every record; an error of its own names the record."""
    found = []
    for source in sources:
        where = f"record {source.id!r}"
        try:
            examples = task.examples(source.row, where)
        except Exception as error:
            error.add_note(f"The formatting function was called with {where}.")
            raise
        if examples:
            found.append((source, examples))
        else:
            dropped[SKIPPED] += 1
    return found


def numbered(source: Source, examples: Sequence[Any]) -> list[str]:
    """Name a record's examples: one alone by the record's name."""
    if len(examples) == 1:
        return [source.id]
    return [f"{source.id}#{number}" for number in range(1, len(examples) + 1)]
