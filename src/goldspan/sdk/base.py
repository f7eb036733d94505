"""What local and remote datasets share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from goldspan.domain.collect import AnnotatedRecord
from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidInput
from goldspan.sdk.prepare import prepare
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.rows import row_of, to_datasets
from goldspan.sdk.settings import Settings
from goldspan.sdk.training_task import TrainingTask

if TYPE_CHECKING:
    import datasets


class DatasetBase(ABC):
    """Fields, questions and records.

    Args:
        settings: what is declared once.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def fields(self) -> Sequence[Field]:
        """What is shown, in order."""
        return self.settings.fields

    @property
    def questions(self) -> Sequence[Question]:
        """What annotators are asked, in order."""
        return self.settings.questions

    @property
    def guidelines(self) -> str | None:
        """Markdown for the annotators."""
        return self.settings.guidelines

    @property
    def metadata_properties(self) -> Sequence[MetadataProperty]:
        """The metadata that can be filtered and sorted by."""
        return self.settings.metadata_properties

    @property
    def vectors_settings(self) -> Sequence[VectorSettings]:
        """The vectors that records may carry."""
        return self.settings.vectors_settings

    @property
    def allow_extra_metadata(self) -> bool:
        """Whether records may carry undeclared metadata."""
        return self.settings.allow_extra_metadata

    @abstractmethod
    def __iter__(self) -> Iterator[FeedbackRecord]: ...

    @abstractmethod
    def __len__(self) -> int: ...

    def field_by_name(self, name: str) -> Field | None:
        """Return the field of this name, or None."""
        return next((one for one in self.fields if one.name == name), None)

    def question_by_name(self, name: str) -> Question | None:
        """Return the question of this name, or None."""
        return next((one for one in self.questions if one.name == name), None)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield every record as ``sdk.rows.row_of`` has it, the shape of ``format_as``."""
        for record in self:
            yield row_of(record, self.questions)

    def annotated(self) -> Iterator[AnnotatedRecord]:
        """Yield every record as the builders of demonstrations and preference pairs take it.

        The id is the server's, else the external id, else the place in the dataset.
        """
        for at, record in enumerate(self):
            yield record.annotated(at)

    def prepare_for_training(
        self, framework: str, task: TrainingTask, train_size: float = 1, seed: int | None = None
    ) -> datasets.Dataset | datasets.DatasetDict:
        """Return the training examples as ``sdk.prepare.prepare`` makes them."""
        return prepare(self, self.questions, framework, task, train_size, seed)

    def format_as(self, format: str = "datasets") -> datasets.Dataset:
        """Return all records as a ``datasets.Dataset`` of the rows that ``rows`` yields.

        Raises:
            InvalidInput: if another format is asked for.
            MissingExtra: if the package ``datasets`` is not installed.
        """
        if format != "datasets":
            raise InvalidInput(f"a dataset is formatted as 'datasets', found {format!r}")
        return to_datasets(self, self.fields, self.questions)
