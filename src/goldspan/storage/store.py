"""What the services need of a store, and the unit of work.

A ``Unit`` is one transaction: everything read through it is of one state, everything written
through it is kept or lost together. Methods that look one thing up return None if it is not
there; what is missing or forbidden is for the services to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.question import Question
from goldspan.domain.record import ResponseStatus
from goldspan.domain.schema import VectorSettings
from goldspan.storage.accounts import Invitations, Keys, Links, Sessions
from goldspan.storage.copying import Manifest
from goldspan.storage.query import RecordQuery
from goldspan.storage.rows import (
    AdjudicationRow,
    AllDeclared,
    AssignmentRow,
    AuditRow,
    ControlRow,
    CursorRow,
    DatasetRow,
    DayRow,
    Declared,
    Definition,
    DeliveryRow,
    Extent,
    JudgementRow,
    KeptAnswer,
    NewRecord,
    NewResponse,
    NewSuggestion,
    RecordRow,
    RecordState,
    RecordStatus,
    ResponseRow,
    ResponseTally,
    SnapshotRow,
    SuggestionRow,
    TermCount,
    UserRow,
    Version,
    WebhookRow,
    WorkspaceRow,
)
from goldspan.storage.texts import Texts
from goldspan.storage.vectors import Vectors

Result = TypeVar("Result")
ResponseGroup = tuple[str, RecordStatus, ResponseStatus]
Day = tuple[str, str, str]
"""A day (``2026-11-27``), a user's id, and ``submitted`` or ``discarded``."""
Place = tuple[int, str]
"""A position in a dataset's order and, among equals, a record's id."""


class Users(Protocol):
    """Users."""

    def add(self, user: UserRow) -> None:
        """Insert a user. Raises Conflict if the username is taken."""

    def get(self, user_id: str) -> UserRow | None:
        """Return a user."""

    def by_name(self, username: str) -> UserRow | None:
        """Return the user of that name."""

    def all(self) -> list[UserRow]:
        """Return every user, oldest first."""

    def delete(self, user_id: str) -> None:
        """Delete a user, with keys, sessions, links and memberships."""

    def update(self, user: UserRow) -> UserRow:
        """Replace a user that exists; the time of change is set."""


class Workspaces(Protocol):
    """Workspaces and who is in them."""

    def add(self, name: str) -> WorkspaceRow:
        """Insert a workspace. Raises Conflict if the name is taken."""

    def get(self, workspace_id: str) -> WorkspaceRow | None:
        """Return a workspace."""

    def by_name(self, name: str) -> WorkspaceRow | None:
        """Return the workspace of that name."""

    def all(self) -> list[WorkspaceRow]:
        """Return every workspace, oldest first."""

    def of_user(self, user_id: str) -> list[WorkspaceRow]:
        """Return the workspaces that a user is in, oldest first."""

    def ids_of_user(self, user_id: str) -> frozenset[str]:
        """Return the ids of the workspaces that a user is in."""

    def delete(self, workspace_id: str) -> None:
        """Delete a workspace."""

    def users(self, workspace_id: str) -> list[UserRow]:
        """Return who is in it, oldest user first."""

    def add_user(self, workspace_id: str, user_id: str) -> None:
        """Let a user in. Raises Conflict if the user is in already."""

    def remove_user(self, workspace_id: str, user_id: str) -> bool:
        """Put a user out; say whether the user was in."""


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


class Records(Protocol):
    """Records."""

    def add(self, dataset_id: str, new: Sequence[NewRecord]) -> None:
        """Insert pending records. Raises Conflict if an external id is taken."""

    def get(self, record_id: str) -> RecordRow | None:
        """Return a record."""

    def some(self, dataset_id: str, record_ids: Collection[str]) -> dict[str, RecordRow]:
        """Return those of the records that the dataset has, by id."""

    def ids_by_external_id(self, dataset_id: str, external_ids: Collection[str]) -> dict[str, str]:
        """Return external id to id, for those of the external ids that the dataset has."""

    def page(self, query: RecordQuery) -> list[RecordRow]:
        """Return the records that a query selects."""

    def after(self, dataset_id: str, record_id: str, limit: int) -> list[RecordRow]:
        """Return a dataset's next records in the order of ids, vectors included.

        Args:
            dataset_id: whose records.
            record_id: the last one that was read; "" begins.
            limit: records to return at most.
        """

    def count(self, query: RecordQuery) -> int:
        """Return how many records pass a query's filters."""

    def update(self, changed: Sequence[RecordRow]) -> None:
        """Replace what records hold, except their state; sets their times. Raises Conflict.

        The rows must come from ``get`` or ``some``: a page leaves the vectors out.
        """

    def states(self, record_ids: Collection[str]) -> list[RecordState]:
        """Return the records' states."""

    def lock(self, record_ids: Collection[str], *, only_free: bool = False) -> list[RecordState]:
        """Return the records' states, which nobody else changes until the transaction ends.

        Waits for others who have locked one; ``only_free`` leaves those records out instead.
        """

    def set_states(self, states: Sequence[RecordState]) -> None:
        """Replace the records' states."""

    def ids_after(self, dataset_id: str, after: str, limit: int) -> list[str]:
        """Return ids of the dataset's records that are greater than ``after``, in order."""

    def disputed(self, dataset_id: str, before: str, limit: int) -> list[str]:
        """Return ids less than ``before`` of records with a disagreement, the last ones first."""

    def delete(self, dataset_id: str, record_ids: Collection[str]) -> None:
        """Delete records of a dataset with their suggestions and responses."""

    def terms(self, dataset_id: str, name: str) -> list[TermCount]:
        """Return the values under a metadata key, most frequent first, equals by value."""

    def extent(self, dataset_id: str, name: str) -> Extent:
        """Return the least and greatest number under a metadata key."""


class Suggestions(Protocol):
    """Suggestions."""

    def put(self, new: Sequence[NewSuggestion]) -> None:
        """Insert suggestions, or replace those for the same record and question."""

    def of(self, record_ids: Collection[str]) -> list[SuggestionRow]:
        """Return the suggestions of the records."""

    def get(self, suggestion_id: str) -> SuggestionRow | None:
        """Return a suggestion."""

    def delete(self, suggestion_ids: Collection[str]) -> None:
        """Delete suggestions."""

    def clear(self, record_ids: Collection[str]) -> None:
        """Delete all suggestions of the records."""

    def agents(self, dataset_id: str, question_id: str) -> list[str]:
        """Return who made suggestions for a question, in alphabetical order."""


class Responses(Protocol):
    """Responses."""

    def put(self, new: Sequence[NewResponse], first: Collection[tuple[str, str]]) -> None:
        """Insert responses, or replace those of the same user on the same record.

        ``first`` says, by (record id, user id), which are inserted.
        """

    def of(self, record_ids: Collection[str], user_id: str | None = None) -> list[ResponseRow]:
        """Return the responses to the records, of one user or of all, oldest first."""

    def get(self, response_id: str) -> ResponseRow | None:
        """Return a response."""

    def by_user(self, record_id: str, user_id: str) -> ResponseRow | None:
        """Return a user's response to a record."""

    def own(
        self,
        dataset_id: str,
        user_id: str,
        status: ResponseStatus,
        before: tuple[datetime, str],
        limit: int,
    ) -> list[ResponseRow]:
        """Return a user's responses of a status, last changed first.

        Only those that come after ``before`` in that order: the time of the last change and the
        record's id.
        """

    def delete(self, gone: ResponseRow) -> None:
        """Delete a response."""


class Tallies(Protocol):
    """How many records and responses a dataset has, by status."""

    def records(self, dataset_id: str) -> dict[RecordStatus, int]:
        """Return the number of records of each status."""

    def responses(self, dataset_id: str, user_id: str | None = None) -> list[ResponseTally]:
        """Return the number of responses by user and statuses; of one user's only, if given."""

    def add_records(self, dataset_id: str, changes: Mapping[RecordStatus, int]) -> None:
        """Add to the numbers of records."""

    def add_responses(self, dataset_id: str, changes: Mapping[ResponseGroup, int]) -> None:
        """Add to the numbers of responses by (user id, record's status, response's status)."""


class Audit(Protocol):
    """What was changed, by whom."""

    def add(
        self,
        action: str,
        objects: Mapping[str, str],
        *,
        user_id: str | None = None,
        username: str | None = None,
        request_id: str | None = None,
        address: str | None = None,
    ) -> None:
        """Write down a change; ``objects`` are ids by what they are ids of."""

    def page(self, limit: int, before: str | None = None) -> list[AuditRow]:
        """Return up to ``limit`` entries, newest first, older than the entry of that id."""


class IdempotencyKeys(Protocol):
    """Requests that their senders may repeat."""

    def claim(self, user_id: str, key: str, request: str) -> KeptAnswer | None:
        """Take a user's key for a request; return what is known of it if it is taken."""

    def keep(self, user_id: str, key: str, status: int, headers_json: str, body: str) -> None:
        """Keep the answer to the request that took the key."""

    def forget(self, before: datetime) -> None:
        """Delete keys that were taken before a time."""


class Webhooks(Protocol):
    """Webhooks."""

    def add(self, webhook: WebhookRow) -> None:
        """Insert one."""

    def get(self, webhook_id: str) -> WebhookRow | None:
        """Return one."""

    def all(self) -> list[WebhookRow]:
        """Return every one, oldest first."""

    def update(self, webhook: WebhookRow) -> None:
        """Replace one that exists."""

    def delete(self, webhook_id: str) -> None:
        """Delete one."""


class Deliveries(Protocol):
    """Events that webhooks have not been told of yet."""

    def wanted_by(self, event: str) -> Sequence[str]:
        """Return the ids of the webhooks that are told of an event; read once a transaction."""

    def add(self, event: str, bodies: Sequence[str]) -> None:
        """Add messages, each for every webhook that wants the event; they are due at once."""

    def any_due(self, resting: Collection[str]) -> bool:
        """Say whether ``claim`` would find something."""

    def claim(self, count: int, until: datetime, resting: Collection[str]) -> list[DeliveryRow]:
        """Return up to ``count`` that are due, oldest first, and keep others off them a while.

        Args:
            count: at most so many.
            until: nobody else is given them before; naive UTC.
            resting: ids of webhooks to pass over.
        """

    def put_off(self, delivery_id: str, attempts: int, until: datetime) -> None:
        """Set how many attempts were in vain, and when the next may be made."""

    def delete(self, delivery_id: str) -> None:
        """Delete one, as it was delivered or is given up."""


class Assignments(Protocol):
    """Who has what to do with which record. Lock the records before changing anything here."""

    def of(self, record_ids: Collection[str]) -> list[AssignmentRow]:
        """Return the records' assignments, oldest first."""

    def leases(self, dataset_id: str, user_id: str) -> list[AssignmentRow]:
        """Return a user's leases in a dataset, oldest first."""

    def leases_of_user(self, user_id: str) -> list[AssignmentRow]:
        """Return a user's leases in all datasets."""

    def skipped(self, dataset_id: str, user_id: str, count: int) -> list[str]:
        """Return the open records that a user skipped, the first skipped first."""

    def expired(self, dataset_id: str) -> list[str]:
        """Return some records with a lease that has ended by the transaction's time."""

    def waiting(self, dataset_id: str, user_id: str) -> int:
        """Return how many pending records a user could be given but for leases of others."""

    def replace(self, old: Sequence[AssignmentRow], new: Sequence[AssignmentRow]) -> None:
        """Delete the old ones and insert the new ones."""

    def extend(self, record_ids: Collection[str], user_id: str, until: datetime) -> list[str]:
        """Let a user's leases end at ``until``; return on which records there were any."""

    def first_ahead(self, dataset_id: str, user_id: str, start: Place, end: Place) -> Place | None:
        """Return the first open record in [start, end) with which the user has nothing to do."""

    def last_open(self, dataset_id: str, end: Place) -> Place | None:
        """Return the last open record before ``end``, whoever has to do with it."""

    def claim_ahead(
        self, dataset_id: str, user_id: str, count: int, start: Place, end: Place
    ) -> list[str]:
        """Take a place on up to ``count`` of such records, in order; return their ids.

        Passes over records that others have locked. The leases are for the caller to insert.
        """

    def claim_behind(self, dataset_id: str, user_id: str, count: int, end: Place) -> list[str]:
        """Do the same with records before ``end`` that are marked as returned."""

    def cursor(self, dataset_id: str, user_id: str) -> CursorRow | None:
        """Return a user's cursor and lock it."""

    def move_cursor(self, cursor: CursorRow) -> None:
        """Set a user's cursor."""

    def furthest(self, dataset_id: str) -> int | None:
        """Return the highest position of any cursor; None if there is none."""

    def forget_cursors(self, dataset_id: str) -> None:
        """Let everybody begin at the front again."""


class Judgements(Protocol):
    """How responses came about, at most one row a record and user."""

    def of(self, record_ids: Collection[str]) -> list[JudgementRow]:
        """Return what is known of the responses to the records."""

    def put(self, row: JudgementRow) -> None:
        """Insert one, or replace the one of the same record and user."""

    def delete(self, record_id: str, user_id: str) -> None:
        """Delete one, if it is there."""


class Versions(Protocol):
    """The states that responses were in."""

    def add(self, responses: Sequence[NewResponse]) -> None:
        """Add the states that were just stored."""

    def add_deleted(self, record_id: str, user_id: str) -> None:
        """Add that a response was taken back."""

    def of(self, record_id: str) -> list[Version]:
        """Return all versions of all responses to a record, oldest first."""

    def standing(self, record_id: str, user_id: str) -> list[Version]:
        """Return the last two versions that are not undone, the present one first."""

    def undo(self, version: Version) -> None:
        """Mark a version as undone."""


class Known(Protocol):
    """What is known to be right."""

    def adjudications(self, record_ids: Collection[str]) -> dict[str, AdjudicationRow]:
        """Return record id to what settles it, for those of the records that are settled."""

    def adjudicate(self, row: AdjudicationRow) -> None:
        """Settle a record, anew if it is settled already."""

    def withdraw(self, record_id: str) -> None:
        """Unsettle a record, if it is settled."""

    def controls(self, record_ids: Collection[str]) -> dict[str, ControlRow]:
        """Return record id to its known values, for those of the records that have some."""

    def controls_in(self, dataset_id: str) -> dict[str, ControlRow]:
        """Return record id to known values, for all controls of a dataset."""

    def set_control(self, row: ControlRow) -> None:
        """Set a record's known values."""

    def clear_control(self, record_id: str) -> None:
        """Forget a record's known values, if there are any."""


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


class Days(Protocol):
    """How many responses became submitted or discarded on which day."""

    def add(self, dataset_id: str, changes: Mapping[Day, int]) -> None:
        """Add to the numbers."""

    def since(self, dataset_id: str, first: str) -> list[DayRow]:
        """Return the numbers from the day ``first`` on, in order."""

    def submitted(self, dataset_id: str, user_id: str, day: str) -> int:
        """Return how many of a user's responses became submitted on a day."""


class Maintenance(Protocol):
    """The database as a whole."""

    def dump(self, path: Path) -> Manifest:
        """Write all that the transaction sees to an archive; see ``copying``."""

    def checkup(self) -> dict[str, str]:
        """Return check to what is wrong, "" where nothing is."""


class Unit(Protocol):
    """One transaction; ``now`` is its time, naive UTC, and stands in all that it writes."""

    @property
    def now(self) -> datetime:
        """The transaction's time."""

    @property
    def callers_changed(self) -> bool:
        """Whether this transaction changed who may come in, or what they are."""

    @property
    def users(self) -> Users:
        """Users."""

    @property
    def keys(self) -> Keys:
        """API keys."""

    @property
    def sessions(self) -> Sessions:
        """Sessions."""

    @property
    def links(self) -> Links:
        """One-time links."""

    @property
    def invitations(self) -> Invitations:
        """Invitations."""

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces."""

    @property
    def datasets(self) -> Datasets:
        """Datasets."""

    @property
    def records(self) -> Records:
        """Records."""

    @property
    def suggestions(self) -> Suggestions:
        """Suggestions."""

    @property
    def responses(self) -> Responses:
        """Responses."""

    @property
    def tallies(self) -> Tallies:
        """Kept counts."""

    @property
    def texts(self) -> Texts:
        """The full text index."""

    @property
    def vectors(self) -> Vectors:
        """What similarity is computed from."""

    @property
    def webhooks(self) -> Webhooks:
        """Webhooks."""

    @property
    def deliveries(self) -> Deliveries:
        """What webhooks are still to be told."""

    @property
    def audit(self) -> Audit:
        """What was changed, by whom."""

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Requests that may be repeated."""

    @property
    def assignments(self) -> Assignments:
        """Who has what to do with which record."""

    @property
    def judgements(self) -> Judgements:
        """How responses came about."""

    @property
    def versions(self) -> Versions:
        """What responses were before."""

    @property
    def known(self) -> Known:
        """What is known to be right."""

    @property
    def maintenance(self) -> Maintenance:
        """The database as a whole."""

    @property
    def snapshots(self) -> Snapshots:
        """Datasets as they were."""

    @property
    def days(self) -> Days:
        """Kept counts by day."""


class Store(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractContextManager[Unit]:
        """Begin a transaction that only reads. Raises StorageFailure."""

    def write(self, job: Callable[[Unit], Result], *, bulk: bool = False) -> Future[Result]:
        """Run a job as one transaction.

        The future ends with the job's result when it is on disk, or with its error when nothing
        of it was written. Bulk jobs let small ones pass.
        """

    def close(self) -> None:
        """Finish what is queued and let go of the files."""
