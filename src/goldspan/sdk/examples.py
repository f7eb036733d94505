"""From a dataset's records and a task to training examples.

``prepare_for_training`` and the trainer both come through here, so that they see the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from goldspan.domain import collect
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.question import Question, RankingQuestion
from goldspan.errors import InvalidInput
from goldspan.sdk.examples_pairs import choices, formatted_pairs
from goldspan.sdk.examples_texts import formatted_texts
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.sources import (
    Columns,
    Source,
    columns_of,
    demonstration_of,
    examples_of,
    from_triplet,
    numbered,
    sources_of,
)
from goldspan.sdk.training_data import TrainingData
from goldspan.sdk.training_task import (
    PreferenceTask,
    SupervisedFineTuningTask,
    TrainingTask,
    Triplet,
)

NO_RESPONSE = "records without a submitted answer"


def read_examples(
    records: Iterable[FeedbackRecord], questions: Sequence[Question], task: TrainingTask
) -> TrainingData:
    """Return the training examples in records.

    Args:
        records: local or remote ones, with their responses.
        questions: the dataset's.
        task: what to learn.

    Raises:
        InvalidInput: if the dataset lacks what the task reads, or the formatting function
            returns something else than it should.
    """
    sources = sources_of(records, questions)
    if not sources:
        return TrainingData()
    columns = columns_of(task, sources[0].row)
    if isinstance(task, PreferenceTask):
        rankings = [one for one in questions if isinstance(one, RankingQuestion)]
        if task.formatting_func is None:
            return choices(
                sources, rankings, columns, [one.name for one in questions], ties=task.ties
            )
        return formatted_pairs(sources, rankings, columns, task)
    if task.formatting_func is None:
        return _answers(sources, columns)
    if isinstance(task, SupervisedFineTuningTask):
        return formatted_texts(sources, columns, task)
    return _formatted_triplets(sources, task)


def _answers(sources: Sequence[Source], columns: Columns) -> TrainingData:
    """Read the annotators' responses, or an answer that stands in a field."""
    if columns.question is None or columns.answer is None:
        raise InvalidInput(
            "training needs a column with the question and one with the answer, found "
            f"{list(sources[0].row)}; name them in TrainingTask.for_question_answering("
            "question=…, context=…, answer=…)"
        )
    dropped: Counter[str] = Counter()
    found: list[Demonstration] = []
    for source in sources:
        if columns.answer in source.record.fields:
            found.append(demonstration_of(source, columns))
            continue
        demonstration = collect.demonstration(
            source.record,
            question_field=columns.question,
            context_field=columns.context or "",
            answer=columns.answer,
        )
        if demonstration is None:
            dropped[NO_RESPONSE] += 1
        else:
            found.append(demonstration)
    return TrainingData(demonstrations=tuple(found), dropped=dropped)


def _formatted_triplets(sources: Sequence[Source], task: TrainingTask) -> TrainingData:
    dropped: Counter[str] = Counter()
    found: list[Demonstration] = []
    for source, examples in examples_of(sources, task, dropped):
        for name, example in zip(numbered(source, examples), examples, strict=True):
            assert isinstance(example, Triplet)
            found.append(from_triplet(source, example, name))
    return TrainingData(demonstrations=tuple(found), dropped=dropped)
