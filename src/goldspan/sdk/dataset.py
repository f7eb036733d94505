"""The local dataset: built in memory, checked, then pushed."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import VectorSettings
from goldspan.domain.unify import unify
from goldspan.sdk import templates
from goldspan.sdk.base import DatasetBase
from goldspan.sdk.declaring import Declaring
from goldspan.sdk.filters import EVERYTHING, MetadataFilter
from goldspan.sdk.hub import pull
from goldspan.sdk.records import FeedbackRecord, UnifiedValueSchema
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, active
from goldspan.sdk.settings import Settings
from goldspan.sdk.task_templates import TaskTemplates
from goldspan.sdk.upload import create_dataset
from goldspan.sdk.workspace import Workspace


class FeedbackDataset(TaskTemplates, Declaring, DatasetBase):
    """A dataset in memory.

    Args:
        fields: what is shown; at least one is required.
        questions: what annotators are asked; at least one is required.
        guidelines: markdown for the annotators.
        metadata_properties: the metadata that can be filtered and sorted by.
        vectors_settings: the vectors that records may carry.
        allow_extra_metadata: whether records may carry undeclared metadata.

    Raises:
        InvalidSettings: if fields and questions contradict each other.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        questions: Sequence[Question],
        guidelines: str | None = None,
        metadata_properties: Sequence[MetadataProperty] | None = None,
        vectors_settings: Sequence[VectorSettings] | None = None,
        allow_extra_metadata: bool = True,
    ) -> None:
        super().__init__(
            Settings(
                fields=tuple(fields),
                questions=tuple(questions),
                guidelines=guidelines,
                metadata_properties=tuple(metadata_properties or ()),
                vectors_settings=tuple(vectors_settings or ()),
                allow_extra_metadata=allow_extra_metadata,
            )
        )
        self.records: builtins.list[FeedbackRecord] = []
        self._pushed_as: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> FeedbackDataset:
        """Return an empty dataset with these settings."""
        return cls(
            settings.fields,
            settings.questions,
            settings.guidelines,
            settings.metadata_properties,
            settings.vectors_settings,
            settings.allow_extra_metadata,
        )

    def __iter__(self) -> Iterator[FeedbackRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, at: int) -> FeedbackRecord: ...
    @overload
    def __getitem__(self, at: slice) -> builtins.list[FeedbackRecord]: ...
    def __getitem__(self, at: int | slice) -> FeedbackRecord | builtins.list[FeedbackRecord]:
        return self.records[at]

    def __repr__(self) -> str:
        fields = [field.name for field in self.fields]
        questions = [question.name for question in self.questions]
        return f"FeedbackDataset(fields={fields}, questions={questions}, records={len(self)})"

    def add_records(self, records: FeedbackRecord | Sequence[FeedbackRecord]) -> None:
        """Add records, all or none.

        A record may carry fields that the dataset does not declare: they stay local, stand in
        ``rows`` and ``format_as``, and make ``push`` fail.

        Raises:
            InvalidRecord: if fields, metadata, vectors or suggestions do not fit the dataset.
            InvalidResponse: if a response does not.
        """
        given = [records] if isinstance(records, FeedbackRecord) else list(records)
        self.settings.check_records(given, extra_fields=True, outcome="nothing was added")
        self.records.extend(given)

    def filter_by(
        self,
        response_status: str | Sequence[str] | None = None,
        metadata_filters: MetadataFilter | Sequence[MetadataFilter] | None = None,
    ) -> FeedbackDataset:
        """Return a dataset with the records that pass.

        Args:
            response_status: one or several of pending, draft, submitted, discarded; a record
                passes if a response has one of them, or as pending if it has no response.
            metadata_filters: all must pass.

        Raises:
            InvalidInput: if a status is unknown.
        """
        view = EVERYTHING.narrowed(response_status, metadata_filters)
        part = FeedbackDataset.of(self.settings)
        part.records = [
            record
            for record in self.records
            if view.keeps([one.status for one in record.responses], record.metadata)
        ]
        return part

    def compute_unified_responses(
        self, question: str | Question, strategy: str = "majority"
    ) -> FeedbackDataset:
        """Fill ``unified_responses`` of every record that has submitted responses to a question.

        Args:
            question: the question or its name.
            strategy: of ratings and rankings mean, majority, max or min; of labels majority; of
                every kind disagreement, which keeps all values.

        Returns:
            The dataset itself.

        Raises:
            InvalidInput: if the question is not the dataset's, or the strategy not the question's.
        """
        asked = self._question(question)
        for record in self.records:
            values = [
                one.values[asked.name].value
                for one in record.responses
                if one.status is ResponseStatus.SUBMITTED and asked.name in one.values
            ]
            unified = unify(asked, values, strategy)
            if unified:
                record.unified_responses[asked.name] = [
                    UnifiedValueSchema(value, strategy) for value in unified
                ]
        return self

    unify_responses = compute_unified_responses

    def push_to_argilla(
        self,
        name: str,
        workspace: str | Workspace | None = None,
        show_progress: bool = True,
        *,
        session: Session | None = None,
    ) -> RemoteFeedbackDataset:
        """Create the dataset on the server with all records, and return it.

        Every record is checked first; where anything fails, nothing is left on the server.

        Args:
            name: unique within the workspace.
            workspace: name or ``Workspace``; by default that of ``init``.
            show_progress: whether to show a bar.
            session: by default that of ``init``.

        Raises:
            InvalidRecord: if a record does not fit, such as one with an undeclared field.
            InvalidResponse: if a response does not fit.
            Conflict: if the workspace has a dataset of this name.
            NotFound: if there is no such workspace.
            ServerUnreachable: if the server does not answer.
        """
        used = active(session)
        self.settings.check_records(
            self.records, extra_fields=False, outcome="nothing was uploaded"
        )
        if self._pushed_as is not None:
            warnings.warn(
                f"this dataset was already pushed as {self._pushed_as!r}; pushing it again as "
                f"{name!r} uploads the same {len(self)} records. Was another dataset meant?",
                stacklevel=2,
            )
        made = create_dataset(
            used,
            name,
            workspace.name if isinstance(workspace, Workspace) else workspace,
            self.settings,
            self.records,
            show_progress=show_progress,
        )
        self._pushed_as = name
        return RemoteFeedbackDataset.open(used, made)

    push = push_to_argilla

    @classmethod
    def from_argilla(
        cls,
        name: str | None = None,
        *,
        workspace: str | Workspace | None = None,
        id: str | None = None,
        with_vectors: bool = False,
        session: Session | None = None,
    ) -> RemoteFeedbackDataset:
        """Return the dataset on the server; changes made to it are made there at once.

        Args:
            name: of the dataset; not needed where ``id`` is given.
            workspace: name or ``Workspace``; by default that of ``init``.
            id: of the dataset.
            with_vectors: whether its records come with their vectors.
            session: by default that of ``init``.

        Raises:
            NotFound: if there is no such dataset, or none that the user may see.
        """
        return RemoteFeedbackDataset.find(
            active(session),
            name,
            workspace.name if isinstance(workspace, Workspace) else workspace,
            id,
            with_vectors=with_vectors,
        )

    pull_from = from_argilla

    @classmethod
    def from_huggingface(
        cls, repo_id: str | Path, show_progress: bool = True, **options: Any
    ) -> FeedbackDataset:
        """Return a dataset from the Hugging Face Hub or a folder, Argilla's or our own.

        Args:
            repo_id: the repository, ``owner/name``; a ``pathlib.Path`` is a folder.
            show_progress: taken and not needed: the hub's own bars are shown.
            options: for ``datasets.load_dataset``, such as ``token`` and ``revision``.

        Raises:
            InvalidInput: if there is none, or it is of another form.
            MissingExtra: if the package ``datasets`` is not installed.
        """
        settings, records = pull(repo_id, **options)
        made = cls.of(settings)
        made.add_records(records)
        return made

    @classmethod
    def list(
        cls, workspace: str | Workspace | None = None, *, session: Session | None = None
    ) -> builtins.list[RemoteFeedbackDataset]:
        """Return the datasets of a workspace, or all that the user may see."""
        used = active(session)
        name = workspace.name if isinstance(workspace, Workspace) else workspace
        workspace_id = used.workspace(name).id if name else None
        found = used.client.datasets(workspace_id)
        return [RemoteFeedbackDataset.open(used, one) for one in found if one.status == "ready"]

    @classmethod
    def for_question_answering(
        cls,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Sequence[MetadataProperty] | None = None,
        vectors_settings: Sequence[VectorSettings] | None = None,
        *,
        extractive: bool = False,
    ) -> FeedbackDataset:
        """Return a dataset with fields ``question``, ``context`` and one question, ``answer``.

        Args:
            use_markdown: whether the page renders the texts.
            guidelines: in place of the template's.
            metadata_properties: the metadata that can be filtered and sorted by.
            vectors_settings: the vectors that records may carry.
            extractive: whether the answer is marked in the context instead of written: one span
                is the answer, several are alternatives, none says that there is no answer.
        """
        parts = templates.question_answering(use_markdown, extractive)
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_supervised_fine_tuning(
        cls,
        context: bool = False,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Sequence[MetadataProperty] | None = None,
        vectors_settings: Sequence[VectorSettings] | None = None,
    ) -> FeedbackDataset:
        """Return a dataset with fields ``prompt``, optionally ``context``, asking ``response``.

        Args:
            context: whether records may show a passage.
            use_markdown: whether the page renders the texts.
            guidelines: in place of the template's.
            metadata_properties: the metadata that can be filtered and sorted by.
            vectors_settings: the vectors that records may carry.
        """
        parts = templates.supervised_fine_tuning(context, use_markdown)
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def for_direct_preference_optimization(
        cls,
        number_of_responses: int = 2,
        context: bool = False,
        use_markdown: bool = False,
        guidelines: str | None = None,
        metadata_properties: Sequence[MetadataProperty] | None = None,
        vectors_settings: Sequence[VectorSettings] | None = None,
        *,
        judgement: bool = False,
        extractive: bool = False,
    ) -> FeedbackDataset:
        """Return a dataset with ``prompt``, candidates ``response1`` … and a ``preference``.

        Args:
            number_of_responses: candidates of a record, at least 2; only the first is required.
            context: whether records may show a passage.
            use_markdown: whether the page renders the texts.
            guidelines: in place of the template's.
            metadata_properties: the metadata that can be filtered and sorted by.
            vectors_settings: the vectors that records may carry.
            judgement: whether to ask ``acceptable``, ``correction``, ``strength`` and
                ``rationale`` too, none of them required.
            extractive: whether the correction is marked in the context instead of written.

        Raises:
            InvalidSettings: for fewer than two candidates, or a marked correction without context.
        """
        parts = templates.direct_preference_optimization(
            number_of_responses, context, use_markdown, judgement, extractive
        )
        return cls._from_parts(parts, guidelines, metadata_properties, vectors_settings)

    @classmethod
    def _from_parts(
        cls,
        parts: templates.Parts,
        guidelines: str | None = None,
        metadata_properties: Sequence[MetadataProperty] | None = None,
        vectors_settings: Sequence[VectorSettings] | None = None,
    ) -> FeedbackDataset:
        fields, questions, own_guidelines = parts
        return cls(
            fields=fields,
            questions=questions,
            guidelines=own_guidelines if guidelines is None else guidelines,
            metadata_properties=metadata_properties,
            vectors_settings=vectors_settings,
        )
