"""A reader's answers as suggestions for the annotators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from goldspan.domain.answering import Answering
from goldspan.domain.demonstration import Answer
from goldspan.domain.record import Suggestion
from goldspan.errors import InvalidInput
from goldspan.reader.base import Reader, ReaderAnswer
from goldspan.sdk.answering import answering
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.progress import progress
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.remote_record import RemoteFeedbackRecord
from goldspan.sdk.upload import batched

QUESTIONS_AT_ONCE = 256
SuggestionScore = Literal["probability", "gap"]


@dataclass(frozen=True, slots=True)
class SuggestionCounts:
    """What became of a dataset's records.

    Args:
        suggested: records that have a new suggestion.
        not_in_context: records without one, because the reader's answer should be marked in the
            context and does not stand there.
    """

    suggested: int
    not_in_context: int


def suggest(
    dataset: FeedbackDataset | RemoteFeedbackDataset,
    reader: Reader,
    *,
    agent: str | None = None,
    score: SuggestionScore = "probability",
    show_progress: bool = True,
) -> SuggestionCounts:
    """Give every record the reader's best answer as a suggestion with its score.

    A dataset whose records are given out by score begins with the lowest, so the score chooses
    what people judge first.

    Replaces earlier suggestions for the same question; those for others stay. A remote dataset
    is changed batch by batch.

    Args:
        dataset: one that asks for answers; may be filtered, such as to pending records.
        reader: any reader.
        agent: what the suggestions name as their source; by default the reader's name.
        score: ``probability``, how sure the reader is of its answer, or ``gap``, how much surer
            than of its second best one.
        show_progress: whether to show a bar.

    Raises:
        InvalidInput: if the dataset does not ask for answers, or the score is another word.
    """
    if score not in ("probability", "gap"):
        raise InvalidInput(f"score is 'probability' or 'gap', found {score!r}")
    names = answering(dataset)
    suggested = total = 0
    with progress("Suggesting answers", len(dataset), show=show_progress) as advance:
        for batch in batched(dataset, QUESTIONS_AT_ONCE):
            asked = [names.asked(record.fields) for record in batch]
            answers = reader.answer_many(asked, 1 if score == "probability" else 2, advance)
            given = _set(names, batch, [_best(f, score) for f in answers], agent or reader.name)
            if isinstance(dataset, RemoteFeedbackDataset):
                changed = [one for one in given if isinstance(one, RemoteFeedbackRecord)]
                dataset.update_records(changed)
            suggested += len(given)
            total += len(batch)
    return SuggestionCounts(suggested=suggested, not_in_context=total - suggested)


def _best(found: Sequence[ReaderAnswer], score: SuggestionScore) -> ReaderAnswer:
    """Return the best answer, with the score that the suggestion shall have."""
    if score == "probability":
        return found[0]
    second = found[1].score if len(found) > 1 else 0.0
    # The first answer can be the less probable one, where a threshold puts it there.
    return replace(found[0], score=max(0.0, found[0].score - second))


def _set(
    names: Answering, records: Sequence[FeedbackRecord], found: Sequence[ReaderAnswer], agent: str
) -> list[FeedbackRecord]:
    """Set the records' suggestions and return the records that got one."""
    changed = []
    for record, answer in zip(records, found, strict=True):
        _, (context,) = names.asked(record.fields)
        made = _suggestion(names, answer, context, agent)
        if made:
            others = [one for one in record.suggestions if one.question_name != made.question_name]
            record.suggestions = (*others, made)
            changed.append(record)
    return changed


def _suggestion(
    names: Answering, found: ReaderAnswer, context: str, agent: str
) -> Suggestion | None:
    answers = [Answer(found.text, found.span)] if found.text else []
    value = names.value_of(answers, context)
    if value is None:
        return None
    # A value that is a list has a score for each of its items; an empty one has its own.
    score = [found.score] * len(value) if names.extractive and value else found.score
    return Suggestion(names.question.name, value, score=score, agent=agent, type="model")
