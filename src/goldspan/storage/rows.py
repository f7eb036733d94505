"""What the store gives and takes: plain values, one class a table.

Ids are texts. Times are naive and mean UTC. Attributes whose names end in ``_json`` hold encoded
JSON that passes through unread.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar

import msgspec

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import VectorSettings
from goldspan.domain.workspace import Role

DatasetStatus = Literal["draft", "ready"]
RecordStatus = Literal["pending", "completed"]
Definition = TypeVar("Definition", Field, Question, MetadataProperty, VectorSettings)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every row."""


class UserRow(Row, frozen=True):
    """A user; ``password_hash`` is argon2's, None for one who has no password."""

    id: str
    username: str
    first_name: str
    last_name: str | None
    role: Role
    password_hash: str | None
    inserted_at: datetime
    updated_at: datetime


class WorkspaceRow(Row, frozen=True):
    """A workspace."""

    id: str
    name: str
    inserted_at: datetime
    updated_at: datetime


class DatasetRow(Row, frozen=True):
    """A dataset; ``min_submitted`` responses complete a record."""

    id: str
    workspace_id: str
    name: str
    guidelines: str | None
    allow_extra_metadata: bool
    status: DatasetStatus
    min_submitted: int
    metadata_json: str | None
    last_activity_at: datetime
    inserted_at: datetime
    updated_at: datetime


class Declared(Row, Generic[Definition], frozen=True):
    """A field, question, metadata property or kind of vector that a dataset declares."""

    id: str
    dataset_id: str
    definition: Definition
    inserted_at: datetime
    updated_at: datetime


class NewRecord(Row, frozen=True):
    """A record to insert."""

    id: str
    external_id: str | None
    fields_json: str
    metadata_json: str | None
    vectors_json: str | None


class RecordRow(Row, frozen=True):
    """A record; ``submitted`` counts its submitted responses."""

    id: str
    dataset_id: str
    external_id: str | None
    status: RecordStatus
    submitted: int
    inserted_at: datetime
    updated_at: datetime
    metadata_json: str | None
    fields_json: str
    vectors_json: str | None = None


class NewSuggestion(Row, frozen=True):
    """A suggestion to insert, or to put in place of the one for the same record and question."""

    record_id: str
    question_id: str
    value_json: str
    score_json: str | None
    agent: str | None
    type: str | None


class SuggestionRow(NewSuggestion, frozen=True):
    """A suggestion."""

    id: str
    inserted_at: datetime
    updated_at: datetime


class NewResponse(Row, frozen=True):
    """A response to insert, or to put in place of the same user's on the same record."""

    record_id: str
    user_id: str
    values_json: str | None
    status: ResponseStatus


class ResponseRow(NewResponse, frozen=True):
    """A response; ``values_json`` maps question names to ``{"value": ...}``."""

    id: str
    inserted_at: datetime
    updated_at: datetime


class ResponseTally(Row, frozen=True):
    """How many responses of a user have a status, on records of a status."""

    user_id: str
    record_status: RecordStatus
    response_status: ResponseStatus
    count: int


class AuditRow(Row, frozen=True):
    """One change; ``objects_json`` holds the ids of what it was about, by their kind.

    ``user_id`` and ``username`` are None where nobody was signed in, ``request_id`` and
    ``address`` where no request made the change.
    """

    id: str
    at: datetime
    user_id: str | None
    username: str | None
    action: str
    objects_json: str
    request_id: str | None
    address: str | None


class KeptAnswer(Row, frozen=True):
    """The answer to a request that was made with an idempotency key.

    ``request`` tells one request from another; ``status`` and what follows are None while the
    answer is not known.
    """

    request: str
    status: int | None
    headers_json: str | None
    body: str | None
