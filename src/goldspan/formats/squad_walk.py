"""One pass over a decoded SQuAD file: every question, and every fault with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.domain.squad_version import SquadVersion
from goldspan.formats.fault import Fault
from goldspan.formats.source import misplaced, shown

Node = dict[str, Any]


class SquadWalk:
    """Gathers what one file holds.

    Args:
        answers_required: whether a question of v1.1's form must have answers.
    """

    def __init__(self, answers_required: bool) -> None:
        self.faults: list[Fault] = []
        self.row: int | None = None  # number and place of the question that is being read
        self.place = ""
        self._rows = 0
        self._answers_required = answers_required
        self._forms: Counter[SquadVersion] = Counter()
        self._first: dict[SquadVersion, str] = {}
        self._ids: dict[str, str] = {}
        # Equal contexts are one object and one passage, so that a split cannot part them.
        self._passages: dict[str, tuple[str, str]] = {}
        self._contexts_of: Counter[str] = Counter()

    @property
    def version(self) -> SquadVersion:
        """The version that the questions' form tells."""
        return "v2.0" if self._forms["v2.0"] else "v1.1"

    def questions(self, data: Sequence[Any]) -> Iterator[Demonstration]:
        """Yield every sound question below the file's ``data``.

        Args:
            data: articles, decoded or still as JSON; of the latter, one paragraph at a time is
                decoded.

        Raises:
            ValueError, RecursionError: if an article that is still JSON cannot be decoded.
        """
        for place, article in self._objects(map(_opened, data), "data"):
            title = self._text(article, "title", place) if "title" in article else ""
            for paragraph_place, paragraph in self._children(article, "paragraphs", place):
                context = self._text(paragraph, "context", paragraph_place)
                questions = self._children(paragraph, "qas", paragraph_place)
                if title is None or context is None:
                    continue
                context, passage = self._passage(title, context)
                for question_place, question in questions:
                    found = self._question(question, question_place, title, context, passage)
                    if found:
                        yield found
                    self.row = None

    def check_version(self, tag: object) -> None:
        """Add a fault if the questions mix v1.1's and v2.0's form, or the file's tag lies."""
        one, two = self._forms["v1.1"], self._forms["v2.0"]
        if one and two:
            message = (
                f"v1.1 and v2.0 are mixed: {two} questions have `is_impossible` (the first is "
                f"{self._first['v2.0']}), {one} have not ({self._first['v1.1']}); give it to all "
                "or to none"
            )
            self.faults.insert(0, Fault("", message))
        elif self._forms and _tagged(tag) not in (None, self.version):
            has = "have" if two else "do not have"
            message = (
                f"the file says {shown(tag)}, but its questions {has} `is_impossible`, as in "
                f"{self.version}; correct one of the two"
            )
            self.faults.insert(0, Fault("version", message))

    def _passage(self, title: str, context: str) -> tuple[str, str]:
        """Return the one object for this context, and its passage's name."""
        if context not in self._passages:
            self._passages[context] = context, f"{title}#{self._contexts_of[title]}"
            self._contexts_of[title] += 1
        return self._passages[context]

    def _question(
        self, node: Node, place: str, title: str, context: str, passage: str
    ) -> Demonstration | None:
        before = len(self.faults)
        self._rows += 1
        self.row = self._rows
        self.place = place
        form: SquadVersion = "v2.0" if "is_impossible" in node else "v1.1"
        self._forms[form] += 1
        self._first.setdefault(form, place)
        id = self._id(node, place)
        question_text = self._text(node, "question", place)
        answers = self._answers(node, place, context)
        if len(self.faults) > before or id is None or question_text is None:
            return None
        return Demonstration(id, question_text, context, answers, title, passage)

    def _answers(self, node: Node, place: str, context: str) -> tuple[Answer, ...]:
        impossible = node.get("is_impossible", False)
        if not isinstance(impossible, bool):
            self._fault(
                f"{place}.is_impossible", f"expected true or false, found {shown(impossible)}"
            )
            return ()
        if "answers" not in node and not self._answers_required:
            return ()
        before = len(self.faults)
        children = list(self._children(node, "answers", place))
        if len(self.faults) > before:
            return ()
        if impossible and children:
            self._fault(place, "`is_impossible` is true, but there are answers")
            return ()
        if not impossible and not children and self._answers_required:
            self._fault(
                place,
                "no answer; a question that its context does not answer needs "
                "`is_impossible`: true (v2.0)",
            )
        answers = [self._answer(child, at, context) for at, child in children]
        return tuple(answer for answer in answers if answer)

    def _answer(self, node: Node, place: str, context: str) -> Answer | None:
        text = self._text(node, "text", place)
        start = node.get("answer_start")
        if type(start) is not int:
            found = shown(start) if "answer_start" in node else "none"
            self._fault(f"{place}.answer_start", f"expected a whole number, found {found}")
            return None
        if text is None:
            return None
        if start < 0 or not context.startswith(text, start):
            self._fault(place, misplaced(text, start, context))
            return None
        return Answer(text, Span(start, start + len(text)))

    def _id(self, node: Node, place: str) -> str | None:
        id = node.get("id")
        # Whole numbers are common in files made after SQuAD's example.
        if type(id) is int:
            id = str(id)
        if not isinstance(id, str) or not id:
            found = shown(id) if "id" in node else "none"
            self._fault(f"{place}.id", f"expected a text that is not empty, found {found}")
            return None
        if id in self._ids:
            self._fault(place, f"the id {shown(id)} belongs to {self._ids[id]} already")
        self._ids.setdefault(id, place)
        return id

    def _text(self, node: Node, key: str, place: str) -> str | None:
        """Return a text; None and a fault if it is absent, empty (but a title) or no text."""
        value = node.get(key)
        if isinstance(value, str) and (value or key == "title"):
            return value
        found = shown(value) if key in node else "none"
        self._fault(f"{place}.{key}", f"expected a text that is not empty, found {found}")
        return None

    def _children(self, node: Node, key: str, place: str) -> Iterator[tuple[str, Node]]:
        value = node.get(key)
        if isinstance(value, list):
            return self._objects(map(_opened, value), f"{place}.{key}")
        found = shown(value) if key in node else "none"
        self._fault(f"{place}.{key}", f"expected a list, found {found}")
        return iter(())

    def _objects(self, values: Iterable[Any], place: str) -> Iterator[tuple[str, Node]]:
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield f"{place}[{index}]", value
            else:
                self._fault(f"{place}[{index}]", f"expected an object, found {shown(value)}")

    def _fault(self, place: str, message: str) -> None:
        self.faults.append(Fault(place, message, self.row))


def _opened(value: Any) -> Any:
    """Return what JSON stands for; an object's ``paragraphs`` stay JSON, each by itself."""
    if not isinstance(value, msgspec.Raw):
        return value
    try:
        article = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        paragraphs = msgspec.json.decode(article.pop("paragraphs"), type=list[msgspec.Raw])
    except (msgspec.ValidationError, KeyError):
        return msgspec.json.decode(value)
    rest = {key: msgspec.json.decode(raw) for key, raw in article.items()}
    return {**rest, "paragraphs": paragraphs}


def _tagged(tag: object) -> SquadVersion | None:
    """Return the version that a file's ``version`` names, None where it names none of the two."""
    number = str(tag).lower().removeprefix("v")
    versions: dict[str, SquadVersion] = {"1": "v1.1", "2": "v2.0"}
    return versions.get(number[:1]) if number in ("1", "1.0", "1.1", "2", "2.0") else None
