"""Tasks of other trainers than Goldspan's own: their rows are prepared here and trained elsewhere.

``prepare_for_training`` returns them with the columns that those trainers read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from goldspan.domain.field import Field
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput
from goldspan.sdk.task import FormattingFunc, Row, Task, required_callable, texts_of

ROLES = ("system", "user", "assistant")
SENTENCES = ("sentence-1", "sentence-2", "sentence-3")
LABEL = "label"


class Labelled(NamedTuple):
    """A text and what it is: one label, or several."""

    text: str
    label: str | int | list[str]


class Turn(NamedTuple):
    """What one side says in a conversation; turns are put in the order of ``turn``."""

    chat: str
    turn: str
    role: str
    content: str


class OtherTask(Task):
    """Rows for trainers that are not Goldspan's."""

    __slots__ = ()
    frameworks: ClassVar[tuple[str, ...]] = ()
    """The frameworks whose trainers read the rows."""


@dataclass(frozen=True, slots=True)
class TextClassificationTask(OtherTask):
    """Texts and their labels.

    Args:
        text: the field with the text.
        label: the question whose submitted answers are the label.
        strategy: unifies several people's answers, as ``compute_unified_responses`` does; None
            takes the majority's.
    """

    text: str | None = None
    label: str | None = None
    strategy: str | None = None
    name: ClassVar[str] = "for_text_classification"
    expected: ClassVar[str] = "(text, label), the label a text, a number or a list of texts"
    frameworks: ClassVar[tuple[str, ...]] = ("transformers", "peft", "setfit")

    def _example(self, value: Any, where: str) -> Labelled:
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
            text, label = value
            several = isinstance(label, list) and all(isinstance(one, str) for one in label)
            if several or (isinstance(label, str | int) and not isinstance(label, bool)):
                return Labelled(text, label)
        raise self.refusal(value, where)


@dataclass(frozen=True, slots=True)
class SentenceSimilarityTask(OtherTask):
    """Two or three sentences, with a label or without.

    Args:
        texts: the fields with the sentences.
        label: the question whose submitted answers say how similar they are.
        strategy: as of ``TextClassificationTask``.
    """

    texts: tuple[str, ...] = ()
    label: str | None = None
    strategy: str | None = None
    name: ClassVar[str] = "for_sentence_similarity"
    expected: ClassVar[str] = (
        "a dict of sentence-1, sentence-2, perhaps sentence-3, perhaps label (a text or a number)"
    )
    frameworks: ClassVar[tuple[str, ...]] = ("sentence-transformers",)

    def _example(self, value: Any, where: str) -> Mapping[str, Any]:
        if isinstance(value, Mapping):
            texts = [value.get(name) for name in SENTENCES if name in value]
            known = set(value) - {LABEL} in ({*SENTENCES[:2]}, {*SENTENCES})
            labels = [value[LABEL]] if LABEL in value else []
            if (
                known
                and all(isinstance(text, str) for text in texts)
                and all(isinstance(label, str | int | float) for label in labels)
            ):
                return dict(value)
        raise self.refusal(value, where)


class ChatCompletionTask(OtherTask):
    """Conversations."""

    __slots__ = ()
    name = "for_chat_completion"
    expected = f"(chat_id, turn_id, role, content), the role one of {', '.join(ROLES)}"
    frameworks = ("openai", "trl")

    def examples(self, row: Row, where: str) -> list[Any]:
        """Return the turns that the formatting function makes, lists of lists as one list."""
        return _flat(OtherTask.examples(self, row, where))

    def _example(self, value: Any, where: str) -> Any:
        if isinstance(value, list):
            return [self._example(one, where) for one in value]
        texts = texts_of(value, Turn._fields)
        if texts is None or Turn(*texts).role not in ROLES:
            raise self.refusal(value, where)
        return Turn(*texts)


class PromptsTask(OtherTask):
    """Prompts alone, to which a trainer of policies writes the answers itself."""

    __slots__ = ()
    name = "for_proximal_policy_optimization"
    expected = "a str"
    frameworks = ("trl",)

    def _example(self, value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise self.refusal(value, where)
        return value


def text_classification(
    formatting_func: FormattingFunc | None,
    text: Field | str | None,
    label: Question | str | None,
    label_strategy: str | None,
) -> TextClassificationTask:
    """Return the task. Raises InvalidInput unless it knows where text and label come from."""
    _require_one_way("text and label", formatting_func, text, label, needed=2)
    return TextClassificationTask(
        required_callable(formatting_func), _name(text), _name(label), label_strategy
    )


def sentence_similarity(
    texts: Iterable[Field | str] | None,
    label: Question | str | None,
    formatting_func: FormattingFunc | None,
    label_strategy: str | None,
) -> SentenceSimilarityTask:
    """Return the task. Raises InvalidInput unless it knows where the sentences come from."""
    names = tuple(str(_name(one)) for one in texts or ())
    _require_one_way("texts", formatting_func, names or None, label, needed=1)
    if names and len(names) not in (2, 3):
        raise InvalidInput(f"texts names two or three fields, found {list(names)}")
    return SentenceSimilarityTask(
        required_callable(formatting_func), names, _name(label), label_strategy
    )


def _require_one_way(
    what: str, formatting_func: FormattingFunc | None, *given: Any, needed: int
) -> None:
    named = [one for one in given if one is not None]
    if formatting_func is not None and named:
        raise InvalidInput(f"give either {what} or a formatting_func, found both")
    if formatting_func is None and any(one is None for one in given[:needed]):
        raise InvalidInput(f"give {what}, or a formatting_func")


def _name(given: Field | Question | str | None) -> str | None:
    return given if given is None or isinstance(given, str) else given.name


def _flat(items: list[Any]) -> list[Any]:
    return [one for item in items for one in (item if type(item) is list else [item])]
