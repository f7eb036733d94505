"""What the services need of a store to keep datasets; a part of ``store.Unit``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Generic, Protocol

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.schema import VectorSettings
from goldspan.storage.rows import (
    AllDeclared,
    DatasetRow,
    Declared,
    Definition,
    SnapshotRow,
)


class Declarations(Protocol, Generic[Definition]):
    """Things of one kind that datasets declare."""

    def add(self, dataset_id: str, definition: Definition) -> Declared[Definition]:
        """Insert one. Raises Conflict if the dataset has one of that name."""

    def get(self, declared_id: str) -> Declared[Definition] | None:
        """Return one."""

    def of(self, dataset_id: str) -> list[Declared[Definition]]:
        """Return a dataset's, in the order in which they were declared."""

    def update(self, declared_id: str, definition: Definition) -> Declared[Definition]:
        """Replace one that exists; its name stays."""

    def delete(self, declared_id: str) -> None:
        """Delete one."""


class Datasets(Protocol):
    """Datasets and what they declare."""

    @property
    def fields(self) -> Declarations[Field]:
        """Their fields."""

    @property
    def questions(self) -> Declarations[Question]:
        """Their questions."""

    @property
    def metadata_properties(self) -> Declarations[MetadataProperty]:
        """Their metadata properties."""

    @property
    def vectors_settings(self) -> Declarations[VectorSettings]:
        """Their kinds of vectors."""

    def add(
        self,
        workspace_id: str,
        name: str,
        *,
        guidelines: str | None,
        allow_extra_metadata: bool,
        min_submitted: int,
        metadata_json: str | None,
    ) -> DatasetRow:
        """Insert a draft. Raises Conflict if the workspace has a dataset of that name."""

    def get(self, dataset_id: str) -> DatasetRow | None:
        """Return a dataset."""

    def declared(self, dataset_id: str) -> AllDeclared:
        """Return all that a dataset declares, at the cost of one statement."""

    def all(self, workspace_ids: Collection[str] | None = None) -> list[DatasetRow]:
        """Return the datasets of these workspaces, of all if None; oldest first."""

    def update(self, dataset: DatasetRow) -> DatasetRow:
        """Replace a dataset that exists; its time of change is set. Raises Conflict."""

    def touch(self, dataset_id: str) -> None:
        """Set the time of last activity."""

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset with everything in it."""


class Snapshots(Protocol):
    """Datasets as they were; never changed."""

    def add(self, row: SnapshotRow, parts: Iterable[bytes]) -> None:
        """Insert a snapshot with its content."""

    def get(self, snapshot_id: str) -> SnapshotRow | None:
        """Return a snapshot without its content."""

    def of(self, dataset_id: str) -> list[SnapshotRow]:
        """Return a dataset's snapshots, newest first."""

    def part(self, snapshot_id: str, number: int) -> bytes | None:
        """Return a part of the content, counted from 0; None after the last."""
