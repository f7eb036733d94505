"""Whether fields and questions make a dataset, and records fit it; the vectors they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.field import Field, TextField
from goldspan.domain.name import check_name
from goldspan.domain.nesting import require_shallow
from goldspan.domain.question import Question, SpanQuestion
from goldspan.errors import InvalidRecord, InvalidSettings


@dataclass(frozen=True, slots=True)
class VectorSettings:
    """A named vector of ``dimensions`` numbers that records may carry."""

    name: str
    dimensions: int
    title: str = ""

    def __post_init__(self) -> None:
        check_name("vector", self.name)
        if type(self.dimensions) is not int or self.dimensions < 1:
            raise InvalidSettings(
                f"vector {self.name!r} needs dimensions >= 1, found {self.dimensions!r}"
            )
        if not self.title:
            object.__setattr__(self, "title", self.name)


def check_settings(fields: Sequence[Field], questions: Sequence[Question]) -> None:
    """Raise InvalidSettings unless the fields and questions make a dataset.

    Needs at least one required field and one required question, no name twice, and span
    questions over fields that exist.
    """
    for kind, things in (("field", fields), ("question", questions)):
        names = [thing.name for thing in things]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidSettings(f"a dataset's {kind} names must differ, found twice: {twice}")
        if not any(thing.required for thing in things):
            raise InvalidSettings(f"a dataset needs at least one required {kind}, found none")
    for question in questions:
        check_marked_field(fields, question)


def check_marked_field(fields: Sequence[Field], question: Question) -> None:
    """Raise InvalidSettings if the question marks spans in what is not a text of the dataset."""
    texts = sorted(field.name for field in fields if isinstance(field, TextField))
    if isinstance(question, SpanQuestion) and question.field not in texts:
        raise InvalidSettings(
            f"span question {question.name!r} marks field {question.field!r}, "
            f"which is not one of the text fields {texts}"
        )


def check_fields(declared: Sequence[Field], given: Mapping[str, Any]) -> None:
    """Raise InvalidRecord unless ``given`` has every required field and no undeclared one."""
    require_shallow(given, "fields")
    by_name = {field.name: field for field in declared}
    for name, value in given.items():
        if name not in by_name:
            raise InvalidRecord(
                f"field {name!r} is not one of the dataset's fields {list(by_name)}; "
                "a value for a question belongs in responses or suggestions",
                field=name,
            )
        if value is not None or by_name[name].required:
            by_name[name].check(value)
    for field in declared:
        if field.required and given.get(field.name) is None:
            raise InvalidRecord(
                f"field {field.name!r} is required, found only {list(given)}", field=field.name
            )
