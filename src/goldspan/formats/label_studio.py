"""Exports of Label Studio, the format "JSON": tasks with marked spans, texts and comparisons.

What a task shows (``data``) becomes the record's fields: by name, by the mapping, or, for
questions about passages, under Label Studio's usual names. An annotation becomes a response, its
result's parts going to the question that they are named after (``from_name``), else to the one
question of their kind; a prediction becomes suggestions. Label Studio counts a span's place in
UTF-16 units, as browsers do: where the text that it saved stands there so counted and not in code
points, it is converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.record import ResponseStatus
from goldspan.domain.span import Span
from goldspan.formats.fault import Fault
from goldspan.formats.incoming import Incoming, Reading, Target
from goldspan.formats.lines import FileRow, json_table
from goldspan.formats.source import Buffer, misplaced, shown
from goldspan.formats.whole import Shape, WholeRecord, WholeResponse, WholeSuggestion

Node = Mapping[str, Any]

# Kind of a result's part to the kinds of questions that it can answer.
KINDS: dict[str, tuple[type, ...]] = {
    "labels": (SpanQuestion,),
    "hypertextlabels": (SpanQuestion,),
    "textarea": (TextQuestion,),
    "pairwise": (RankingQuestion,),
    "choices": (LabelQuestion, MultiLabelQuestion),
    "rating": (RatingQuestion,),
}
ALIASES = {
    "question": ("question", "prompt", "query"),
    "prompt": ("prompt", "question", "instruction"),
    "context": ("context", "text", "passage"),
    "response1": ("response1", "answer1", "text1", "left"),
    "response2": ("response2", "answer2", "text2", "right"),
}
COLUMNS = ["id", "data", "annotations", "predictions"]


def is_label_studio(columns: Sequence[str]) -> bool:
    """Say whether a JSON array with these keys is one of Label Studio's."""
    return "data" in columns and bool({"annotations", "predictions", "id"} & set(columns))


def read_label_studio(data: Buffer, name: str, target: Target) -> Reading:
    """Return the tasks of an export as records.

    Raises:
        InvalidFile: if it is no JSON array.
    """
    return Reading("label-studio", COLUMNS, dict(target.mapping), _rows(data, name, target))


def _rows(data: Buffer, name: str, target: Target) -> Iterator[Incoming | Fault]:
    places: dict[str, str] = {}
    for row in json_table(data, name).rows:
        if isinstance(row, Fault):
            yield row
            continue
        task = _Task(row, target)
        record = task.record()
        yield from task.faults
        if task.faults:
            continue
        first = places.setdefault(record.external_id or row.place, row.place)
        if first == row.place:
            yield Incoming(row.number, row.place, record)
        else:
            message = f"the id {shown(record.external_id)} stands in {first} already"
            yield Fault(row.place, message, row.number)


class _Task:
    """Reads one task and gathers its faults."""

    def __init__(self, row: FileRow, target: Target) -> None:
        self.faults: list[Fault] = []
        self._row = row
        self._target = target
        self._fields: dict[str, Any] = {}

    def record(self) -> WholeRecord:
        """Return the task as a record."""
        task = self._row.columns
        self._fields = self._shown(task.get("data"))
        given = task.get("id")
        return WholeRecord(
            external_id=None if given is None else str(given),
            fields=self._fields,
            metadata=self._metadata(task.get("data")),
            responses=[
                self._response(one, f"{self._row.place}.annotations[{at}]")
                for at, one in enumerate(self._objects(task, "annotations"))
            ],
            suggestions=[
                suggestion
                for at, one in enumerate(self._objects(task, "predictions")[:1])
                for suggestion in self._suggestions(one, f"{self._row.place}.predictions[{at}]")
            ],
        )

    def _fault(self, place: str, message: str) -> None:
        self.faults.append(Fault(place, message, self._row.number))

    def _objects(self, node: Node, key: str) -> list[Node]:
        value = node.get(key) or []
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return value
        self._fault(f"{self._row.place}.{key}", f"expected a list of objects, found {shown(value)}")
        return []

    def _shown(self, data: Any) -> dict[str, Any]:
        place = f"{self._row.place}.data"
        if not isinstance(data, dict):
            self._fault(place, f"expected an object, found {shown(data)}")
            return {}
        fields: dict[str, Any] = {}
        for name, required in self._target.shape.fields.items():
            mapped = self._target.mapping.get(name)
            keys = (mapped,) if mapped else ALIASES.get(name, (name,))
            key = next((one for one in keys if one in data), None)
            if key is not None:
                fields[name] = data[key]
            elif required:
                message = f"field {name!r} is in none of {list(keys)}; found {list(data)}"
                self._fault(place, f"{message}. Say with a mapping where it stands")
        return fields

    def _metadata(self, data: Any) -> dict[str, Any]:
        known = {*self._target.shape.metadata, "article", "passage"}
        return {name: data[name] for name in known if isinstance(data, dict) and name in data}

    def _response(self, node: Node, place: str) -> WholeResponse:
        user = node.get("completed_by")
        name = user.get("email") or user.get("id") if isinstance(user, dict) else user
        cancelled = bool(node.get("was_cancelled"))
        return WholeResponse(
            username="label-studio" if name is None else str(name),
            status=ResponseStatus.DISCARDED if cancelled else ResponseStatus.SUBMITTED,
            values=self._values(node, place),
        )

    def _suggestions(self, node: Node, place: str) -> list[WholeSuggestion]:
        score = node.get("score")
        fits = type(score) in (int, float) and 0 <= float(score or 0) <= 1
        return [
            WholeSuggestion(
                question_name=name,
                value=value,
                score=float(score or 0) if fits else None,
                agent=str(node["model_version"]) if node.get("model_version") else None,
                type="model",
            )
            for name, value in self._values(node, place).items()
        ]

    def _values(self, node: Node, place: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        marks = _the_one(self._target.shape, SpanQuestion)
        if marks is not None and not node.get("was_cancelled"):
            values[marks.name] = []  # nothing marked says "not answerable"
        for at, part in enumerate(self._objects(node, "result")):
            where = f"{place}.result[{at}]"
            question = self._question(part)
            if question is None:
                if str(part.get("type")) in KINDS:
                    message = f"no question of the dataset takes {shown(part.get('type'))}"
                    self._fault(where, message)
                continue
            self._put(values, question, part, where)
        return values

    def _question(self, part: Node) -> Question | None:
        shape, kinds = self._target.shape, KINDS.get(str(part.get("type")), ())
        named = shape.questions.get(str(part.get("from_name")))
        return named if isinstance(named, kinds) else _the_one(shape, *kinds)

    def _put(self, values: dict[str, Any], question: Question, part: Node, place: str) -> None:
        value = part.get("value")
        if not isinstance(value, dict):
            self._fault(f"{place}.value", f"expected an object, found {shown(value)}")
        elif isinstance(question, SpanQuestion):
            span = self._span(question, value, place)
            if span is not None and span not in values.setdefault(question.name, []):
                values[question.name].append(span)
        elif isinstance(question, RankingQuestion):
            self._put_ranking(values, question, value, place)
        elif isinstance(question, TextQuestion):
            texts = self._list(value, "text", place)
            values[question.name] = "\n".join(map(str, texts))
        elif isinstance(question, RatingQuestion):
            values[question.name] = value.get("rating")
        else:
            chosen = self._list(value, "choices", place) or [None]
            values[question.name] = (
                chosen if isinstance(question, MultiLabelQuestion) else chosen[0]
            )

    def _list(self, value: Node, key: str, place: str) -> list[Any]:
        """Return a list of a part's value; of a text alone, one that holds it."""
        given = value.get(key) or []
        if isinstance(given, str):
            return [given]
        if isinstance(given, list):
            return given
        self._fault(f"{place}.value.{key}", f"expected a list, found {shown(given)}")
        return []

    def _put_ranking(
        self, values: dict[str, Any], question: RankingQuestion, value: Node, place: str
    ) -> None:
        selected = value.get("selected")
        options = [option.value for option in question.values]
        if selected not in ("left", "right") or len(options) != 2:
            self._fault(place, f"expected left or right of two, found {shown(selected)}")
            return
        best = options if selected == "left" else options[::-1]
        values[question.name] = [
            {"value": one, "rank": rank} for rank, one in enumerate(best, start=1)
        ]

    def _span(self, question: SpanQuestion, value: Node, place: str) -> dict[str, Any] | None:
        context = self._fields.get(question.field)
        start, end, text = value.get("start"), value.get("end"), value.get("text")
        if type(start) is not int or type(end) is not int or not isinstance(context, str):
            found = f"{shown(start)} to {shown(end)}"
            self._fault(place, f"expected a span of {question.field!r}, found {found}")
            return None
        span = _placed(context, start, end, text)
        if span is None:
            self._fault(place, misplaced(str(text), start, context))
            return None
        labels = [option.value for option in question.labels]
        given = self._list(value, "labels", place) + self._list(value, "hypertextlabels", place)
        label = labels[0] if len(labels) == 1 else next(iter(given), None)
        return {"label": label, "start": span.start, "end": span.end}


def _placed(context: str, start: int, end: int, text: Any) -> Span | None:
    """Return the span in code points; None if the text does not stand there."""
    if not 0 <= start < end:
        return None
    if not isinstance(text, str) or context[start:end] == text:
        return Span(start, end) if end <= len(context) else None
    units = context.encode("utf-16-le")
    before = units[: 2 * start].decode("utf-16-le", "replace")
    if units[2 * start : 2 * end].decode("utf-16-le", "replace") != text:
        return None
    return Span(len(before), len(before) + len(text))


def _the_one(shape: Shape, *kinds: type) -> Question | None:
    """Return the dataset's one question of these kinds, None if there is none or several."""
    found = [one for one in shape.questions.values() if isinstance(one, kinds)]
    return found[0] if len(found) == 1 else None
