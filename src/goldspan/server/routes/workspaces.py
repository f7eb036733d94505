"""Workspaces and who is in them."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import JSONBody

from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.routes.users import all_shown
from goldspan.services import workspaces
from goldspan.storage.store import Unit
from goldspan.wire.base import Items
from goldspan.wire.user import User
from goldspan.wire.workspace import Workspace, WorkspaceCreate, WorkspaceUserCreate


@get(["/api/v1/me/workspaces", "/api/v1/workspaces"], sync_to_thread=False)
def list_own(db: Database, actor: Caller) -> Items[Workspace]:
    """Return the workspaces that the caller sees."""
    found = db.peek(workspaces.list_workspaces, actor)
    return Items(items=[present.workspace(row) for row in found])


@post("/api/v1/workspaces")
async def create(db: Database, actor: Caller, data: JSONBody[WorkspaceCreate]) -> Workspace:
    """Create a workspace."""
    return present.workspace(await db.write(workspaces.create_workspace, actor, data.name))


@get("/api/v1/workspaces/{workspace_id:str}", sync_to_thread=False)
def get_one(db: Database, actor: Caller, workspace_id: Id) -> Workspace:
    """Return one workspace."""
    return present.workspace(db.peek(workspaces.visible_workspace, actor, workspace_id))


@delete("/api/v1/workspaces/{workspace_id:str}", status_code=200)
async def delete_one(db: Database, actor: Caller, workspace_id: Id) -> Workspace:
    """Delete an empty workspace."""
    return present.workspace(await db.write(workspaces.delete_workspace, actor, workspace_id))


@get("/api/v1/workspaces/{workspace_id:str}/users", sync_to_thread=False)
def members(db: Database, actor: Caller, workspace_id: Id) -> Items[User]:
    """Return who is in a workspace."""

    def read(unit: Unit) -> list[User]:
        return all_shown(unit, workspaces.list_members(unit, actor, workspace_id))

    return Items(items=db.peek(read))


@post("/api/v1/workspaces/{workspace_id:str}/users")
async def add_member(
    db: Database, actor: Caller, workspace_id: Id, data: JSONBody[WorkspaceUserCreate]
) -> User:
    """Let a user in."""
    row = await db.write(workspaces.add_member, actor, workspace_id, data.user_id)
    return present.user(row)


@delete("/api/v1/workspaces/{workspace_id:str}/users/{user_id:str}", status_code=200)
async def remove_member(db: Database, actor: Caller, workspace_id: Id, user_id: Id) -> User:
    """Put a user out."""
    return present.user(await db.write(workspaces.remove_member, actor, workspace_id, user_id))


HANDLERS = [list_own, create, get_one, delete_one, members, add_member, remove_member]
