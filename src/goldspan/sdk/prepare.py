"""``prepare_for_training``: training examples as a ``datasets.Dataset``, and back.

The columns are those that other tools know: SQuAD's for questions with answers, ``text`` for
texts, ``prompt``, ``chosen`` and ``rejected`` for preferences. Beside them stands what the trainer
needs, so that a prepared dataset may be filtered, saved and loaded on its way there. A dataset
with just these well-known columns from elsewhere is read, too.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.question import Question
from goldspan.errors import InvalidInput, MissingExtra, NothingToTrain, listed
from goldspan.formats import demonstrations
from goldspan.formats.demonstrations import demonstration_of, demonstration_row
from goldspan.formats.objects import TEXT, require_kinds
from goldspan.formats.pairs import COLUMNS, pair_of, pair_row
from goldspan.formats.source import shown
from goldspan.sdk.examples import read_examples
from goldspan.sdk.other_rows import prepare_other
from goldspan.sdk.other_tasks import OtherTask
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.task import Task
from goldspan.sdk.training_data import TextRow, TrainingData
from goldspan.sdk.training_task import TrainingTask

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

FRAMEWORKS = {"transformers": "span reader", "trl": "generative reader"}
Item = TypeVar("Item")
EDITED = "the column 'text' was changed after prepare_for_training"


def prepare(
    records: Iterable[FeedbackRecord],
    questions: Sequence[Question],
    framework: str,
    task: Task,
    train_size: float = 1,
    seed: int | None = None,
) -> Dataset | DatasetDict:
    """Return the training examples in records as a ``datasets.Dataset``.

    Args:
        records: local or remote ones, with their responses.
        questions: the dataset's.
        framework: ``transformers`` for the span reader, ``trl`` for the generative one; the tasks
            of other trainers have frameworks of their own.
        task: what to learn.
        train_size: share of the examples for training. Below 1 a ``DatasetDict`` with ``train``
            and ``test`` is returned; no passage stands in both.
        seed: of the split; 42 if None.

    Raises:
        InvalidInput: if framework, task and records do not fit together.
        NothingToTrain: if no record gives an example.
        MissingExtra: if the package ``datasets`` is not installed.
    """
    try:
        from datasets import DatasetDict
    except ImportError:
        raise MissingExtra("prepare_for_training", "data") from None

    seed = 42 if seed is None else seed
    if isinstance(task, OtherTask):
        return prepare_other(records, questions, framework, task, train_size, seed)
    if not isinstance(task, TrainingTask):
        raise InvalidInput(f"task is a TrainingTask, found {type(task).__name__}")
    data = read_examples(records, questions, task)
    require_fit(data, framework)
    for warning in data.warnings:
        warnings.warn(warning, stacklevel=3)
    if train_size == 1:
        return to_dataset(data)
    train, test = data.split(train_size, seed)
    return DatasetDict(train=to_dataset(train), test=to_dataset(test))


def require_fit(data: TrainingData, framework: str) -> None:
    """Refuse an unknown framework, no examples, and texts for a reader that marks spans.

    Raises:
        InvalidInput: for a framework that is not known or cannot learn from the examples.
        NothingToTrain: if there are no examples; says what became of the records.
    """
    if framework not in FRAMEWORKS:
        known = ", ".join(f"{name!r} ({reader})" for name, reader in FRAMEWORKS.items())
        raise InvalidInput(f"framework is one of {known}, found {framework!r}")
    if not data:
        raise NothingToTrain(
            f"training needs at least one example, found {data.describe()}",
            dropped=dict(data.dropped),
        )
    whole_texts = data.texts or (data.template and "{context}" not in data.template.prompt)
    if framework == "transformers" and whole_texts:
        raise InvalidInput(
            "framework='transformers' trains the span reader, which learns from a question, a "
            "context and an answer, and the formatting function gives whole texts or prompts. "
            "Use TrainingTask.for_question_answering(), or framework='trl'"
        )


def to_dataset(data: TrainingData) -> Dataset:
    """Return the examples with their columns."""
    from datasets import Dataset, Features, List, Value

    if data.pairs:
        rows = [pair_row(pair, data.template) for pair in data.pairs]
    elif data.texts:
        rows = [{"id": row.id, "text": row.text, "passage": row.passage} for row in data.texts]
    else:
        rows = [_demonstration_row(one, data.template) for one in data.demonstrations]
    template = data.template.to_json() if data.template else ""
    # Said in full: a column of empty lists would otherwise have no type of its own.
    types = {
        "answers": {"text": List(Value("string")), "answer_start": List(Value("int64"))},
        "annotators": List(Value("string")),
        **dict.fromkeys(["chosen_start", "rejected_start"], Value("int64")),
        **dict.fromkeys(["label_smoothing", "weight", "agreement"], Value("float64")),
        "tie": Value("bool"),
    }
    features = Features({name: types.get(name, Value("string")) for name in [*rows[0], "template"]})
    return Dataset.from_list([{**row, "template": template} for row in rows], features=features)


def from_dataset(dataset: Dataset) -> TrainingData:
    """Read the examples back from their columns.

    Raises:
        InvalidInput: if the columns are not those of any kind of example, or rows hold something
            else than they should; lists them.
    """
    columns = set(dataset.column_names)
    rows = list(dataset)
    if columns.issuperset(COLUMNS):
        data = _with_template(rows, pairs=_each(rows, pair_of))
        return (
            data if "question" in columns else replace(data, template=PromptTemplate("{question}"))
        )
    if columns.issuperset(demonstrations.COLUMNS):
        data = _with_template(rows, demonstrations=_each(rows, demonstration_of))
        return data if _untouched(rows, data) else _texts(rows, (_all_tokens(EDITED),))
    if "text" in columns:
        return _texts(rows, (_all_tokens("the dataset holds whole texts"),))
    raise InvalidInput(
        "a prepared dataset has the columns question, context and answers (SQuAD's), or text, or "
        f"prompt, chosen and rejected; found {sorted(columns)}"
    )


def _all_tokens(reason: str) -> str:
    return f"the loss covers every token, not the answer alone: {reason}"


def _with_template(rows: Sequence[Mapping[str, Any]], **parts: Any) -> TrainingData:
    found = Counter(row.get("template") or "" for row in rows)
    if len(found) > 1:
        raise InvalidInput(
            f"the rows come from {len(found)} different prompt templates; train on one at a time"
        )
    text = next(iter(found), "")
    return TrainingData(**parts, template=PromptTemplate.from_json(text) if text else None)


def _demonstration_row(one: Demonstration, template: PromptTemplate | None) -> dict[str, Any]:
    row = demonstration_row(one)
    return {**row, "text": _rendered(one, template)} if template else row


def _rendered(one: Demonstration, template: PromptTemplate) -> str:
    prompt = template.render_prompt(one.question_text, one.context)
    return prompt + template.render_completion(one.gold_texts[0])


def _each(
    rows: Sequence[Mapping[str, Any]], read: Callable[[Mapping[str, Any], str], Item]
) -> tuple[Item, ...]:
    """Return what rows hold, each read by its columns and a name for it.

    Raises:
        InvalidInput: if rows are faulty; lists them.
    """
    items: list[Item] = []
    faults: list[str] = []
    for number, row in enumerate(rows):
        try:
            require_kinds(row, {"template": TEXT})
            items.append(read(row, f"row-{number}"))
        except InvalidInput as error:
            faults.append(f"dataset[{number}]: {error.message}")
    if faults:
        raise InvalidInput(
            listed(
                f"{len(faults)} of the dataset's {len(rows)} rows are faulty. Correct them with "
                "dataset.map, or leave them out with dataset.filter:",
                faults,
            ),
            faults=faults,
        )
    return tuple(items)


def _untouched(rows: Sequence[Mapping[str, Any]], data: TrainingData) -> bool:
    """Say whether every text, where there is one, is still what the template makes."""
    if data.template is None:
        return True
    both = zip(rows, data.demonstrations, strict=True)
    return all(row.get("text") in (None, _rendered(one, data.template)) for row, one in both)


def _texts(rows: Sequence[Mapping[str, Any]], notes: tuple[str, ...]) -> TrainingData:
    return TrainingData(texts=_each(rows, _text_row), notes=notes)


def _text_row(row: Mapping[str, Any], name: str) -> TextRow:
    if not isinstance(row["text"], str) or not row["text"].strip():
        raise InvalidInput(f"'text' is a text that is not empty, found {shown(row['text'])}")
    require_kinds(row, {"passage": TEXT, "context": TEXT})
    return TextRow(
        id=str(row.get("id") or name),
        text=row["text"],
        passage=row.get("passage") or row.get("context") or name,
    )
