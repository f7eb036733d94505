"""Demonstrations: a question about a passage, with its gold answers."""

from __future__ import annotations

from dataclasses import dataclass

from goldspan.domain.span import Span
from goldspan.errors import InvalidSpan


@dataclass(frozen=True, slots=True)
class Answer:
    """One gold answer; ``span`` is None where the text was written rather than marked."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A question about a passage with all its gold answers.

    Args:
        id: the external id (SQuAD's id) or the record's id; unique within a data set.
        question_text: what a user asks.
        context: the passage.
        answers: the gold answers, best first; empty means "not answerable from this passage".
        article: what the passage was taken from; intervals cluster by it. "" if unknown.
        passage: names the passage; splits keep a passage's questions together.

    Raises:
        InvalidSpan: if an answer's span does not cover exactly its text.
    """

    id: str
    question_text: str
    context: str
    answers: tuple[Answer, ...]
    article: str = ""
    passage: str = ""

    def __post_init__(self) -> None:
        for answer in self.answers:
            if answer.span is not None and answer.span.of(self.context) != answer.text:
                raise InvalidSpan(
                    f"the answer {answer.text!r} of {self.id!r} should stand at "
                    f"{answer.span.start}:{answer.span.end} of its context, "
                    f"where {answer.span.of(self.context)!r} stands",
                    id=self.id,
                    start=answer.span.start,
                    end=answer.span.end,
                )

    @property
    def answerable(self) -> bool:
        """Whether the passage holds an answer."""
        return bool(self.answers)

    @property
    def gold_texts(self) -> tuple[str, ...]:
        """The gold answers as the scorer wants them: ("",) where there is none."""
        return tuple(answer.text for answer in self.answers) or ("",)

    @property
    def cluster(self) -> str:
        """What intervals cluster by: the article, else the passage, else the context itself."""
        return self.article or self.passage or self.context
