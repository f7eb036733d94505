"""What local and remote datasets share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.domain.collect import AnnotatedRecord
from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidInput
from goldspan.sdk.hub import push
from goldspan.sdk.metrics import (
    ALPHA,
    MEASURES,
    AgreementMetricResult,
    ModelMetricResult,
    agreement,
    model_metrics,
)
from goldspan.sdk.prepare import prepare
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.rows import row_of, to_datasets
from goldspan.sdk.settings import Settings
from goldspan.sdk.task import Task

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
        self, framework: str, task: Task, train_size: float = 1, seed: int | None = None
    ) -> datasets.Dataset | datasets.DatasetDict:
        """Return the training examples as ``sdk.prepare.prepare`` makes them."""
        return prepare(self, self.questions, framework, task, train_size, seed)

    def compute_agreement_metrics(
        self,
        metric_names: str | Sequence[str] | None = None,
        question_name: str | Question | None = None,
        field_name: str | Sequence[str] | None = None,
    ) -> AgreementMetricResult:
        """Return how far people's submitted responses to a question agree.

        Args:
            metric_names: ``alpha``, the one there is.
            question_name: the question; the first one if not given.
            field_name: taken and not needed: records are told apart by themselves.

        Raises:
            InvalidInput: for another metric or an unknown question.
        """
        names = [metric_names] if isinstance(metric_names, str) else [*(metric_names or [ALPHA])]
        if names != [ALPHA]:
            raise InvalidInput(f"agreement is measured by {ALPHA!r}, found {names!r}")
        return agreement(self._question(question_name), self)

    def compute_model_metrics(
        self,
        metric_names: str | Sequence[str] | None = None,
        question_name: str | Question | None = None,
        strategy: str | None = None,
    ) -> dict[str, list[ModelMetricResult]]:
        """Return how near suggestions come to each user's responses, which count as the truth.

        Args:
            metric_names: one or several of those for the question's kind; all if not given.
            question_name: the question; the first one if not given.
            strategy: unifies the responses first; the one key is then the strategy's name.

        Raises:
            InvalidInput: if something does not fit, or no record has a suggestion and a response.
        """
        question = self._question(question_name)
        known = MEASURES.get(type(question), {})
        names = [metric_names] if isinstance(metric_names, str) else [*(metric_names or known)]
        return model_metrics(question, self, names, strategy)

    compute_annotator_metrics = compute_model_metrics

    def _question(self, given: str | Question | None) -> Question:
        if given is None:
            return self.questions[0]
        name = given if isinstance(given, str) else given.name
        found = self.question_by_name(name)
        if found is None:
            raise InvalidInput(
                f"question {name!r} is not one of the dataset's {[q.name for q in self.questions]}"
            )
        return found

    def push_to_huggingface(
        self, repo_id: str | Path, generate_card: bool = True, **options: Any
    ) -> None:
        """Write the dataset to a repository of the Hugging Face Hub, or to a folder.

        Args:
            repo_id: the repository, ``owner/name``; a ``pathlib.Path`` is a folder.
            generate_card: whether to write a ``README.md`` too.
            options: for ``datasets.Dataset.push_to_hub``, such as ``token`` and ``private``.

        Raises:
            InvalidInput: if the dataset has no records.
            MissingExtra: if the package ``datasets`` is not installed.
        """
        push(list(self), self.settings, repo_id, generate_card, **options)

    def format_as(self, format: str = "datasets") -> datasets.Dataset:
        """Return all records as a ``datasets.Dataset`` of the rows that ``rows`` yields.

        Raises:
            InvalidInput: if another format is asked for.
            MissingExtra: if the package ``datasets`` is not installed.
        """
        if format != "datasets":
            raise InvalidInput(f"a dataset is formatted as 'datasets', found {format!r}")
        return to_datasets(self, self.fields, self.questions)
