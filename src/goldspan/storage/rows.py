"""What the store gives and takes: plain values, one class a table.

Ids are texts. Times are naive and mean UTC. Attributes whose names end in ``_json`` hold encoded
JSON that passes through unread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal, TypeVar

import msgspec

from goldspan.domain.assignment import AssignmentOrder, AssignmentState
from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.permission import Scope
from goldspan.domain.question import Question
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import VectorSettings
from goldspan.domain.workspace import Role

BeganWith = Literal["password", "link", "invitation"]
DatasetStatus = Literal["draft", "ready"]
RecordStatus = Literal["pending", "completed"]
Definition = TypeVar("Definition", Field, Question, MetadataProperty, VectorSettings)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every row."""


class UserRow(Row, frozen=True):
    """A user; ``password_hash`` is argon2's, None for one who has no password.

    ``must_change_password`` is true while the password is one that somebody else has set.
    """

    id: str
    username: str
    first_name: str
    last_name: str | None
    role: Role
    password_hash: str | None
    inserted_at: datetime
    updated_at: datetime
    must_change_password: bool = False


class NewKey(Row, frozen=True):
    """An API key to keep; ``prefix`` is what may be shown of it."""

    user_id: str
    name: str
    key_hash: str
    prefix: str = ""
    scope: Scope = Scope.ADMIN
    expires_at: datetime | None = None


class KeyRow(Row, frozen=True):
    """An API key, without its hash."""

    id: str
    user_id: str
    name: str
    prefix: str
    scope: Scope
    expires_at: datetime | None
    last_used_at: datetime | None
    inserted_at: datetime


class SessionRow(Row, frozen=True):
    """A signed-in browser; ``began_with`` says how it came in."""

    id: str
    user_id: str
    began_with: BeganWith
    inserted_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class LinkRow(Row, frozen=True):
    """A link that signs its user in, once."""

    id: str
    user_id: str
    inserted_at: datetime
    expires_at: datetime


class InvitationRow(Row, frozen=True):
    """An invitation to become a user; ``invited_by`` and ``accepted_by`` are ids of users."""

    id: str
    role: Role
    workspace_ids: tuple[str, ...]
    invited_by: str
    inserted_at: datetime
    expires_at: datetime
    accepted_by: str | None


class WorkspaceRow(Row, frozen=True):
    """A workspace."""

    id: str
    name: str
    inserted_at: datetime
    updated_at: datetime


class DatasetRow(Row, frozen=True):
    """A dataset; ``min_submitted`` responses complete a record.

    ``lease_minutes`` is how long a record stays with somebody who gives no sign of life;
    ``accept_late`` says whether work that finds no place free is kept as extra;
    ``suggestions_on_request`` is the share of records, in percent, whose suggestions wait until
    somebody asks for them.
    """

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
    assignment_order: AssignmentOrder = "sequence"
    lease_minutes: int = 15
    accept_late: bool = True
    suggestions_on_request: int = 0


class Declared(Row, Generic[Definition], frozen=True):
    """A field, question, metadata property or kind of vector that a dataset declares."""

    id: str
    dataset_id: str
    definition: Definition
    inserted_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class AllDeclared:
    """Everything that a dataset declares: ids with definitions, in order.

    What is equal is the same object, as far as it is remembered.
    """

    fields: tuple[tuple[str, Field], ...]
    questions: tuple[tuple[str, Question], ...]
    metadata_properties: tuple[tuple[str, MetadataProperty], ...]
    vectors_settings: tuple[tuple[str, VectorSettings], ...]


class NewRecord(Row, frozen=True):
    """A record to insert; see ``RecordState`` for the last three."""

    id: str
    external_id: str | None
    fields_json: str
    metadata_json: str | None
    vectors_json: str | None
    needed: int = 1
    position: int = 0
    returned: bool = False


class RecordState(Row, frozen=True):
    """What changes about a record while people work on it.

    Args:
        id: the record's id.
        status: completed where at least ``needed`` responses are submitted.
        submitted: number of submitted responses, extra ones included.
        needed: its places, >= 1.
        taken: places that are held, 0 to ``needed``.
        position: its place in the dataset's order.
        returned: whether it is open and somebody's cursor may have passed it.
        disagreement: of its submitted responses, in millionths; 0 once it is adjudicated.
    """

    id: str
    status: RecordStatus
    submitted: int
    needed: int
    taken: int
    position: int
    returned: bool
    disagreement: int


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
    dataset_id: str


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


class WebhookRow(Row, frozen=True):
    """A URL that wants to be told of events; ``secret`` signs what is sent there.

    ``refused`` says why the server may not send there, None if it may.
    """

    id: str
    url: str
    secret: str
    events: tuple[str, ...]
    enabled: bool
    description: str | None
    inserted_at: datetime
    updated_at: datetime
    refused: str | None = None


class DeliveryRow(Row, frozen=True):
    """An event that a webhook has not been told of yet; ``attempts`` were in vain."""

    id: str
    webhook_id: str
    event: str
    body: str
    attempts: int
    inserted_at: datetime


class WaitingRow(Row, frozen=True):
    """A message that a webhook is still to be told; it is tried (again) when it is due."""

    event: str
    attempts: int
    due_at: datetime
    inserted_at: datetime


class OutcomeRow(Row, frozen=True):
    """How the last message that arrived at a webhook went, or the last attempt that failed.

    Args:
        webhook_id: the webhook's.
        arrived: which of the two it is.
        event: what the message told of.
        at: when the attempt ended; naive UTC.
        attempts: how many the message had taken by then, this one included.
        status: what the receiver answered, None where it gave no answer.
        fault: what was wrong, None where it arrived.
        given_up: whether the message is not sent again.
    """

    webhook_id: str
    arrived: bool
    event: str
    at: datetime
    attempts: int
    status: int | None = None
    fault: str | None = None
    given_up: bool = False


class TermCount(Row, frozen=True):
    """A value of a metadata property and how many records have it."""

    term: str | int | float | bool
    count: int


class Extent(Row, frozen=True):
    """The least and the greatest number of a metadata property; None where there is none."""

    least: float | None
    most: float | None


class Version(Row, frozen=True):
    """A state that a response was in; ``status`` is "deleted" where it was taken back."""

    record_id: str
    user_id: str
    version: int
    status: str
    values_json: str | None
    at: datetime
    undone: bool


class AssignmentRow(Row, frozen=True):
    """What a user has to do with a record.

    Args:
        record_id: the record.
        user_id: the user.
        dataset_id: the record's dataset.
        state: leased, submitted, discarded or skipped.
        extra: whether it was submitted and holds no place.
        expires_at: when a lease ends.
        since: when the state began.
    """

    record_id: str
    user_id: str
    dataset_id: str
    state: AssignmentState
    extra: bool
    expires_at: datetime | None
    since: datetime


class CursorRow(Row, frozen=True):
    """The first place in the order where something may be left for a user.

    ``wrapped`` says that the user has reached the end and gone on at the front.
    """

    dataset_id: str
    user_id: str
    position: int
    record_id: str
    wrapped: bool = False


class JudgementRow(Row, frozen=True):
    """How a response came about; the JSON maps question names to true or false.

    What is not known is None.
    """

    record_id: str
    user_id: str
    dataset_id: str
    shown_order_json: str | None = None
    shown_at: datetime | None = None
    elapsed_ms: int | None = None
    suggestion_shown_json: str | None = None
    suggestion_accepted_json: str | None = None
    suggestion_edited_json: str | None = None


class AdjudicationRow(Row, frozen=True):
    """What settles a record; ``response_id`` names the response it was taken from, if any."""

    record_id: str
    dataset_id: str
    values_json: str
    user_id: str
    response_id: str | None
    at: datetime


class ControlRow(Row, frozen=True):
    """The known right values of a record."""

    record_id: str
    dataset_id: str
    values_json: str


class DayRow(Row, frozen=True):
    """How many of a user's responses became submitted, or discarded, on a day (UTC)."""

    day: str
    user_id: str
    submitted: int
    discarded: int


class SnapshotRow(Row, frozen=True):
    """A dataset as it was at a moment; its content lies in parts, compressed together.

    ``content_hash`` is the SHA-256 of the content as it was before, hexadecimal.
    """

    id: str
    dataset_id: str
    name: str | None
    content_hash: str
    records: int
    responses: int
    inserted_at: datetime
