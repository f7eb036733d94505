"""Datasets that ask for answers: where the question, the passage and the answer stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.collect import NO_ANSWER, AnnotatedRecord, demonstration, located
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.question import Question, SpanQuestion, TextQuestion
from goldspan.errors import InvalidInput

QUESTION_FIELDS = ("question", "prompt")
CONTEXT_FIELD = "context"
ANSWER_QUESTIONS = ("answer", "response")
KNOWN_ANSWERS = "known_answers"
"""Metadata key of gold answers that annotators do not see: a list of texts."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Names within a dataset that asks for answers.

    Args:
        question_field: holds what a user asks.
        context_field: holds the passage.
        question: asks the annotators for the answer, marked or written.
    """

    question_field: str
    context_field: str
    question: SpanQuestion | TextQuestion

    @property
    def extractive(self) -> bool:
        """Whether answers are marked in the passage."""
        return isinstance(self.question, SpanQuestion)

    def asked(self, fields: Mapping[str, Any]) -> tuple[str, list[str]]:
        """Return what a reader is asked: the question and its one context."""
        return fields[self.question_field], [fields.get(self.context_field) or ""]

    def value_of(self, answers: Sequence[Answer], context: str) -> Any:
        """Return a response's plain value that says these answers, [] for "not answerable".

        A written value holds the first of them. None where an answer should be marked but does
        not stand in the context.
        """
        if isinstance(self.question, TextQuestion):
            return answers[0].text if answers else NO_ANSWER
        places = [(one if one.span else located(one.text, context)).span for one in answers]
        if None in places:
            return None
        label = self.question.labels[0].value
        return [
            {"label": label, "start": span.start, "end": span.end}
            for span in dict.fromkeys(places)
            if span
        ]

    def demonstration(self, record: AnnotatedRecord) -> Demonstration | None:
        """Return what people answered, or None if nobody did."""
        return demonstration(
            record,
            question_field=self.question_field,
            context_field=self.context_field,
            answer=self.question.name,
        )

    def gold(self, record: AnnotatedRecord) -> Answer | None:
        """Return the best gold answer, the empty text for "not answerable", None if unknown.

        What people submitted comes before the answers that were only known at import.
        """
        answered = self.demonstration(record)
        if answered:
            return answered.answers[0] if answered.answers else Answer("")
        known = record.metadata.get(KNOWN_ANSWERS)
        if not isinstance(known, list):
            return None
        return located(known[0], record.text(self.context_field)) if known else Answer("")


def answering_of(fields: Collection[str], questions: Sequence[Question]) -> Answering | None:
    """Return the fields and the question of a dataset that asks for answers, else None.

    Args:
        fields: names of the dataset's fields.
        questions: the dataset's questions.
    """
    asked = next((name for name in QUESTION_FIELDS if name in fields), None)
    by_name = {question.name: question for question in questions}
    wanted = (by_name.get(name) for name in ANSWER_QUESTIONS)
    question = next((q for q in wanted if isinstance(q, SpanQuestion | TextQuestion)), None)
    if asked is None or CONTEXT_FIELD not in fields or question is None:
        return None
    return Answering(asked, CONTEXT_FIELD, question)


def require_answering(fields: Sequence[str], questions: Sequence[Question]) -> Answering:
    """Do what ``answering_of`` does, and insist.

    Raises:
        InvalidInput: if the dataset has no field or question of the usual names and kinds.
    """
    found = answering_of(fields, questions)
    if found is None:
        raise InvalidInput(
            f"a dataset that asks for answers has a field {' or '.join(QUESTION_FIELDS)}, a field "
            f"{CONTEXT_FIELD} and a text or span question {' or '.join(ANSWER_QUESTIONS)}; found "
            f"fields {list(fields)} and questions {[(q.name, q.kind) for q in questions]}"
        )
    return found
