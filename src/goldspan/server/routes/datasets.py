"""Datasets and their progress."""

from __future__ import annotations

from litestar import delete, get, patch, post, put
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET

from goldspan.domain.record import ResponseStatus
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.journal import go_on_unconditionally
from goldspan.services import datasets, progress
from goldspan.services.lookup import visible_dataset
from goldspan.storage.rows import RecordStatus
from goldspan.wire.base import Items
from goldspan.wire.dataset import (
    Annotator,
    Assignment,
    Dataset,
    DatasetCreate,
    DatasetMetrics,
    DatasetProgress,
    DatasetUpdate,
    RecordCount,
    ResponseCount,
    StatusCounts,
    UserProgress,
    UsersProgress,
)


@get("/api/v1/me/datasets", sync_to_thread=False)
def list_own(
    db: Database,
    actor: Caller,
    workspace_id: FromQuery[str | None] = None,
    name: FromQuery[str | None] = None,
) -> Items[Dataset]:
    """Return the datasets that the caller sees, of one workspace or of all."""
    found = db.peek(datasets.list_datasets, actor, workspace_id, name)
    return Items(items=[present.dataset(row) for row in found])


@post("/api/v1/datasets")
async def create(db: Database, actor: Caller, data: JSONBody[DatasetCreate]) -> Dataset:
    """Create a draft."""
    row = await db.write(
        datasets.create_dataset,
        actor,
        data.workspace_id,
        data.name,
        guidelines=data.guidelines,
        allow_extra_metadata=data.allow_extra_metadata,
        min_submitted=data.distribution.min_submitted if data.distribution else 1,
        metadata=data.metadata,
        assignment=_rules(data.assignment),
    )
    return present.dataset(row)


@get("/api/v1/datasets/{dataset_id:str}", sync_to_thread=False)
def get_one(db: Database, actor: Caller, dataset_id: Id) -> Dataset:
    """Return one dataset."""
    return present.dataset(db.peek(visible_dataset, actor, dataset_id))


@patch("/api/v1/datasets/{dataset_id:str}")
async def update(
    db: Database, actor: Caller, dataset_id: Id, data: JSONBody[DatasetUpdate]
) -> Dataset:
    """Change a dataset."""
    distribution = None if data.distribution is UNSET else data.distribution
    changes = datasets.DatasetChanges(
        name=None if data.name is UNSET else data.name,
        guidelines=data.guidelines,
        allow_extra_metadata=(
            None if data.allow_extra_metadata is UNSET else data.allow_extra_metadata
        ),
        min_submitted=distribution.min_submitted if distribution else None,
        metadata=data.metadata,
        assignment=None if data.assignment is UNSET else _rules(data.assignment),
    )
    row = await db.write(datasets.update_dataset, actor, dataset_id, changes)
    go_on_unconditionally()
    after: str | None = "" if distribution or changes.assignment else None
    while after is not None:
        after = await db.write_bulk(datasets.renew, actor, dataset_id, after)
    return present.dataset(row)


def _rules(given: Assignment | None) -> datasets.AssignmentRules | None:
    if given is None:
        return None
    return datasets.AssignmentRules(
        given.order, given.lease_minutes, given.accept_late, given.suggestions_on_request
    )


@put("/api/v1/datasets/{dataset_id:str}/publish")
async def publish(db: Database, actor: Caller, dataset_id: Id) -> Dataset:
    """Make a draft ready for records."""
    return present.dataset(await db.write(datasets.publish_dataset, actor, dataset_id))


@delete("/api/v1/datasets/{dataset_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, dataset_id: Id) -> Dataset:
    """Delete a dataset with everything in it."""
    return present.dataset(await db.write_bulk(datasets.delete_dataset, actor, dataset_id))


@get("/api/v1/me/datasets/{dataset_id:str}/metrics", sync_to_thread=False)
def metrics(db: Database, actor: Caller, dataset_id: Id) -> DatasetMetrics:
    """Return the number of records and of the caller's responses."""
    records, own = db.peek(progress.own_metrics, actor, dataset_id)
    return DatasetMetrics(
        records=RecordCount(count=records),
        responses=ResponseCount(
            count=sum(own.values()),
            submitted=own[ResponseStatus.SUBMITTED],
            discarded=own[ResponseStatus.DISCARDED],
            draft=own[ResponseStatus.DRAFT],
        ),
    )


@get("/api/v1/datasets/{dataset_id:str}/progress", sync_to_thread=False)
def dataset_progress(db: Database, actor: Caller, dataset_id: Id) -> DatasetProgress:
    """Return how many records are completed, and who responded."""
    found = db.peek(progress.dataset_progress, actor, dataset_id)
    return DatasetProgress(
        total=sum(found.records.values()),
        completed=found.records["completed"],
        pending=found.records["pending"],
        users=[Annotator(username=name) for name in found.usernames],
    )


@get("/api/v1/datasets/{dataset_id:str}/users/progress", sync_to_thread=False)
def users_progress(db: Database, actor: Caller, dataset_id: Id) -> UsersProgress:
    """Return every annotator's responses by status."""
    found = db.peek(progress.users_progress, actor, dataset_id)

    def counts(
        tallies: dict[tuple[RecordStatus, ResponseStatus], int], status: RecordStatus
    ) -> StatusCounts:
        return StatusCounts(
            submitted=tallies.get((status, ResponseStatus.SUBMITTED), 0),
            discarded=tallies.get((status, ResponseStatus.DISCARDED), 0),
            draft=tallies.get((status, ResponseStatus.DRAFT), 0),
        )

    return UsersProgress(
        users=[
            UserProgress(
                username=username,
                completed=counts(tallies, "completed"),
                pending=counts(tallies, "pending"),
            )
            for username, tallies in found.items()
        ]
    )


HANDLERS = [
    list_own,
    create,
    get_one,
    update,
    publish,
    delete_one,
    metrics,
    dataset_progress,
    users_progress,
]
