"""Datasets, their progress and their counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain.assignment import AssignmentOrder
from goldspan.wire.base import Wire


class Distribution(Wire):
    """How many submitted responses complete a record."""

    strategy: Literal["overlap"] = "overlap"
    min_submitted: int = 1


class Assignment(Wire):
    """How records are given out.

    ``order`` is that of creation (sequence), of the suggestions' scores (least sure first), of the
    responses' disagreement (most first), random, or of length (shortest first). A record is lost to
    whoever gives no sign of life for ``lease_minutes``. ``accept_late`` keeps work that comes after
    all places are held, as extra. In a share of ``suggestions_on_request`` percent of the records,
    another one for each user, suggestions are shown to whoever asks for them.
    """

    order: AssignmentOrder = "sequence"
    lease_minutes: int = 15
    accept_late: bool = True
    suggestions_on_request: int = 0


class DatasetCreate(Wire):
    """A new dataset, a draft until it is published."""

    name: str
    workspace_id: str
    guidelines: str | None = None
    allow_extra_metadata: bool = True
    distribution: Distribution | None = None
    metadata: dict[str, Any] | None = None
    assignment: Assignment | None = None


class DatasetUpdate(Wire):
    """Changes to a dataset; what is left out stays as it is."""

    name: str | UnsetType | None = UNSET
    guidelines: str | UnsetType | None = UNSET
    allow_extra_metadata: bool | UnsetType | None = UNSET
    distribution: Distribution | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET
    assignment: Assignment | UnsetType | None = UNSET


class Dataset(Wire):
    """A dataset."""

    id: str
    name: str
    workspace_id: str
    status: Literal["draft", "ready"]
    guidelines: str | None
    allow_extra_metadata: bool
    last_activity_at: datetime
    inserted_at: datetime
    updated_at: datetime
    distribution: Distribution = msgspec.field(default_factory=Distribution)
    metadata: dict[str, Any] | None = None
    assignment: Assignment = msgspec.field(default_factory=Assignment)


class RecordCount(Wire):
    """Number of records."""

    count: int


class ResponseCount(Wire):
    """Number of the caller's responses, by status."""

    count: int
    submitted: int
    discarded: int
    draft: int


class DatasetMetrics(Wire):
    """Counts of a dataset, the responses being the caller's own."""

    records: RecordCount
    responses: ResponseCount


class Annotator(Wire):
    """Someone who responded."""

    username: str


class DatasetProgress(Wire):
    """How many records are completed."""

    total: int
    completed: int
    pending: int
    users: list[Annotator] = msgspec.field(default_factory=list)


class StatusCounts(Wire):
    """Responses by status."""

    submitted: int = 0
    discarded: int = 0
    draft: int = 0


class UserProgress(Wire):
    """One annotator's responses, on completed and on pending records."""

    username: str
    completed: StatusCounts
    pending: StatusCounts


class UsersProgress(Wire):
    """Every annotator's responses."""

    users: list[UserProgress]
