"""Rows as the wire shows them. JSON that the database holds goes through unread."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET

from goldspan.server.etag import etag
from goldspan.services import tasks
from goldspan.services.own_progress import OwnProgress
from goldspan.services.read_records import Include, ReadRecord
from goldspan.storage.rows import (
    AdjudicationRow,
    AuditRow,
    DatasetRow,
    Declared,
    OutcomeRow,
    ResponseRow,
    SuggestionRow,
    UserRow,
    WaitingRow,
    WebhookRow,
    WorkspaceRow,
)
from goldspan.wire import field as field_wire
from goldspan.wire import metadata as metadata_wire
from goldspan.wire import question as question_wire
from goldspan.wire import vectors as vectors_wire
from goldspan.wire.annotating import Lease, MyProgress, OwnResponse, Task, VersionedResponse
from goldspan.wire.audit import AuditEntry
from goldspan.wire.base import from_wire_time
from goldspan.wire.dataset import Assignment, Dataset, Distribution
from goldspan.wire.record import Adjudication, Record, Response, Suggestion
from goldspan.wire.user import User
from goldspan.wire.webhook import DeliveryOutcome, WaitingDelivery, Webhook
from goldspan.wire.workspace import Workspace


def encoded(text: str | None) -> Any:
    """Return JSON text as a value that is written out as it is."""
    return None if text is None else msgspec.Raw(text)


def user(row: UserRow, *, workspaces: list[str] | None = None, api_key: str = "") -> User:
    """Return a user."""
    return User(
        id=row.id,
        username=row.username,
        first_name=row.first_name,
        last_name=row.last_name,
        full_name=" ".join(name for name in (row.first_name, row.last_name) if name),
        role=row.role,
        workspaces=workspaces,
        api_key=api_key,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
    )


def workspace(row: WorkspaceRow) -> Workspace:
    """Return a workspace."""
    return Workspace(
        id=row.id, name=row.name, inserted_at=row.inserted_at, updated_at=row.updated_at
    )


def webhook(row: WebhookRow) -> Webhook:
    """Return a webhook."""
    return Webhook(
        id=row.id,
        url=row.url,
        secret=row.secret,
        events=list(row.events),
        enabled=row.enabled and row.refused is None,
        description=row.description,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
        disabled_reason=row.refused if row.enabled else None,
    )


def waiting(row: WaitingRow) -> WaitingDelivery:
    """Return a message that still waits; its times have their zone."""
    return WaitingDelivery(
        event=row.event,
        attempts=row.attempts,
        due_at=from_wire_time(row.due_at),
        inserted_at=from_wire_time(row.inserted_at),
    )


def outcome(row: OutcomeRow) -> DeliveryOutcome:
    """Return how an attempt went; its time has its zone."""
    return DeliveryOutcome(
        event=row.event,
        at=from_wire_time(row.at),
        attempts=row.attempts,
        status=row.status,
        fault=row.fault,
        given_up=row.given_up,
    )


def dataset(row: DatasetRow) -> Dataset:
    """Return a dataset."""
    return Dataset(
        id=row.id,
        name=row.name,
        workspace_id=row.workspace_id,
        status=row.status,
        guidelines=row.guidelines,
        allow_extra_metadata=row.allow_extra_metadata,
        distribution=Distribution(min_submitted=row.min_submitted),
        metadata=encoded(row.metadata_json),
        assignment=Assignment(
            order=row.assignment_order,
            lease_minutes=row.lease_minutes,
            accept_late=row.accept_late,
            suggestions_on_request=row.suggestions_on_request,
        ),
        last_activity_at=row.last_activity_at,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
    )


def _common(row: Declared[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.definition.name,
        "title": row.definition.title,
        "dataset_id": row.dataset_id,
        "inserted_at": row.inserted_at,
        "updated_at": row.updated_at,
    }


def field(row: Declared[Any]) -> field_wire.Field:
    """Return a field."""
    return field_wire.Field(
        **_common(row),
        required=row.definition.required,
        settings=field_wire.field_settings(row.definition),
    )


def question(row: Declared[Any]) -> question_wire.Question:
    """Return a question."""
    return question_wire.Question(
        **_common(row),
        description=row.definition.description,
        required=row.definition.required,
        settings=question_wire.question_settings(row.definition),
    )


def metadata_property(row: Declared[Any]) -> metadata_wire.MetadataProperty:
    """Return a metadata property."""
    return metadata_wire.MetadataProperty(
        **_common(row),
        visible_for_annotators=row.definition.visible_for_annotators,
        settings=metadata_wire.metadata_settings(row.definition),
    )


def vector_settings(row: Declared[Any]) -> vectors_wire.VectorSettings:
    """Return a kind of vector."""
    return vectors_wire.VectorSettings(**_common(row), dimensions=row.definition.dimensions)


def response(row: ResponseRow) -> Response:
    """Return a response."""
    return Response(
        id=row.id,
        record_id=row.record_id,
        user_id=row.user_id,
        values=encoded(row.values_json),
        status=row.status,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
    )


def suggestion(row: SuggestionRow) -> Suggestion:
    """Return a suggestion."""
    return Suggestion(
        id=row.id,
        question_id=row.question_id,
        value=encoded(row.value_json),
        type=row.type,
        score=encoded(row.score_json),
        agent=row.agent,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
    )


def versioned(row: ResponseRow | None, version: int, extra: bool) -> VersionedResponse | None:
    """Return a response with what it counts for; None stays None."""
    if row is None:
        return None
    return VersionedResponse(
        id=row.id,
        record_id=row.record_id,
        user_id=row.user_id,
        values=encoded(row.values_json),
        status=row.status,
        inserted_at=from_wire_time(row.inserted_at),
        updated_at=from_wire_time(row.updated_at),
        version=version,
        extra=extra,
    )


def adjudication(row: AdjudicationRow, at: datetime) -> Adjudication:
    """Return what settles a record; ``at`` is its time as the route writes times."""
    return Adjudication(
        values=encoded(row.values_json), by=row.user_id, at=at, response_id=row.response_id
    )


def own_record(read: ReadRecord, include: Include) -> Record:
    """Return a record as our own routes show it: its times have their zone."""
    return msgspec.structs.replace(
        record(read, include),
        inserted_at=from_wire_time(read.record.inserted_at),
        updated_at=from_wire_time(read.record.updated_at),
    )


def task(given: tasks.Task) -> Task:
    """Return a record to work on."""
    row = given.read.record
    lease = given.lease.expires_at if given.lease else None
    return Task(
        record=own_record(given.read, tasks.INCLUDE),
        response=versioned(given.response, given.version, given.extra),
        lease=None if lease is None else Lease(expires_at=from_wire_time(lease)),
        shown_order=None if given.shown_order is None else list(given.shown_order),
        suggestions_on_request=given.suggestions_on_request,
        etag=etag(row.updated_at),
    )


def my_progress(given: OwnProgress) -> MyProgress:
    """Return how far a user and a dataset are."""
    return msgspec.convert(given, MyProgress, from_attributes=True)


def own_response(given: tasks.OwnResponse) -> OwnResponse:
    """Return one of a user's responses, for a list."""
    return OwnResponse(
        record_id=given.record_id,
        status=given.status,
        updated_at=from_wire_time(given.updated_at),
        excerpt=given.excerpt,
    )


def record(read: ReadRecord, include: Include) -> Record:
    """Return a record with what was asked to come with it."""
    row = read.record
    return Record(
        id=row.id,
        dataset_id=row.dataset_id,
        fields=encoded(row.fields_json),
        metadata=encoded(row.metadata_json or "{}"),
        external_id=row.external_id,
        status=row.status,
        inserted_at=row.inserted_at,
        updated_at=row.updated_at,
        responses=[response(one) for one in read.responses] if include.responses else UNSET,
        suggestions=(
            [suggestion(one) for one in read.suggestions] if include.suggestions else UNSET
        ),
        adjudication=(
            adjudication(read.adjudication, read.adjudication.at) if read.adjudication else UNSET
        ),
        vectors=UNSET if include.vectors == () else _vectors(row.vectors_json, include.vectors),
    )


def _vectors(text: str | None, wanted: Collection[str] | None) -> Any:
    if text is None or wanted is None:
        return encoded(text or "{}")
    vectors = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    return {name: vector for name, vector in vectors.items() if name in wanted}


def audit_entry(row: AuditRow) -> AuditEntry:
    """Return an entry of the audit log."""
    return AuditEntry(
        id=row.id,
        at=from_wire_time(row.at),
        user_id=row.user_id,
        username=row.username,
        action=row.action,
        objects=msgspec.json.decode(row.objects_json),
        request_id=row.request_id,
        address=row.address,
    )
