"""From the SDK's records and settings to the server, in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from goldspan.client import HttpClient
from goldspan.errors import GoldspanError
from goldspan.sdk.progress import progress
from goldspan.sdk.records import FeedbackRecord
from goldspan.sdk.saved_settings import Rules
from goldspan.sdk.session import Session
from goldspan.sdk.settings import Settings
from goldspan.wire.dataset import Dataset, DatasetCreate
from goldspan.wire.field import field_body
from goldspan.wire.metadata import metadata_property_body
from goldspan.wire.question import question_body
from goldspan.wire.record import RecordCreate, response_body, suggestion_body
from goldspan.wire.vectors import vector_settings_body

RECORDS_A_REQUEST = 256
Item = TypeVar("Item")


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of ``size``, the last one possibly shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def create_dataset(
    session: Session,
    name: str,
    workspace: str | None,
    settings: Settings,
    records: Sequence[FeedbackRecord],
    *,
    show_progress: bool,
    rules: Rules | None = None,
) -> Dataset:
    """Create and publish a dataset with its records; a failure leaves nothing of it behind.

    Args:
        session: whose user creates it.
        name: unique within the workspace.
        workspace: name; by default the session's.
        settings: what the dataset shows and asks.
        records: its first records, already checked against the settings.
        show_progress: whether to show a bar.
        rules: how its records are given out; by default as the server does.

    Raises:
        Conflict: if the workspace has a dataset of this name.
        NotFound: if there is no such workspace.
    """
    client = session.client
    rules = rules or Rules()
    made = client.create_dataset(
        DatasetCreate(
            name=name,
            workspace_id=session.workspace(workspace).id,
            guidelines=settings.guidelines,
            allow_extra_metadata=settings.allow_extra_metadata,
            distribution=rules.distribution,
            metadata=rules.metadata,
            assignment=rules.assignment,
        )
    )
    try:
        _declare(client, made.id, settings)
        made = client.publish_dataset(made.id)
        upload_records(client, made.id, records, show_progress=show_progress)
    except BaseException as error:
        remove_half(client, made, error)
        raise
    return made


def _declare(client: HttpClient, dataset_id: str, settings: Settings) -> None:
    for field in settings.fields:
        client.add_field(dataset_id, field_body(field))
    for question in settings.questions:
        client.add_question(dataset_id, question_body(question))
    for prop in settings.metadata_properties:
        client.add_metadata_property(dataset_id, metadata_property_body(prop))
    for vector in settings.vectors_settings:
        client.add_vector_settings(dataset_id, vector_settings_body(vector))


def remove_half(client: HttpClient, made: Dataset, error: BaseException) -> None:
    """Delete a dataset that an error left unfinished; where that fails, the error says so."""
    try:
        client.delete_dataset(made.id)
    except GoldspanError as second:
        error.add_note(
            f"The unfinished dataset {made.name!r} ({made.id}) could not be removed: {second}"
        )


def upload_records(
    client: HttpClient,
    dataset_id: str,
    records: Sequence[FeedbackRecord],
    *,
    show_progress: bool,
) -> int:
    """Add records, updating those whose external id is known; return how many were updated."""
    updated = 0
    with progress("Uploading records", len(records), show=show_progress) as advance:
        for batch in batched(records, RECORDS_A_REQUEST):
            done = client.upsert_records(dataset_id, [to_body(record) for record in batch])
            updated += len(done.updated_item_ids)
            advance(len(batch))
    return updated


def to_body(record: FeedbackRecord) -> RecordCreate:
    """Return what creates the record; what it does not hold is left as it is on the server."""
    return RecordCreate(
        fields=record.fields,
        metadata=record.metadata or None,
        external_id=record.external_id,
        responses=[response_body(one.to_domain()) for one in record.responses] or None,
        suggestions=[suggestion_body(one) for one in record.suggestions] or None,
        vectors=record.vectors or None,
    )
