"""What a dataset shows: its fields and vectors, and whether fields and questions fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from goldspan.domain.name import check_name
from goldspan.domain.question import Question, SpanQuestion
from goldspan.errors import InvalidRecord, InvalidSettings


@dataclass(frozen=True, slots=True)
class TextField:
    """A named text of a record.

    Args:
        name: key in a record's ``fields``.
        title: what the page shows; the name, capitalised, if not given.
        required: whether every record must have it.
        use_markdown: whether the page renders it as markdown.
    """

    name: str
    title: str = ""
    required: bool = True
    use_markdown: bool = False
    kind: ClassVar[str] = "text"

    def __post_init__(self) -> None:
        check_name("field", self.name)
        if not self.title:
            object.__setattr__(self, "title", self.name.capitalize())

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is a text."""
        if not isinstance(value, str):
            raise InvalidRecord(
                f"field {self.name!r} is a text, found {type(value).__name__} {value!r:.80}",
                field=self.name,
            )


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


def check_settings(fields: Sequence[TextField], questions: Sequence[Question]) -> None:
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
    field_names = {field.name for field in fields}
    for question in questions:
        if isinstance(question, SpanQuestion) and question.field not in field_names:
            raise InvalidSettings(
                f"span question {question.name!r} marks field {question.field!r}, "
                f"which is not one of {sorted(field_names)}"
            )


def check_fields(declared: Sequence[TextField], given: Mapping[str, Any]) -> None:
    """Raise InvalidRecord unless ``given`` has every required field and no undeclared one."""
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
