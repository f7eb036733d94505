"""Rows of anybody's tables become records: columns are matched by name or by a mapping."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from goldspan.domain.answering import QUESTION_FIELDS, Answering
from goldspan.domain.metadata import (
    FloatMetadataProperty,
    IntegerMetadataProperty,
    MetadataProperty,
)
from goldspan.domain.question import Question, RatingQuestion
from goldspan.errors import InvalidFile, Remedy
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.lines import FileRow, Table
from goldspan.formats.rows import RowGatherer, named_by
from goldspan.formats.source import shown
from goldspan.formats.whole import WholeRecord

ID_COLUMNS = ("id", "external_id")
ORIGINS = ("article", "passage")
ANSWERS = ("answer", "answers", "answer_start")


def read_columns(table: Table, format: str, target: Target, name: str) -> Reading:
    """Return the records of a table.

    Args:
        table: the rows.
        format: what the file is.
        target: what they are read for.
        name: of the file, for errors.

    Raises:
        InvalidFile: if a column that is needed or named in the mapping is missing, or one that
            is read stands there more than once.
    """
    mapping = _matched(table, target, name)
    answering = target.shape.answering
    rows = (
        _Demonstrations(target, mapping, answering).read(table)
        if answering is not None
        else _Records(target, mapping).read(table)
    )
    return Reading(format, table.header, mapping, rows)


def known_columns(target: Target) -> set[str]:
    """Return the columns that are looked for, in lower case."""
    own = {*target.shape.fields, *target.shape.questions, *target.shape.metadata}
    fixed = {"question", "context", *ANSWERS, *ID_COLUMNS, *ORIGINS}
    return own | fixed | {column.lower() for column in target.mapping.values()}


def _matched(table: Table, target: Target, name: str) -> dict[str, str]:
    """Return name within the dataset to the key under which rows have its column."""
    shape = target.shape
    known = {*shape.fields, *shape.questions, *shape.metadata}
    known |= {"question", "context", *ANSWERS, *ID_COLUMNS, *ORIGINS}
    mapped = {one: table.key(column) for one, column in target.mapping.items()}
    missing = [target.mapping[one] for one, key in mapped.items() if key is None]
    strange = [one for one in mapped if one not in known]
    if missing or strange:
        what = f"the file has no column {missing}" if missing else f"there is no {strange}"
        raise InvalidFile(
            f"the mapping of {name} does not fit: {what}. It maps names of the dataset, "
            f"{sorted(known)}, to columns of the file, {list(table.header)}"
        )
    by_name = {one: table.key(one) for one in known}
    found = {one: key for one, key in {**by_name, **mapped}.items() if key is not None}
    answering = shape.answering
    if answering is not None:
        _take_aliases(found, answering, table)
    needed = [field for field, required in shape.fields.items() if required and field not in found]
    if needed and not table.header:
        # Why there are no columns may be what reading the first row says.
        said = next((str(row) for row in table.rows if isinstance(row, Fault)), "")
        why = said or "it has no rows; a table begins with the names of its columns"
        raise InvalidFile(f"{name} cannot be read: {why}")
    if needed:
        raise InvalidFile(
            f"{name} has no column for {needed}; found the columns {list(table.header)}. Name "
            "them so, or say which column stands for which field",
            remedies=[
                Remedy(
                    gain="to read another column",
                    parameter="mapping",
                    value=dict.fromkeys(needed, "COLUMN"),
                )
            ],
            missing=needed,
            columns=list(table.header),
        )
    header = [one.lower() for one in table.header] if table.any_case else list(table.header)
    repeated = sorted({key for key in found.values() if header.count(key) > 1})
    if repeated:
        raise InvalidFile(
            f"{name} has more than one column {repeated}; found the columns "
            f"{list(table.header)}. Take out or rename the ones that are not meant",
            columns=list(table.header),
        )
    return found


def _take_aliases(found: dict[str, str], answering: Answering, table: Table) -> None:
    """Let a column `prompt` stand for the field `question`, and the other way round."""
    aliases = {
        answering.question_field: QUESTION_FIELDS,
        answering.question.name: ("answer",),
    }
    for name, others in aliases.items():
        for other in others:
            key = found.get(other) or table.key(other)
            if name not in found and key is not None:
                found[name] = key


class _Demonstrations:
    """Reads rows of question, context and answer."""

    def __init__(self, target: Target, mapping: Mapping[str, str], names: Answering) -> None:
        self._names = names
        self._records = _Records(target, mapping)
        self._gatherer = RowGatherer(answers_required=False)
        self._mapping = mapping
        self._wanted = target.answers_wanted

    def read(self, table: Table) -> Iterator[Incoming | Fault]:
        for row in table.rows:
            if isinstance(row, Fault):
                yield row
                continue
            made = self._made(row)
            yield from self._gatherer.faults
            self._gatherer.faults.clear()
            if made is not None:
                yield made

    def _made(self, row: FileRow) -> Incoming | Fault | None:
        names, columns = self._names, row.columns
        plain = {
            "question": names.question_field,
            "context": names.context_field,
            "article": "article",
        }
        given = {
            key: columns[self._mapping[name]]
            for key, name in plain.items()
            if self._mapping.get(name) in columns
        }
        given["id"] = self._records.named(columns)
        if self._wanted and self._mapping.get(names.question.name) in columns:
            given["answer"] = self._records.cell(columns, names.question.name)
            given["answer_start"] = self._records.cell(columns, "answer_start")
        elif self._wanted and self._mapping.get("answers") in columns:
            given["answers"] = self._records.cell(columns, "answers")
        found = self._gatherer.take(row.number, row.place, given)
        if found is None:
            return None
        metadata = {"passage": found.passage}
        if found.article:
            metadata["article"] = found.article
        fields = {names.question_field: found.question_text, names.context_field: found.context}
        made = self._records.made(row, {names.question_field, names.context_field})
        if isinstance(made, Fault):
            return made
        made.record.fields = {**made.record.fields, **fields}
        made.record.metadata = {**metadata, **made.record.metadata}
        made.record.external_id = found.id
        said = bool(given.keys() & {"answer", "answers"})
        others = {
            name: value
            for name, value in (made.values or {}).items()
            if name != names.question.name
        }
        return replace(made, answers=found.answers if said else None, values=others or None)


class _Records:
    """Reads rows whose columns are fields, questions and metadata."""

    def __init__(self, target: Target, mapping: Mapping[str, str]) -> None:
        self._target = target
        self._mapping = mapping
        self._places: dict[str, str] = {}

    def read(self, table: Table) -> Iterator[Incoming | Fault]:
        for row in table.rows:
            if isinstance(row, Fault):
                yield row
                continue
            made = self.made(row, set())
            if isinstance(made, Incoming):
                made.record.external_id = self.named(row.columns) or _content_name(made.record)
                yield self._repeated(made) or made
            else:
                yield made

    def named(self, columns: Mapping[str, Any]) -> Any:
        """Return the id that the row gives itself, or None."""
        for name in ID_COLUMNS:
            value = self.cell(columns, name)
            if value not in (None, ""):
                return str(value) if type(value) is int else value
        return None

    def cell(self, columns: Mapping[str, Any], name: str) -> Any:
        """Return what a row has in the column for a name; None where there is no such column.

        A column may have no name at all: pandas writes an index under the empty one.
        """
        return columns.get(self._mapping[name]) if name in self._mapping else None

    def made(self, row: FileRow, passed_over: set[str]) -> Incoming | Fault:
        """Return the row's record without its external id."""
        shape = self._target.shape
        fields: dict[str, Any] = {}
        for name, required in shape.fields.items():
            value = self.cell(row.columns, name)
            if name in passed_over or (value in (None, "") and not required):
                continue
            if value is None:
                return Fault(
                    f"{row.place}, column {name}", "expected a value, found none", row.number
                )
            fields[name] = value
        record = WholeRecord(fields=fields, metadata=self._metadata(row.columns))
        values = self._values(row.columns)
        return Incoming(row.number, row.place, record, values=values or None)

    def _metadata(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in {*self._target.shape.metadata, *ORIGINS}:
            value = self.cell(columns, name)
            if value not in (None, ""):
                found[name] = _metadata_value(self._target.shape.metadata.get(name), value)
        return found

    def _values(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        if not self._target.answers_wanted:
            return {}
        found: dict[str, Any] = {}
        for name, question in self._target.shape.questions.items():
            value = self.cell(columns, name)
            # A field of the same name is what is shown, not what is answered.
            if name not in self._target.shape.fields and value not in (None, ""):
                found[name] = _question_value(question, value)
        return found

    def _repeated(self, made: Incoming) -> Fault | None:
        name = made.record.external_id
        assert name is not None, "it was just given"
        if not isinstance(name, str):
            return Fault(
                f"{made.place}, column id", f"expected a text, found {shown(name)}", made.row
            )
        first = self._places.setdefault(name, made.place)
        if first == made.place:
            return None
        return Fault(
            f"{made.place}, column id", f"{shown(name)} stands in {first} already", made.row
        )


def _metadata_value(prop: MetadataProperty | None, value: Any) -> Any:
    """Return a cell's text as the number that the property takes, if it is one."""
    if isinstance(prop, IntegerMetadataProperty):
        return _number(value, int)
    return _number(value, float if isinstance(prop, FloatMetadataProperty) else None)


def _question_value(question: Question, value: Any) -> Any:
    return _number(value, int if isinstance(question, RatingQuestion) else None)


def _number(value: Any, kind: type[int | float] | None) -> Any:
    """Return a cell's text as a number that JSON has; what is none stays as it is."""
    if kind is None or not isinstance(value, str):
        return value
    try:
        number = kind(value)
    except ValueError:
        return value  # the check against the dataset says what was expected
    return number if math.isfinite(number) else value


def _content_name(record: WholeRecord) -> str:
    """Return a name made of a record's content, so that importing it again finds it again."""
    return named_by(*(f"{name}\0{value}" for name, value in record.fields.items()))
