"""A reader's answers as suggestions for the annotators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from goldspan.domain.answering import Answering
from goldspan.domain.demonstration import Answer
from goldspan.domain.record import Suggestion
from goldspan.reader.base import Reader, ReaderAnswer
from goldspan.sdk.answering import answering
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.progress import progress
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.remote_record import RemoteFeedbackRecord
from goldspan.sdk.upload import batched

QUESTIONS_AT_ONCE = 256


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
    show_progress: bool = True,
) -> SuggestionCounts:
    """Give every record the reader's best answer as a suggestion with its score.

    Replaces earlier suggestions for the same question; those for others stay. A remote dataset
    is changed batch by batch.

    Args:
        dataset: one that asks for answers; may be filtered, such as to pending records.
        reader: any reader.
        agent: what the suggestions name as their source; by default the reader's name.
        show_progress: whether to show a bar.

    Raises:
        InvalidInput: if the dataset does not ask for answers.
    """
    names = answering(dataset)
    suggested = total = 0
    with progress("Suggesting answers", len(dataset), show=show_progress) as advance:
        for batch in batched(dataset, QUESTIONS_AT_ONCE):
            asked = [names.asked(record.fields) for record in batch]
            answers = reader.answer_many(asked, on_progress=advance)
            given = _set(names, batch, [found[0] for found in answers], agent or reader.name)
            if isinstance(dataset, RemoteFeedbackDataset):
                changed = [one for one in given if isinstance(one, RemoteFeedbackRecord)]
                dataset.update_records(changed)
            suggested += len(given)
            total += len(batch)
    return SuggestionCounts(suggested=suggested, not_in_context=total - suggested)


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
    # A value that is a list has a score for each of its items.
    score = [found.score] * len(value) if names.extractive else found.score
    return Suggestion(names.question.name, value, score=score, agent=agent, type="model")
