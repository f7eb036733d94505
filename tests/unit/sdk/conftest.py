"""A reader whose answers are given."""

from collections.abc import Callable, Sequence

import pytest

from goldspan.domain.collect import located
from goldspan.reader.base import OnProgress, Reader, ReaderAnswer

Asked = Sequence[tuple[str, Sequence[str]]]


class GivenReader:
    """Answers every question with the same texts, best first, at their first place."""

    name = "given"

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def answer(
        self, question_text: str, contexts: Sequence[str], top_k: int = 1
    ) -> list[ReaderAnswer]:
        return self.answer_many([(question_text, contexts)], top_k)[0]

    def answer_many(
        self, questions: Asked, top_k: int = 1, on_progress: OnProgress | None = None
    ) -> list[list[ReaderAnswer]]:
        if on_progress:
            on_progress(len(questions))
        return [self._answers(contexts[0])[:top_k] for _, contexts in questions]

    def propose(
        self, questions: Asked, k: int, *, seed: int = 0, on_progress: OnProgress | None = None
    ) -> list[list[ReaderAnswer]]:
        return self.answer_many(questions, k, on_progress)

    def _answers(self, context: str) -> list[ReaderAnswer]:
        found = []
        for text in self.texts:
            span = located(text, context).span if text else None
            found.append(ReaderAnswer(text, span, 0 if span else None, 0.5))
        return found


@pytest.fixture
def given_reader() -> Callable[..., Reader]:
    """Make a reader of the texts that it shall answer."""
    return GivenReader
