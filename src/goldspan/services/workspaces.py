"""Workspaces: create, delete, let users in and out."""

from __future__ import annotations

import re

from goldspan.domain.permission import Action, Actor
from goldspan.errors import Conflict, InvalidInput, NotFound
from goldspan.storage.rows import UserRow, WorkspaceRow
from goldspan.storage.store import Unit

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 _.-]{0,199}")


def visible_workspace(unit: Unit, actor: Actor, workspace_id: str) -> WorkspaceRow:
    """Return a workspace. Raises NotFound if it does not exist for the actor."""
    workspace = unit.workspaces.get(workspace_id) if actor.sees(workspace_id) else None
    if workspace is None:
        raise NotFound(f"there is no workspace {workspace_id!r}", workspace_id=workspace_id)
    return workspace


def list_workspaces(unit: Unit, actor: Actor) -> list[WorkspaceRow]:
    """Return the workspaces that exist for the actor."""
    return [one for one in unit.workspaces.all() if actor.sees(one.id)]


def create_workspace(unit: Unit, actor: Actor, name: str) -> WorkspaceRow:
    """Create a workspace. Raises Forbidden, InvalidInput, Conflict."""
    actor.require(Action.MANAGE_WORKSPACES)
    if not NAME.fullmatch(name):
        raise InvalidInput(
            "a workspace's name is made of letters, digits and '_', '.', '-', ' ', begins with a "
            f"letter or digit and has at most 200 characters, found {name!r}"
        )
    return unit.workspaces.add(name)


def delete_workspace(unit: Unit, actor: Actor, workspace_id: str) -> WorkspaceRow:
    """Delete an empty workspace. Raises Forbidden, NotFound, Conflict if it has datasets."""
    workspace = visible_workspace(unit, actor, workspace_id)
    actor.require(Action.MANAGE_WORKSPACES)
    datasets = [dataset.name for dataset in unit.datasets.all([workspace_id])]
    if datasets:
        raise Conflict(
            f"workspace {workspace.name!r} has the datasets {datasets}; delete them first",
            datasets=datasets,
        )
    unit.workspaces.delete(workspace_id)
    return workspace


def list_members(unit: Unit, actor: Actor, workspace_id: str) -> list[UserRow]:
    """Return who is in a workspace. Raises NotFound, Forbidden."""
    visible_workspace(unit, actor, workspace_id)
    actor.require(Action.LIST_MEMBERS)
    return unit.workspaces.users(workspace_id)


def add_member(unit: Unit, actor: Actor, workspace_id: str, user_id: str) -> UserRow:
    """Let a user in. Raises NotFound, Forbidden, Conflict if the user is in already."""
    workspace = visible_workspace(unit, actor, workspace_id)
    actor.require(Action.MANAGE_WORKSPACES)
    user = unit.users.get(user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id!r}", user_id=user_id)
    unit.workspaces.add_user(workspace.id, user.id)
    return user


def remove_member(unit: Unit, actor: Actor, workspace_id: str, user_id: str) -> UserRow:
    """Put a user out. Raises NotFound, Forbidden."""
    workspace = visible_workspace(unit, actor, workspace_id)
    actor.require(Action.MANAGE_WORKSPACES)
    user = unit.users.get(user_id)
    if user is None or not unit.workspaces.remove_user(workspace.id, user_id):
        raise NotFound(f"user {user_id!r} is not in workspace {workspace.name!r}")
    return user
