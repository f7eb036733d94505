"""What only clients of Argilla's older generation (1.29) call, beside the other modules' routes."""

from __future__ import annotations

from typing import Any

from litestar import delete, get, post
from litestar.params import JSONBody

from goldspan.domain.permission import Action
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.server.routes.users import create, shown
from goldspan.services import users, workspaces
from goldspan.storage.rows import UserRow
from goldspan.storage.store import Unit
from goldspan.wire.user import User, UserCreate
from goldspan.wire.workspace import Workspace, WorkspaceCreate

SPOKEN_VERSION = "1.29.1"
"""The version whose routes these are: clients compare it with their own."""


def _with_workspaces(unit: Unit, row: UserRow) -> User:
    names = [workspace.name for workspace in users.workspaces_of(unit, row)]
    return shown(unit, row, names)


@get("/api/_info", exclude_from_auth=True, sync_to_thread=False)
def info() -> dict[str, str]:
    """Return the version of the routes."""
    return {"version": SPOKEN_VERSION}


@get("/api/me", sync_to_thread=False)
def me(db: Database, actor: Caller) -> User:
    """Return the caller."""

    def read(unit: Unit) -> User:
        return _with_workspaces(unit, users.get_user(unit, actor, actor.user_id))

    return db.peek(read)


@get("/api/users", sync_to_thread=False)
def list_users(db: Database, actor: Caller) -> list[User]:
    """Return every user."""

    def read(unit: Unit) -> list[User]:
        return [_with_workspaces(unit, row) for row in users.list_users(unit, actor)]

    return db.peek(read)


@post("/api/users", status_code=200, opt={SHOWS_SECRET: True})
async def create_user(db: Database, actor: Caller, data: JSONBody[UserCreate]) -> User:
    """Create a user; only this answer holds the key."""
    return await create(db, actor, data)


@delete("/api/users/{user_id:str}", status_code=200)
async def delete_user(db: Database, actor: Caller, user_id: Id) -> User:
    """Delete a user; the responses stay."""

    def remove(unit: Unit) -> User:
        actor.require(Action.MANAGE_USERS)
        shown = _with_workspaces(unit, users.get_user(unit, actor, user_id))
        users.delete_user(unit, actor, user_id)
        return shown

    return await db.write(remove)


@get("/api/workspaces", sync_to_thread=False)
def list_workspaces(db: Database, actor: Caller) -> list[Workspace]:
    """Return the workspaces that the caller sees."""
    return [present.workspace(row) for row in db.peek(workspaces.list_workspaces, actor)]


@post("/api/workspaces", status_code=200)
async def create_workspace(
    db: Database, actor: Caller, data: JSONBody[WorkspaceCreate]
) -> Workspace:
    """Create a workspace."""
    return present.workspace(await db.write(workspaces.create_workspace, actor, data.name))


@get("/api/workspaces/{workspace_id:str}/users", sync_to_thread=False)
def members(db: Database, actor: Caller, workspace_id: Id) -> list[User]:
    """Return who is in a workspace."""

    def read(unit: Unit) -> list[User]:
        rows = workspaces.list_members(unit, actor, workspace_id)
        return [_with_workspaces(unit, row) for row in rows]

    return db.peek(read)


@post("/api/workspaces/{workspace_id:str}/users/{user_id:str}", status_code=200)
async def add_member(db: Database, actor: Caller, workspace_id: Id, user_id: Id) -> User:
    """Let a user in."""

    def let_in(unit: Unit) -> User:
        return _with_workspaces(unit, workspaces.add_member(unit, actor, workspace_id, user_id))

    return await db.write(let_in)


@delete("/api/workspaces/{workspace_id:str}/users/{user_id:str}", status_code=200)
async def remove_member(db: Database, actor: Caller, workspace_id: Id, user_id: Id) -> User:
    """Put a user out."""

    def put_out(unit: Unit) -> User:
        return _with_workspaces(unit, workspaces.remove_member(unit, actor, workspace_id, user_id))

    return await db.write(put_out)


@get("/api/datasets", sync_to_thread=False)
def list_datasets(actor: Caller) -> list[Any]:
    """Return no datasets: those of the generation before this API's do not exist here."""
    return []


HANDLERS = [
    info,
    me,
    list_users,
    create_user,
    delete_user,
    list_workspaces,
    create_workspace,
    members,
    add_member,
    remove_member,
    list_datasets,
]
