"""From records to the rows that other trainers read, as a ``datasets.Dataset``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from goldspan.domain.question import (
    LabelQuestion,
    MultiLabelQuestion,
    Question,
    RankingQuestion,
    RatingQuestion,
    SpanQuestion,
    TextQuestion,
)
from goldspan.domain.split import split_by_passage
from goldspan.domain.unify import MAJORITY, unify
from goldspan.errors import InvalidInput, NothingToTrain
from goldspan.sdk.other_tasks import (
    LABEL,
    SENTENCES,
    ChatCompletionTask,
    Labelled,
    OtherTask,
    SentenceSimilarityTask,
    TextClassificationTask,
    Turn,
)
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.sources import Source, examples_of, numbered, sources_of

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

BINARIZED = "binarized_label"
UNLABELLED = "records without a submitted label"


class Made(NamedTuple):
    """A row, and the passage that splits go by."""

    passage: str
    row: dict[str, Any]


def prepare_other(
    records: Iterable[FeedbackRecord],
    questions: Sequence[Question],
    framework: str,
    task: OtherTask,
    train_size: float,
    seed: int,
) -> Dataset | DatasetDict:
    """Return a task's rows; see ``sdk.prepare.prepare``, which this is a part of.

    Raises:
        InvalidInput: if framework, task and records do not fit together.
        NothingToTrain: if no record gives a row.
    """
    from datasets import DatasetDict

    if framework not in task.frameworks:
        raise InvalidInput(
            f"the rows of TrainingTask.{task.name} are for framework "
            f"{' or '.join(map(repr, task.frameworks))}, found {framework!r}"
        )
    dropped: Counter[str] = Counter()
    made = list(_rows(sources_of(records, questions), questions, task, dropped))
    if not made:
        left_out = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
        raise NothingToTrain(
            f"training needs at least one row, found none; left out: {left_out or 'nothing'}",
            dropped=dict(dropped),
        )
    names = label_names(task, questions, [one.row for one in made])

    def to_dataset(part: Sequence[Made]) -> Dataset:
        return _dataset([one.row for one in part], names)

    if train_size == 1:
        return to_dataset(made)
    train, test = split_by_passage(made, lambda one: one.passage, train_size, seed)
    return DatasetDict(train=to_dataset(train), test=to_dataset(test))


def _rows(
    sources: Sequence[Source],
    questions: Sequence[Question],
    task: OtherTask,
    dropped: Counter[str],
) -> Iterator[Made]:
    if task.formatting_func is None:
        yield from _read_rows(sources, questions, task, dropped)
        return
    for source, examples in examples_of(sources, task, dropped):
        passage = source.passage(source.text("context"))
        if isinstance(task, ChatCompletionTask):
            for chat in _chats(examples):
                yield Made(passage, {"messages": chat})
            continue
        for name, example in zip(numbered(source, examples), examples, strict=True):
            yield Made(passage, _row(name, example))


def _row(name: str, example: Any) -> dict[str, Any]:
    if isinstance(example, Labelled):
        return {"id": name, "text": example.text, LABEL: example.label}
    return {"id": name, **example} if isinstance(example, dict) else {"id": name, "query": example}


def _chats(turns: Sequence[Turn]) -> list[list[dict[str, str]]]:
    """Return the conversations in the order of their first turns, each in its turns' order."""
    chats: dict[str, list[Turn]] = {}
    for turn in turns:
        chats.setdefault(turn.chat, []).append(turn)
    return [
        [{"role": one.role, "content": one.content} for one in sorted(chat, key=_place)]
        for chat in chats.values()
    ]


def _place(turn: Turn) -> tuple[int, str]:
    """Sort turns by number, so that 10 comes after 9, and others by their text."""
    return (int(turn.turn), "") if turn.turn.isdecimal() else (0, turn.turn)


def _read_rows(
    sources: Sequence[Source],
    questions: Sequence[Question],
    task: OtherTask,
    dropped: Counter[str],
) -> Iterator[Made]:
    """Read texts from the fields that a task names, and labels from people's answers."""
    assert isinstance(task, TextClassificationTask | SentenceSimilarityTask), "others need one"
    if isinstance(task, TextClassificationTask):
        columns = {"text": str(task.text)}
    else:
        columns = dict(zip(SENTENCES, task.texts, strict=False))
    for source in sources:
        lacking = [name for name in columns.values() if name not in source.row]
        if lacking:
            raise InvalidInput(
                f"the task reads the fields {lacking}, found the columns {list(source.row)}"
            )
        texts = {column: source.text(name) for column, name in columns.items()}
        labels = _labels(source, _asked(questions, task), task.strategy) if task.label else [None]
        if not labels:
            dropped[UNLABELLED] += 1
        for number, label in enumerate(labels, start=1):
            name = source.id if len(labels) == 1 else f"{source.id}#{number}"
            labelled = {} if label is None else {LABEL: label}
            yield Made(source.passage(source.text("context")), {"id": name, **texts, **labelled})


def _asked(
    questions: Sequence[Question], task: TextClassificationTask | SentenceSimilarityTask
) -> Question:
    for question in questions:
        if question.name == task.label:
            if isinstance(question, TextQuestion | SpanQuestion):
                raise InvalidInput(f"a label is chosen, and {task.label!r} asks for a text")
            return question
    raise InvalidInput(
        f"the task reads question {task.label!r}, found {[one.name for one in questions]}"
    )


def _labels(source: Source, question: Question, strategy: str | None) -> list[Any]:
    values = [
        response.values[question.name]
        for response in source.record.submitted
        if question.name in response.values
    ]
    unified = unify(question, values, strategy or MAJORITY)
    if isinstance(question, RankingQuestion):
        return [min(ranking, key=lambda item: item["rank"])["value"] for ranking in unified]
    return unified


def label_names(
    task: OtherTask, questions: Sequence[Question], rows: Sequence[dict[str, Any]]
) -> list[str] | None:
    """Return the classes in order, None where the label is a number or there is none.

    They are those that the question offers; of a formatting function those that it returned.
    """
    labels = [row[LABEL] for row in rows if LABEL in row]
    if not labels:
        return None
    if isinstance(task, SentenceSimilarityTask) and all(_is_number(one) for one in labels):
        return None
    asked = next((one for one in questions if one.name == getattr(task, "label", None)), None)
    if isinstance(asked, LabelQuestion | MultiLabelQuestion):
        return [option.value for option in asked.labels]
    if isinstance(asked, RankingQuestion | RatingQuestion):
        return [str(getattr(option, "value", option)) for option in asked.values]
    found = {
        str(one) for label in labels for one in (label if isinstance(label, list) else [label])
    }
    return sorted(found)


def _is_number(label: Any) -> bool:
    if isinstance(label, str):
        return label.lstrip("-").replace(".", "", 1).isdecimal()
    return isinstance(label, int | float)


def _dataset(rows: Sequence[dict[str, Any]], names: Sequence[str] | None) -> Dataset:
    from datasets import ClassLabel, Dataset, Features, List, Value

    types: dict[str, Any] = {column: Value("string") for column in rows[0]}
    several = any(isinstance(row.get(LABEL), list) for row in rows)
    if "messages" in types:
        types["messages"] = List({"role": Value("string"), "content": Value("string")})
    if LABEL in types:
        types[LABEL] = Value("float64") if names is None else ClassLabel(names=list(names))
        if several:
            types[LABEL] = List(types[LABEL])
            types[BINARIZED] = List(Value("float32"))
    shaped = [_shaped(row, names, several) for row in rows]
    return Dataset.from_list(shaped, features=Features(types))


def _shaped(row: dict[str, Any], names: Sequence[str] | None, several: bool) -> dict[str, Any]:
    """Return the row with its label as the column's type has it."""
    if LABEL not in row:
        return row
    label = row[LABEL]
    if names is None:
        return {**row, LABEL: float(label)}
    if not several:
        return {**row, LABEL: str(label)}
    chosen = label if isinstance(label, list) else [label]
    # Floats: what a loss over several labels takes.
    binarized = [float(name in chosen) for name in names]
    return {**row, LABEL: chosen, BINARIZED: binarized}
