"""Users: create, list, delete."""

from __future__ import annotations

import re
from collections.abc import Sequence

from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import Conflict, InvalidInput, NotFound
from goldspan.services.keys import key_hash, new_key
from goldspan.storage.ids import new_id
from goldspan.storage.rows import UserRow, WorkspaceRow
from goldspan.storage.store import Unit

USERNAME = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9_.@-]{0,99}$")


def create_user(
    unit: Unit,
    actor: Actor,
    *,
    username: str,
    first_name: str,
    last_name: str | None,
    role: Role,
    password_hash: str | None,
    workspaces: Sequence[str],
) -> tuple[UserRow, str]:
    """Create a user in the named workspaces; return the user and the only copy of their key.

    Raises:
        Forbidden: if the actor may not manage users.
        InvalidInput: if the username has other characters than letters, digits and ``_.@-``.
        NotFound: if a workspace does not exist.
        Conflict: if the username is taken.
    """
    actor.require(Action.MANAGE_USERS)
    if not USERNAME.match(username):
        raise InvalidInput(
            "a username is made of letters, digits and '_', '.', '@', '-', begins with a letter "
            f"or digit and has at most 100 characters, found {username!r}"
        )
    user = UserRow(
        id=new_id(),
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=password_hash,
        inserted_at=unit.now,
        updated_at=unit.now,
    )
    unit.users.add(user)
    key = new_key()
    unit.users.add_key(user.id, "first", key_hash(key))
    for name in workspaces:
        workspace = unit.workspaces.by_name(name)
        if workspace is None:
            raise NotFound(f"there is no workspace named {name!r}", workspace=name)
        unit.workspaces.add_user(workspace.id, user.id)
    return user, key


def list_users(unit: Unit, actor: Actor) -> list[UserRow]:
    """Return every user. Raises Forbidden."""
    actor.require(Action.MANAGE_USERS)
    return unit.users.all()


def get_user(unit: Unit, actor: Actor, user_id: str) -> UserRow:
    """Return a user: oneself, or anybody for those who manage users.

    Raises:
        Forbidden: if it is somebody else and the actor may not manage users.
        NotFound: if there is no such user.
    """
    if user_id != actor.user_id:
        actor.require(Action.MANAGE_USERS)
    user = unit.users.get(user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id!r}", user_id=user_id)
    return user


def delete_user(unit: Unit, actor: Actor, user_id: str) -> UserRow:
    """Delete a user; their responses stay.

    Raises:
        Forbidden: if the actor may not manage users.
        NotFound: if there is no such user.
        Conflict: if it is the actor, who would lock the door from outside.
    """
    actor.require(Action.MANAGE_USERS)
    user = get_user(unit, actor, user_id)
    if user.id == actor.user_id:
        raise Conflict("nobody deletes themselves; let another owner do it")
    unit.users.delete(user.id)
    return user


def workspaces_of(unit: Unit, user: UserRow) -> list[WorkspaceRow]:
    """Return the workspaces that a user sees: an owner all, the others those they are in."""
    return unit.workspaces.all() if user.role is Role.OWNER else unit.workspaces.of_user(user.id)
