"""Training runs, for reading: the folders that lie in the server's folder of runs.

An owner sees them all. An admin sees those whose data are a snapshot that the admin may see: a run
holds questions, passages and answers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import InvalidInput, NotFound
from goldspan.run.catalog import events_after, find_run, list_runs, state_of
from goldspan.run.folder import RunFolder
from goldspan.server.deps import Caller, Database, Id
from goldspan.services.snapshots import get_snapshot
from goldspan.storage.store import Unit
from goldspan.wire.base import Items
from goldspan.wire.exchange import Run, RunEvents, RunSummary

After = Annotated[int, QueryParameter(ge=0, le=2**62)]
# The page stands alone; nothing in it may load or run anything.
CLOSED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def _folder(request: Request[Any, Any, Any]) -> Path:
    folder: Path = request.app.state.runs_dir
    return folder


def _sees(unit: Unit, actor: Actor, run: RunFolder) -> bool:
    if actor.role is Role.OWNER:
        return True
    if run.spec.snapshot is None:
        return False
    try:
        get_snapshot(unit, actor, run.spec.snapshot.id)
    except NotFound:
        return False
    return True


def _visible(unit: Unit, actor: Actor, folder: Path, name: str) -> RunFolder:
    actor.require(Action.SEE_ALL)
    run = find_run(folder, name)
    if not _sees(unit, actor, run):
        raise NotFound(f"there is no run {name!r} in {folder}", run=name)
    return run


def _summary(run: RunFolder) -> RunSummary:
    spec = run.spec
    return RunSummary(
        name=run.root.name,
        command=spec.command,
        reader=spec.reader,
        parent=spec.parent,
        rows=spec.rows,
        created_at=spec.created_at,
        state=state_of(run),
        snapshot=msgspec.to_builtins(spec.snapshot),
    )


@get("/api/v1/runs")
async def list_all(
    db: Database, actor: Caller, request: Request[Any, Any, Any]
) -> Items[RunSummary]:
    """Return the runs, newest first."""

    def read(unit: Unit) -> list[RunSummary]:
        actor.require(Action.SEE_ALL)
        found = list_runs(_folder(request))
        return [_summary(run) for run in found if _sees(unit, actor, run)]

    return Items(items=await db.read(read))


@get("/api/v1/runs/{name:str}")
async def get_one(db: Database, actor: Caller, name: Id, request: Request[Any, Any, Any]) -> Run:
    """Return what a run was asked to do and, once it has ended, what came of it."""

    def read(unit: Unit) -> Run:
        run = _visible(unit, actor, _folder(request), name)
        summary = _summary(run)
        report = run.report() if summary.state == "finished" else None
        return Run(summary=summary, spec=msgspec.to_builtins(run.spec), report=report)

    return await db.read(read)


@get("/api/v1/runs/{name:str}/events")
async def list_events(
    db: Database, actor: Caller, name: Id, request: Request[Any, Any, Any], after: After = 0
) -> RunEvents:
    """Return the events after a place, and the place to ask after next."""

    def read(unit: Unit) -> RunEvents:
        run = _visible(unit, actor, _folder(request), name)
        try:
            items, place = events_after(run, after)
        except ValueError as error:
            raise InvalidInput(
                f"after is 0 or a `next` of this run's events, found {after}"
            ) from error
        return RunEvents(items=items, next=place)

    return await db.read(read)


@get("/api/v1/runs/{name:str}/report.html")
async def get_report(
    db: Database, actor: Caller, name: Id, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Return the run's report as a page."""

    def read(unit: Unit) -> bytes:
        path = _visible(unit, actor, _folder(request), name).root / "report.html"
        if not path.is_file():
            raise NotFound(f"run {name!r} has no report yet", run=name)
        return path.read_bytes()

    return Response(
        await db.read(read),
        media_type="text/html",
        headers={"Content-Security-Policy": CLOSED},
    )


HANDLERS = [list_all, get_one, list_events, get_report]
