"""The trainer of the notebooks: a dataset, a task and a model in, a model folder out."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from goldspan.errors import InvalidInput, NotFound
from goldspan.run.card import model_card
from goldspan.sdk.config_names import configured, too_fast
from goldspan.sdk.course import train_and_measure
from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.examples import read_examples
from goldspan.sdk.frozen import read_frozen
from goldspan.sdk.other_tasks import OtherTask
from goldspan.sdk.prepare import from_dataset, require_fit
from goldspan.sdk.recipes import Start, default_settings
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.training_data import TrainingData
from goldspan.sdk.training_task import RewardTask, TrainingTask

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

    from goldspan.reader.base import Reader, ReaderAnswer
    from goldspan.training.result import TrainingResult

ALLOW_OTHER_PROMPT = "allow_other_prompt"


class GoldspanTrainer:
    """Trains a reader on what people answered or preferred.

    Args:
        dataset: a local or remote dataset, or what ``prepare_for_training`` made of one.
        task: what to learn.
        framework: ``transformers`` for the span reader, ``trl`` for the generative one.
        model: a run's folder, a Hugging Face folder, a hub id, or a model object.
        tokenizer: an object, folder or hub id; None takes the model's own.
        train_size: share of the examples for training. The passages of the rest are held out:
            the model is scored on their questions before and after.
        seed: of the split and the training; 42 if None.
        filter_by: arguments of the dataset's ``filter_by``, such as
            ``{"response_status": "submitted"}``.
        sort_by: the argument of a remote dataset's ``sort_by``.
        max_records: records read at most.
        framework_kwargs: settings as ``update_config`` takes them; ``allow_other_prompt=True``
            among them lets DPO use another prompt than the model was trained with.

    Raises:
        InvalidInput: if dataset, task and framework do not fit together.
        InvalidSettings: if a setting is not known.
        NothingToTrain: if the dataset gives no example.
    """

    def __init__(
        self,
        dataset: FeedbackDataset | RemoteFeedbackDataset | Dataset | DatasetDict,
        task: TrainingTask,
        framework: str,
        model: Any = None,
        tokenizer: Any = None,
        train_size: float | None = None,
        seed: int | None = None,
        filter_by: Mapping[str, Any] | None = None,
        sort_by: Any = None,
        max_records: int | None = None,
        framework_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if model is None:
            raise InvalidInput(
                "the trainer needs a model: the folder of a run or of Hugging Face, a hub id, or "
                "a model object"
            )
        if isinstance(task, OtherTask):
            raise InvalidInput(
                f"TrainingTask.{task.name} is for other trainers: hand them what "
                "dataset.prepare_for_training(framework, task) returns. This trainer learns to "
                "answer questions, to write texts, or what people prefer"
            )
        if not isinstance(task, TrainingTask):
            raise InvalidInput(f"task is a TrainingTask, found {type(task).__name__}")
        given = dict(framework_kwargs or {})
        self._framework = framework
        self._start = Start(model, tokenizer, bool(given.pop(ALLOW_OTHER_PROMPT, False)))
        data, held_out = _read(dataset, task, filter_by, sort_by, max_records)
        require_fit(data, framework)
        for warning in data.warnings:
            warnings.warn(warning, stacklevel=2)
        if train_size is not None and train_size != 1:
            if held_out is not None:
                raise InvalidInput("the dataset is split already; leave train_size out")
            data, held_out = data.split(train_size, 42 if seed is None else seed)
        self._data = data
        reward = isinstance(task, RewardTask)
        self._held_out = held_out.gold() if held_out is not None and not reward else []
        self._held_out_pairs = held_out.pairs if held_out is not None and reward else ()
        self._settings = default_settings(framework, data, reward=reward)
        self._result: TrainingResult | None = None
        self._reader: Reader | None = None
        if seed is not None:
            given["seed"] = seed
        self._configure(given)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self._framework!r}, model={_name_of(self._start.model)!r}, "
            f"train={self._data.describe()!r}, "
            f"held_out={len(self._held_out or self._held_out_pairs)})"
        )

    @property
    def settings(self) -> Any:
        """The settings of the training, as they stand now."""
        return self._settings

    def update_config(self, **changes: Any) -> None:
        """Change settings, by the names that Hugging Face uses.

        Warns where a learning rate is far above the training's own default.

        Raises:
            InvalidSettings: if a name is no setting; lists those that are.
        """
        self._configure(changes)

    def _configure(self, changes: dict[str, Any]) -> None:
        self._settings = configured(self._settings, changes)
        warning = too_fast(self._settings) if "learning_rate" in changes else None
        if warning:
            warnings.warn(warning, stacklevel=3)

    @property
    def result(self) -> TrainingResult:
        """What the last ``train`` gave: folder, rows, steps, loss.

        Raises:
            NotFound: if nothing was trained yet.
        """
        if self._result is None:
            raise NotFound("nothing was trained yet; call train(output_dir=…) first")
        return self._result

    def train(self, output_dir: str | Path) -> None:
        """Train, and print what was trained on, what was left out and what came of it.

        Ctrl-C saves a checkpoint; the printed command goes on from there.

        Args:
            output_dir: the folder that becomes the run's and the model's at once: plain
                ``from_pretrained`` loads it.

        Raises:
            Conflict: if the folder holds a run already.
            TrainingError: if the training cannot start or go on.
        """
        self._reader = None
        self._result = train_and_measure(
            self._framework,
            self._start,
            self._data,
            self._held_out,
            Path(output_dir),
            self._settings,
            held_out_pairs=self._held_out_pairs,
            model_at_root=True,
        )

    @overload
    def predict(self, question: str, context: str) -> ReaderAnswer: ...
    @overload
    def predict(self, question: list[str], context: list[str]) -> list[ReaderAnswer]: ...
    def predict(
        self, question: str | list[str], context: str | list[str]
    ) -> ReaderAnswer | list[ReaderAnswer]:
        """Answer one question about a context, or several, each about its own.

        Raises:
            NotFound: if nothing was trained yet.
            InvalidInput: if there are not as many contexts as questions.
        """
        if isinstance(question, str) != isinstance(context, str):
            raise InvalidInput(
                "predict takes a question and a context, or as many contexts as questions; "
                f"found {type(question).__name__} and {type(context).__name__}"
            )
        if isinstance(question, str):
            return self._trained_reader().answer(question, [str(context)])[0]
        if len(question) != len(context):
            raise InvalidInput(
                f"predict takes as many contexts as questions, found {len(context)} and "
                f"{len(question)}"
            )
        asked = [(one, [text]) for one, text in zip(question, context, strict=True)]
        return [answers[0] for answers in self._trained_reader().answer_many(asked)]

    def save(self, output_dir: str | Path, generate_card: bool = True) -> None:
        """Copy the trained model alone, without the run's data and checkpoints.

        Args:
            output_dir: the folder to write; made if it does not exist.
            generate_card: whether to write a README.md saying how it was made and what it scored.

        Raises:
            NotFound: if nothing was trained yet.
        """
        result = self._trained()
        target = Path(output_dir)
        target.mkdir(parents=True, exist_ok=True)
        for path in model_files(result.model_dir):
            shutil.copy2(path, target / path.name)
        if generate_card:
            card = model_card(target.name, result.folder)
            (target / "README.md").write_text(card, encoding="utf-8")

    def _trained(self) -> TrainingResult:
        if self.result.interrupted:
            raise NotFound("the training was interrupted, so there is no trained model yet")
        return self.result

    def _trained_reader(self) -> Reader:
        if self._reader is None:
            from goldspan.reader.load import load_reader

            self._reader = load_reader(self._trained().model_dir)
        return self._reader


ArgillaTrainer = GoldspanTrainer
"""The name that notebooks know."""

MODEL_FILES = (
    *("config.json", "generation_config.json", "adapter_config.json"),
    *("*.safetensors", "*.safetensors.index.json", "goldspan_*.json"),
    *("tokenizer*", "special_tokens_map.json", "added_tokens.json", "chat_template*"),
    *("vocab.*", "merges.txt", "*.model"),
)


def model_files(folder: Path) -> list[Path]:
    """Return a model folder's own files, without those of a run that lie beside them."""
    return sorted({path for pattern in MODEL_FILES for path in folder.glob(pattern)})


def _read(
    dataset: Any,
    task: TrainingTask,
    filter_by: Mapping[str, Any] | None,
    sort_by: Any,
    max_records: int | None,
) -> tuple[TrainingData, TrainingData | None]:
    """Return the examples of a dataset, and the held-out ones where it is split already."""
    if isinstance(dataset, FeedbackDataset | RemoteFeedbackDataset):
        if filter_by:
            dataset = dataset.filter_by(**filter_by)
        if sort_by is not None:
            if isinstance(dataset, FeedbackDataset):
                raise InvalidInput("sort_by needs a remote dataset: push it, or sort the records")
            dataset = dataset.sort_by(sort_by)
        if isinstance(dataset, FeedbackDataset):
            return read_examples(islice(dataset, max_records), dataset.questions, task), None
        return read_frozen(dataset, task, max_records), None
    if filter_by or sort_by is not None or max_records is not None:
        raise InvalidInput(
            "filter_by, sort_by and max_records work on records; pass the dataset itself "
            "instead of what prepare_for_training made of it"
        )
    if isinstance(dataset, Mapping) and {"train", "test"} <= dataset.keys():
        return from_dataset(dataset["train"]), from_dataset(dataset["test"])
    if hasattr(dataset, "column_names") and not isinstance(dataset, Mapping):
        return from_dataset(dataset), None
    raise InvalidInput(
        "dataset is a FeedbackDataset, or what its prepare_for_training returned; found "
        f"{type(dataset).__name__}"
    )


def _name_of(model: Any) -> str:
    return str(model) if isinstance(model, str | Path) else type(model).__name__
