"""Training runs and evaluations, for reading: what lies in the server's folder of runs.

An owner sees them all. An admin sees those whose data are a snapshot that the admin may see: a run
holds questions, passages and answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get
from litestar.params import QueryParameter

from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import InvalidInput, NotFound
from goldspan.run import catalog
from goldspan.run.catalog import (
    events_after,
    find_evaluation,
    find_run,
    list_evaluations,
    list_runs,
    state_of,
)
from goldspan.run.evaluation_page import evaluation_page
from goldspan.run.folder import RunFolder
from goldspan.server.deps import Caller, Database, Id
from goldspan.services.snapshots import get_snapshot
from goldspan.storage.store import Unit
from goldspan.wire.base import Items
from goldspan.wire.exchange import Evaluation, ReaderScores, Run, RunEvents, RunSummary

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

    return _page(await db.read(read))


def _require_owner(actor: Actor, folder: Path) -> None:
    actor.require(Action.SEE_ALL)
    if actor.role is not Role.OWNER:
        raise NotFound(f"there are no evaluations in {folder} that you may see")


@get("/api/v1/evaluations")
async def list_scored(
    db: Database, actor: Caller, request: Request[Any, Any, Any]
) -> Items[Evaluation]:
    """Return the evaluations that lie among the runs, newest first; an owner sees them."""

    def read(_: Unit) -> list[Evaluation]:
        actor.require(Action.SEE_ALL)
        found = list_evaluations(_folder(request)) if actor.role is Role.OWNER else []
        return [_evaluation(one) for one in found]

    return Items(items=await db.read(read))


@get("/api/v1/evaluations/{name:str}/report.html")
async def get_evaluation(
    db: Database, actor: Caller, name: Id, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Return an evaluation as a page."""

    def read(_: Unit) -> bytes:
        folder = _folder(request)
        _require_owner(actor, folder)
        return evaluation_page(find_evaluation(folder, name)).encode()

    return _page(await db.read(read))


def _evaluation(one: catalog.Evaluation) -> Evaluation:
    return Evaluation(
        name=one.name,
        written_at=datetime.fromtimestamp(one.written_at, UTC),
        readers=[msgspec.convert(msgspec.to_builtins(each), ReaderScores) for each in one.readers],
    )


def _page(html: bytes) -> Response[bytes]:
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": CLOSED})


HANDLERS = [list_all, get_one, list_events, get_report, list_scored, get_evaluation]
