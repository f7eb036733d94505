"""What annotators are asked, and which values answer.

The classes carry the names that the field's Python clients use. A question's ``check`` takes a
plain value, as it came from JSON, and the record's fields; it builds no objects, so that a bulk
import can call it for every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from typing import Any, ClassVar

from goldspan.domain.name import check_name
from goldspan.errors import InvalidResponse, InvalidSettings

MAX_SPANS = 10_000


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a label, ranking or span question."""

    value: str
    text: str
    description: str | None = None


def options_of(given: Any) -> tuple[Option, ...]:
    """Turn a list of values, or a mapping of value to text, into options.

    Raises:
        InvalidSettings: if a value stands twice or is not a non-empty text.
    """
    if isinstance(given, Mapping):
        options = tuple(Option(value, text) for value, text in given.items())
    else:
        options = tuple(o if isinstance(o, Option) else Option(o, o) for o in given)
    values = [option.value for option in options]
    bad = [v for v in values if not isinstance(v, str) or not v]
    if bad:
        raise InvalidSettings(f"options are non-empty texts, found {bad[0]!r}")
    if len(set(values)) < len(values):
        raise InvalidSettings(f"options must differ, found {values!r}")
    return options


@dataclass(frozen=True, slots=True)
class _QuestionBase:
    """What every question has."""

    name: str
    _: KW_ONLY
    title: str = ""
    description: str | None = None
    required: bool = True
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_name("question", self.name)
        if not self.title:
            object.__setattr__(self, "title", self.name.capitalize())

    def _refuse(self, expected: str, found: Any) -> InvalidResponse:
        return InvalidResponse(
            f"question {self.name!r} takes {expected}, found {found!r:.200}",
            question=self.name,
            kind=self.kind,
        )


@dataclass(frozen=True, slots=True)
class TextQuestion(_QuestionBase):
    """Asks for a text."""

    _: KW_ONLY
    use_markdown: bool = False
    kind: ClassVar[str] = "text"

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless ``value`` is a text."""
        if not isinstance(value, str):
            raise self._refuse("a text", value)


@dataclass(frozen=True, slots=True)
class RatingQuestion(_QuestionBase):
    """Asks for one of 2 to 11 whole numbers from 0 to 10."""

    values: Sequence[int] = ()
    kind: ClassVar[str] = "rating"

    def __post_init__(self) -> None:
        _QuestionBase.__post_init__(self)
        values = tuple(self.values)
        object.__setattr__(self, "values", values)
        fits = all(type(v) is int and 0 <= v <= 10 for v in values)
        if not fits or len(set(values)) < len(values) or not 2 <= len(values) <= 11:
            raise InvalidSettings(
                f"rating question {self.name!r} needs 2 to 11 different whole numbers "
                f"from 0 to 10, found {values!r}"
            )

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless ``value`` is one of the ratings."""
        if type(value) is not int or value not in self.values:
            raise self._refuse(f"one of {list(self.values)}", value)


@dataclass(frozen=True, slots=True)
class _OptionsBase(_QuestionBase):
    """A question whose answers are drawn from named options."""

    LEAST: ClassVar[int] = 2
    MOST: ClassVar[int] = 500

    def _set_options(self, attribute: str) -> None:
        options = options_of(getattr(self, attribute))
        object.__setattr__(self, attribute, options)
        if not self.LEAST <= len(options) <= self.MOST:
            raise InvalidSettings(
                f"question {self.name!r} needs {self.LEAST} to {self.MOST} options, "
                f"found {len(options)}"
            )


@dataclass(frozen=True, slots=True)
class LabelQuestion(_OptionsBase):
    """Asks for one label; ``labels`` is a list of values or a mapping of value to text."""

    labels: Any = ()
    _: KW_ONLY
    visible_labels: int | None = None
    kind: ClassVar[str] = "label_selection"

    def __post_init__(self) -> None:
        _QuestionBase.__post_init__(self)
        self._set_options("labels")

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless ``value`` is one of the labels."""
        allowed = [option.value for option in self.labels]
        if not isinstance(value, str) or value not in allowed:
            raise self._refuse(f"one of {allowed}", value)


@dataclass(frozen=True, slots=True)
class MultiLabelQuestion(_OptionsBase):
    """Asks for one or more labels."""

    labels: Any = ()
    _: KW_ONLY
    visible_labels: int | None = None
    labels_order: str = "natural"
    kind: ClassVar[str] = "multi_label_selection"

    def __post_init__(self) -> None:
        _QuestionBase.__post_init__(self)
        self._set_options("labels")
        if self.labels_order not in ("natural", "suggestion"):
            raise InvalidSettings(
                f"labels_order of question {self.name!r} is 'natural' or 'suggestion', "
                f"found {self.labels_order!r}"
            )

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless ``value`` is a list of different labels."""
        allowed = [option.value for option in self.labels]
        if (
            not isinstance(value, list)
            or not value
            or any(v not in allowed for v in value)
            or len(set(value)) < len(value)
        ):
            raise self._refuse(f"a list of different labels out of {allowed}", value)


@dataclass(frozen=True, slots=True)
class RankingQuestion(_OptionsBase):
    """Asks to order the options; equal ranks are ties."""

    values: Any = ()
    MOST: ClassVar[int] = 50
    kind: ClassVar[str] = "ranking"

    def __post_init__(self) -> None:
        _QuestionBase.__post_init__(self)
        self._set_options("values")

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless every option that the record fills has one rank.

        ``value`` is a list of ``{"value": option, "rank": 1 for the best}``; an item without
        ``rank`` takes its position. An option named like a field that the record leaves empty
        need not be ranked.
        """
        allowed = {option.value for option in self.values}
        candidates = allowed & fields.keys()
        needed = {name for name in candidates if fields[name]} if candidates else allowed
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self._refuse("a list of {'value', 'rank'}", value)
        names = [item.get("value") for item in value]
        for item in value:
            rank = item.get("rank")
            if not isinstance(item.get("value"), str) or item["value"] not in allowed:
                raise self._refuse(f"values out of {sorted(allowed)}", item)
            if rank is not None and (type(rank) is not int or not 1 <= rank <= len(allowed)):
                raise self._refuse(f"ranks from 1 to {len(allowed)}", item)
        if len(set(names)) < len(names):
            raise self._refuse("every option once", value)
        if not needed <= set(names):
            raise self._refuse(f"a rank for each of {sorted(needed)}", value)


@dataclass(frozen=True, slots=True)
class SpanQuestion(_OptionsBase):
    """Asks to mark pieces of the field named ``field``."""

    field: str = ""
    labels: Any = ()
    _: KW_ONLY
    visible_labels: int | None = None
    allow_overlapping: bool = False
    allow_character_annotation: bool = True
    LEAST: ClassVar[int] = 1
    kind: ClassVar[str] = "span"

    def __post_init__(self) -> None:
        _QuestionBase.__post_init__(self)
        check_name("field", self.field)
        self._set_options("labels")

    def check(self, value: Any, fields: Mapping[str, Any]) -> None:
        """Raise InvalidResponse unless ``value`` is a list of spans within the field.

        An item is ``{"label", "start", "end"}`` in code points; it may carry ``text`` (or
        ``score``), and a text that differs from the field at that place is refused. Two
        identical spans are refused, overlapping ones unless the question allows them.
        """
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self._refuse("a list of {'label', 'start', 'end'}", value)
        if len(value) > MAX_SPANS:
            raise self._refuse(f"at most {MAX_SPANS} spans", f"{len(value)} spans")
        text = fields.get(self.field)
        if not isinstance(text, str):
            raise self._refuse(f"spans over field {self.field!r}, which the record lacks", value)
        allowed = {option.value for option in self.labels}
        seen: list[tuple[int, int, str]] = []
        for item in value:
            label, start, end = item.get("label"), item.get("start"), item.get("end")
            if not isinstance(label, str) or label not in allowed:
                raise self._refuse(f"labels out of {sorted(allowed)}", item)
            if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
                raise self._refuse(
                    f"spans with 0 <= start < end <= {len(text)}, the length of {self.field!r}",
                    item,
                )
            given = item.get("text")
            if given is not None and given != text[start:end]:
                raise self._refuse(
                    f"the text at {start}:{end} of {self.field!r}, {text[start:end]!r:.80}", item
                )
            seen.append((start, end, label))
        seen.sort()
        for one, other in pairwise(seen):
            if one == other:
                raise self._refuse("different spans", value)
            if not self.allow_overlapping and other[0] < one[1]:
                raise self._refuse("spans that do not overlap", value)


Question = (
    TextQuestion
    | RatingQuestion
    | LabelQuestion
    | MultiLabelQuestion
    | RankingQuestion
    | SpanQuestion
)
QUESTION_KINDS: dict[str, type[Any]] = {
    cls.kind: cls
    for cls in (
        TextQuestion,
        RatingQuestion,
        LabelQuestion,
        MultiLabelQuestion,
        RankingQuestion,
        SpanQuestion,
    )
}


def check_values(
    questions: Mapping[str, Question],
    values: Mapping[str, Any],
    fields: Mapping[str, Any],
    *,
    complete: bool,
) -> None:
    """Raise InvalidResponse unless the values answer the questions.

    Args:
        questions: the dataset's questions by name.
        values: question name to plain value (the wire's ``{"value": ...}`` already opened).
        fields: the record's fields.
        complete: whether every required question must be answered (a submitted response).
    """
    for name, value in values.items():
        if name not in questions:
            raise InvalidResponse(
                f"question {name!r} is not one of the dataset's questions {list(questions)}",
                question=name,
            )
        questions[name].check(value, fields)
    if complete:
        missing = [n for n, question in questions.items() if question.required and n not in values]
        if missing:
            raise InvalidResponse(
                f"a submitted response answers every required question, missing: {missing}",
                question=missing[0],
            )
