"""From what people answered on a record to what a model is trained on.

Only submitted responses are read: drafts and discarded ones are ignored here, so that export,
SDK and training agree on what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from goldspan.domain import preference
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import Judgement, PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.question import RankingQuestion
from goldspan.domain.record import Response, ResponseStatus
from goldspan.domain.span import Span

ACCEPTABLE = "acceptable"
CORRECTION = "correction"
NONE_ACCEPTABLE = "none"
NO_ANSWER = PromptTemplate().no_answer
"""How a candidate or a correction says "not answerable": an empty field holds no candidate."""


@dataclass(frozen=True, slots=True)
class AnnotatedRecord:
    """One record with what people said about it.

    Args:
        id: the record's id.
        fields: field name to text; a missing or empty one holds nothing.
        responses: in any status, with plain values (``"Paris"``, not ``{"value": "Paris"}``).
        external_id: the id that the record was imported with.
        metadata: ``article`` and ``passage`` name where the context comes from;
            ``<candidate>_start`` is the place of a candidate in the context, in code points.
        adjudicated: what a lead settled the record with, if it was settled.
    """

    id: str
    fields: Mapping[str, Any]
    responses: Sequence[Response] = ()
    external_id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    adjudicated: Response | None = None

    @property
    def submitted(self) -> list[Response]:
        """The responses that count: of a record that was settled, what settled it."""
        if self.adjudicated is not None:
            return [self.adjudicated]
        return [r for r in self.responses if r.status == ResponseStatus.SUBMITTED]

    def text(self, name: str) -> str:
        """Return a field's text, "" where it holds none."""
        return self.fields.get(name) or ""

    def origin(self, name: str) -> str:
        """Return a metadata value that names an origin, "" where there is none."""
        value = self.metadata.get(name)
        return value if isinstance(value, str) else ""


def demonstration(
    record: AnnotatedRecord,
    *,
    question_field: str = "question",
    context_field: str = "context",
    answer: str = "answer",
) -> Demonstration | None:
    """Build a record's demonstration, or None if nobody submitted an answer.

    Every different text or span that was submitted is a gold answer, the one given most often
    first. A text takes the place of its first exact occurrence in the context, and no place if
    it does not stand there. An empty list, an empty text and ``NO_ANSWER`` say "not answerable";
    where annotators disagree on that, the majority decides and a tie counts as answerable.

    Args:
        record: the record.
        question_field: the field with what a user asks.
        context_field: the field with the passage.
        answer: the question, of text or span kind, that asks the annotators for the answer.
    """
    context = record.text(context_field)
    votes = [
        answers_in(response.values[answer], context)
        for response in record.submitted
        if response.values.get(answer) is not None
    ]
    if not votes:
        return None
    answerable = sum(bool(answers) for answers in votes) * 2 >= len(votes)
    given = Counter(one for answers in votes for one in dict.fromkeys(answers))
    return Demonstration(
        id=record.external_id or record.id,
        question_text=record.text(question_field),
        context=context,
        answers=tuple(one for one, _ in given.most_common()) if answerable else (),
        article=record.origin("article"),
        passage=record.origin("passage"),
    )


def preference_pairs(
    record: AnnotatedRecord,
    ranking: RankingQuestion,
    *,
    question_field: str = "prompt",
    context_field: str = "context",
    ties: bool = False,
) -> list[PreferencePair]:
    """Build a record's preference pairs from the submitted choices alone.

    Candidates are the fields that the ranking's options name, where they hold a text. The
    optional companions ``acceptable`` (label) and ``correction`` (text or spans) are read when
    they are answered. The rules are those of ``domain.preference.preference_pairs``.
    """
    context = record.text(context_field)
    candidates = {
        option.value: _candidate(record, option.value, context)
        for option in ranking.values
        if record.text(option.value)
    }
    return preference.preference_pairs(
        record.id,
        record.text(question_field),
        context,
        candidates,
        [
            _judgement(
                response,
                ranking.name,
                candidates,
                context,
                adjudicated=response is record.adjudicated,
            )
            for response in record.submitted
        ],
        article=record.origin("article"),
        passage=record.origin("passage"),
        ties=ties,
    )


def answers_in(value: Any, context: str) -> list[Answer]:
    """Return the answers in the plain value of a text or span question, [] for "no answer".

    Raises:
        InvalidSpan: if a span reaches past the context.
    """
    if isinstance(value, str):
        text = value.strip()
        return [] if text in ("", NO_ANSWER) else [located(text, context)]
    spans = [Span(item["start"], item["end"]) for item in value]
    return [Answer(span.of(context), span) for span in spans]


def located(text: str, context: str, start: int | None = None) -> Answer:
    """Return the answer with its place: at ``start`` if it stands there, else the first one."""
    if start is None or start < 0 or not context.startswith(text, start):
        start = context.find(text)
    return Answer(text, Span(start, start + len(text)) if start >= 0 else None)


def _candidate(record: AnnotatedRecord, name: str, context: str) -> Answer:
    text = record.text(name)
    if text.strip() == NO_ANSWER:
        return Answer("")
    start = record.metadata.get(f"{name}_start")
    return located(text, context, start if type(start) is int else None)


def _judgement(
    response: Response,
    ranking: str,
    candidates: Mapping[str, Answer],
    context: str,
    *,
    adjudicated: bool,
) -> Judgement:
    ranks = {
        item["value"]: item.get("rank") or position
        for position, item in enumerate(response.values.get(ranking) or (), start=1)
    }
    return Judgement(
        user_id=response.user_id or "",
        ranks={name: rank for name, rank in ranks.items() if name in candidates},
        acceptable=response.values.get(ACCEPTABLE) != NONE_ACCEPTABLE,
        correction=_correction(response.values.get(CORRECTION), context),
        adjudicated=adjudicated,
    )


def _correction(value: Any, context: str) -> Answer | None:
    """Return what an annotator wrote or marked instead; an empty text is nothing written."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return next(iter(answers_in(value, context)), Answer(""))
