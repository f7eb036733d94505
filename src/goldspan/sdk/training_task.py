"""What a training run is to learn, and what a formatting function may return for it.

A formatting function takes one row (``sdk.rows``) and returns one example, a list or generator
of examples, or None to leave the record out. Any other result is refused with what was expected
and what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypedDict

from goldspan.errors import InvalidInput

Row = Mapping[str, Any]


class Triplet(NamedTuple):
    """A question about a context and its answer; "" says "not answerable from this context"."""

    question: str
    context: str
    answer: str


class Text(NamedTuple):
    """A whole training text, from the first token to the answer's last."""

    text: str


class PromptCompletion(NamedTuple):
    """A prompt and what should follow it; the loss covers the completion alone."""

    prompt: str
    completion: str


class Preference(NamedTuple):
    """Two completions of one prompt, the preferred one first."""

    prompt: str
    chosen: str
    rejected: str


Example = Triplet | Text | PromptCompletion | Preference


class TripletDict(TypedDict):
    """A ``Triplet`` as a mapping."""

    question: str
    context: str
    answer: str


class PromptCompletionDict(TypedDict):
    """A ``PromptCompletion`` as a mapping."""

    prompt: str
    completion: str


class PreferenceDict(TypedDict):
    """A ``Preference`` as a mapping."""

    prompt: str
    chosen: str
    rejected: str


_Row = dict[str, Any]
_Triplet = tuple[str, str, str] | TripletDict
_Text = str | PromptCompletionDict
_Preference = tuple[str, str, str] | PreferenceDict
QuestionAnsweringFunc = Callable[[_Row], _Triplet | Iterable[_Triplet] | None]
SupervisedFineTuningFunc = Callable[[_Row], _Text | Iterable[_Text] | None]
PreferenceFunc = Callable[[_Row], _Preference | Iterable[_Preference] | None]
FormattingFunc = QuestionAnsweringFunc | SupervisedFineTuningFunc | PreferenceFunc


@dataclass(frozen=True, slots=True)
class TrainingTask:
    """What to learn; made by one of the three ``for_…`` constructors.

    Args:
        formatting_func: makes training examples out of a row; None reads the record's own
            question, context and responses.
        question: the column with what a user asks; found by its usual names if None.
        context: the column with the passage; ``context`` if None.
        answer: the column with the answer or the annotators' responses; found if None.
    """

    formatting_func: FormattingFunc | None = None
    question: str | None = None
    context: str | None = None
    answer: str | None = None
    name: ClassVar[str] = ""
    expected: ClassVar[str] = ""

    @staticmethod
    def for_question_answering(
        formatting_func: QuestionAnsweringFunc | None = None,
        question: str | None = None,
        context: str | None = None,
        answer: str | None = None,
    ) -> QuestionAnsweringTask:
        """Learn answers to questions about contexts, with either reader.

        Args:
            formatting_func: returns (question, context, answer), or a dict of these; without it
                every submitted response of the annotators is a gold answer.
            question: name of the column with what a user asks.
            context: name of the column with the passage.
            answer: name of the question that the annotators answered, or of the field that
                holds the answer.
        """
        return QuestionAnsweringTask(_callable(formatting_func), question, context, answer)

    @staticmethod
    def for_supervised_fine_tuning(
        formatting_func: SupervisedFineTuningFunc,
    ) -> SupervisedFineTuningTask:
        """Learn texts, with the generative reader.

        Args:
            formatting_func: returns a text, or ``{"prompt": …, "completion": …}``. A text that
                turns out to be a fixed template over question, context and answer becomes the
                model's template, and the loss then covers the answer only.
        """
        if formatting_func is None:
            raise InvalidInput(
                "for_supervised_fine_tuning needs a formatting_func; to learn from the "
                "annotators' responses without one, use TrainingTask.for_question_answering()"
            )
        return SupervisedFineTuningTask(_callable(formatting_func))

    @staticmethod
    def for_direct_preference_optimization(
        formatting_func: PreferenceFunc | None = None,
        ties: bool = False,
    ) -> PreferenceTask:
        """Learn which of two answers people prefer, with either reader.

        Args:
            formatting_func: returns (prompt, chosen, rejected), or a dict of these; without it
                the pairs are the annotators' submitted choices.
            ties: whether pairs that people found equally good are made, too. Only a generative
                reader trained with ``ties="davidson"`` or ``"rao_kupper"`` learns from them.
        """
        return PreferenceTask(_callable(formatting_func), ties=ties)

    def examples(self, row: Row, where: str) -> list[Example]:
        """Return what the formatting function makes of a row.

        Args:
            row: as the formatting function is to see it; it gets a copy.
            where: names the record in an error.

        Raises:
            InvalidInput: if the result is not of the task's shape; what the function itself
                raises passes through.
        """
        assert self.formatting_func is not None, "only asked where there is a function"
        result = self.formatting_func(dict(row))
        if result is None:
            return []
        if isinstance(result, list | Iterator):
            return [self._example(one, f"{where}, item {i}") for i, one in enumerate(result)]
        return [self._example(result, where)]

    def _example(self, value: Any, where: str) -> Example:
        """Read one returned value."""
        raise NotImplementedError

    def _refuse(self, value: Any, where: str) -> InvalidInput:
        return InvalidInput(
            f"the formatting function of {self.name} should return {self.expected} "
            f"(or a list of them, or None to leave the record out), "
            f"found {_describe(value)} for {where}",
            task=self.name,
            where=where,
        )


class QuestionAnsweringTask(TrainingTask):
    """Answers to questions about contexts."""

    __slots__ = ()
    name = "for_question_answering"
    expected = "(question, context, answer)"

    def _example(self, value: Any, where: str) -> Example:
        texts = _texts(value, Triplet._fields)
        if texts is None:
            raise self._refuse(value, where)
        return Triplet(*texts)


class SupervisedFineTuningTask(TrainingTask):
    """Texts."""

    __slots__ = ()
    name = "for_supervised_fine_tuning"
    expected = "a str or {'prompt': str, 'completion': str}"

    def _example(self, value: Any, where: str) -> Example:
        if isinstance(value, str):
            return Text(value)
        texts = _texts(value, PromptCompletion._fields) if isinstance(value, Mapping) else None
        if texts is None:
            raise self._refuse(value, where)
        return PromptCompletion(*texts)


@dataclass(frozen=True, slots=True)
class PreferenceTask(TrainingTask):
    """Pairs of answers, the preferred one first.

    Args:
        ties: whether pairs that people found equally good are made, too.
    """

    ties: bool = False
    name: ClassVar[str] = "for_direct_preference_optimization"
    expected: ClassVar[str] = "(prompt, chosen, rejected)"

    def _example(self, value: Any, where: str) -> Example:
        texts = _texts(value, Preference._fields)
        if texts is None:
            raise self._refuse(value, where)
        return Preference(*texts)


def _texts(value: Any, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the texts of a tuple, or of a dict with these keys; None for anything else."""
    if isinstance(value, Mapping):
        value = tuple(value[name] for name in names) if set(value) == set(names) else None
    fits = isinstance(value, tuple) and len(value) == len(names)
    return value if fits and all(isinstance(text, str) for text in value) else None


def _describe(value: Any) -> str:
    """Say what a value is, with the types inside a tuple or dict."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key!r}: {type(one).__name__}" for key, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, tuple):
        return f"({', '.join(type(one).__name__ for one in value)})"
    return f"{type(value).__name__} {value!r:.60}"


def _callable(given: FormattingFunc | None) -> FormattingFunc | None:
    if given is not None and not callable(given):
        raise InvalidInput(f"formatting_func is a function of one row, found {_describe(given)}")
    return given
