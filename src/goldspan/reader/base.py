"""What every reader is: questions and passages in, answers with their places and scores out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from goldspan.domain.span import Span

OnProgress = Callable[[int], None]
"""Called with the number of questions finished since the last call."""


@dataclass(frozen=True, slots=True)
class ReaderAnswer:
    """One answer of a reader.

    Args:
        text: the answer; "" says "not answerable from these contexts".
        span: its place in ``contexts[context_index]``, in code points, where
            ``contexts[context_index][span.start:span.end] == text``; None where the text is
            written rather than marked, or empty.
        context_index: which context the span lies in, from 0; None without a span.
        score: how sure the reader is, 0 to 1; does not depend on how many answers were asked for.
        places: every place of the text in the contexts, as (context index, span), that of
            ``span`` first; empty for a reader that does not look for them.
    """

    text: str
    span: Span | None
    context_index: int | None
    score: float
    places: tuple[tuple[int, Span], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a reader thinks of one question, whatever its threshold says.

    Args:
        answer: what it answers.
        best: its best answer that is not empty; the same as ``answer`` where it has none.
        no_answer: probability of "not answerable", 0 to 1; None for a reader that cannot tell.
        raw_score: the score of ``best`` at temperature 1.
        gap: how much surer it is of its best span than of its second best, 0 to 1.
    """

    answer: ReaderAnswer
    best: ReaderAnswer
    no_answer: float | None
    raw_score: float
    gap: float


class Reader(Protocol):
    """Answers questions from contexts.

    A question comes as ``(question_text, contexts)``. Answers come best first, distinct by
    ``normalise_answer``; the first k of them are the same whatever ``top_k`` is. A question
    whose contexts hold no text gets the one answer "", without a span.
    """

    @property
    def name(self) -> str:
        """Names the reader to people: the folder or hub id that it was loaded from."""
        ...

    def answer(
        self, question_text: str, contexts: Sequence[str], top_k: int = 1
    ) -> list[ReaderAnswer]:
        """Answer one question with at most ``top_k`` (>= 1) answers."""
        ...

    def answer_many(
        self,
        questions: Sequence[tuple[str, Sequence[str]]],
        top_k: int = 1,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Answer many questions, in the order given; much faster than one at a time."""
        ...

    def propose(
        self,
        questions: Sequence[tuple[str, Sequence[str]]],
        k: int,
        *,
        seed: int = 0,
        on_progress: OnProgress | None = None,
    ) -> list[list[ReaderAnswer]]:
        """Give each question k candidates to choose between, distinct by ``normalise_answer``.

        Fewer than k where the reader has no more. ``seed`` fixes what a reader draws at random.
        """
        ...
