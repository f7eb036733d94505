"""Snapshots of datasets: made, listed, exported, never changed."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.params import FromQuery, JSONBody
from litestar.response import Stream

from goldspan.server.deps import Caller, Database, Id
from goldspan.server.routes.exchange import ExportFormat, sent
from goldspan.server.scratch import Scratch
from goldspan.services import snapshots
from goldspan.storage.rows import SnapshotRow
from goldspan.wire.base import Items, from_wire_time
from goldspan.wire.exchange import Snapshot, SnapshotCreate


def present(row: SnapshotRow) -> Snapshot:
    """Return a snapshot as the wire has it."""
    return Snapshot(
        id=row.id,
        dataset_id=row.dataset_id,
        name=row.name,
        content_hash=row.content_hash,
        records=row.records,
        responses=row.responses,
        inserted_at=from_wire_time(row.inserted_at),
    )


@post("/api/v1/datasets/{dataset_id:str}/snapshots", status_code=201)
async def create(
    db: Database,
    actor: Caller,
    dataset_id: Id,
    data: JSONBody[SnapshotCreate],
    request: Request[Any, Any, Any],
) -> Snapshot:
    """Keep the dataset as it is now, under a hash of all that it holds."""
    scratch: Scratch = request.app.state.scratch
    with scratch.room() as room:
        gathered = await db.long(
            lambda: db.peek(snapshots.gather_snapshot, actor, dataset_id, room)
        )
        row = await db.write_bulk(snapshots.store_snapshot, actor, dataset_id, data.name, gathered)
    return present(row)


@get("/api/v1/datasets/{dataset_id:str}/snapshots")
async def list_of_dataset(db: Database, actor: Caller, dataset_id: Id) -> Items[Snapshot]:
    """Return the dataset's snapshots, newest first."""
    rows = await db.read(snapshots.list_snapshots, actor, dataset_id)
    return Items(items=[present(row) for row in rows])


@get("/api/v1/snapshots/{snapshot_id:str}", sync_to_thread=False)
def get_one(db: Database, actor: Caller, snapshot_id: Id) -> Snapshot:
    """Return one snapshot."""
    return present(db.peek(snapshots.get_snapshot, actor, snapshot_id))


@get("/api/v1/snapshots/{snapshot_id:str}/export")
async def export(
    db: Database,
    actor: Caller,
    snapshot_id: Id,
    request: Request[Any, Any, Any],
    format: FromQuery[ExportFormat] = "jsonl",
) -> Stream:
    """Send a snapshot as a file."""
    scratch: Scratch = request.app.state.scratch
    with scratch.lasting_room() as room:
        done = await db.long(
            lambda: db.peek(snapshots.export_snapshot, actor, snapshot_id, format, room)
        )
    return sent(done)


HANDLERS = [create, list_of_dataset, get_one, export]
