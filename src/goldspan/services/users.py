"""Users: create, list, delete."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import Conflict, InvalidInput, NotFound
from goldspan.services.giving_back import release_all
from goldspan.services.keys import add_new_key
from goldspan.services.passwords import set_password
from goldspan.storage.ids import new_id
from goldspan.storage.rows import UserRow, WorkspaceRow
from goldspan.storage.store import Unit

USERNAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.@-]{0,99}")
LONGEST_NAME = 200


def new_user(
    unit: Unit,
    *,
    username: str,
    first_name: str,
    last_name: str | None,
    role: Role,
    password_hash: str | None,
    must_change_password: bool,
) -> UserRow:
    """Insert a user, without asking who wants it.

    Raises:
        InvalidInput: if the username has other characters than letters, digits and ``_.@-``.
        Conflict: if the username is taken.
    """
    if not USERNAME.fullmatch(username):
        raise InvalidInput(
            "a username is made of letters, digits and '_', '.', '@', '-', begins with a letter "
            f"or digit and has at most 100 characters, found {username!r}"
        )
    check_names(first_name, last_name)
    user = UserRow(
        id=new_id(),
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=password_hash,
        inserted_at=unit.now,
        updated_at=unit.now,
        must_change_password=must_change_password,
    )
    unit.users.add(user)
    return user


def check_names(*names: str | None) -> None:
    """Raise InvalidInput if a name of a person is too long."""
    for name in names:
        if name is not None and len(name) > LONGEST_NAME:
            raise InvalidInput(f"a name has at most {LONGEST_NAME} characters, found {len(name)}")


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
    user = new_user(
        unit,
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=password_hash,
        must_change_password=password_hash is not None,
    )
    _, key = add_new_key(unit, user.id, "first")
    for name in workspaces:
        workspace = unit.workspaces.by_name(name)
        if workspace is None:
            raise NotFound(f"there is no workspace named {name!r}", workspace=name)
        unit.workspaces.add_user(workspace.id, user.id)
    return user, key


def list_users(unit: Unit, actor: Actor) -> list[UserRow]:
    """Return every user. Raises Forbidden."""
    actor.require(Action.LIST_USERS)
    return unit.users.all()


def get_user(unit: Unit, actor: Actor, user_id: str) -> UserRow:
    """Return a user: oneself, or anybody for those who manage users.

    Raises:
        Forbidden: if it is somebody else and the actor may not manage users.
        NotFound: if there is no such user.
    """
    if user_id != actor.user_id:
        actor.require(Action.LIST_USERS)
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
    release_all(unit, user.id)
    unit.users.delete(user.id)
    return user


@dataclass(frozen=True, slots=True)
class UserChanges:
    """What to change of a user; what is None stays, a name that is UNSET too."""

    first_name: str | None = None
    last_name: str | UnsetType | None = UNSET
    role: Role | None = None
    password_hash: str | None = None


def update_user(unit: Unit, actor: Actor, user_id: str, changes: UserChanges) -> UserRow:
    """Change a user. A password that somebody else sets has to be changed at the next sign-in.

    Raises:
        Forbidden: if the actor may not manage users.
        NotFound: if there is no such user.
        Conflict: if owners would take the role away from themselves.
        InvalidInput: if a name is too long.
    """
    actor.require(Action.MANAGE_USERS)
    user = get_user(unit, actor, user_id)
    if user.id == actor.user_id and changes.role not in (None, user.role):
        raise Conflict("nobody changes their own role; let another owner do it")
    last_name = user.last_name if changes.last_name is UNSET else changes.last_name
    user = msgspec.structs.replace(
        user,
        first_name=user.first_name if changes.first_name is None else changes.first_name,
        last_name=last_name,
        role=changes.role or user.role,
    )
    check_names(user.first_name, user.last_name)
    if changes.password_hash is None:
        return unit.users.update(user)
    unit.sessions.delete_of(user.id)
    unit.links.delete_of(user.id)
    must_change = user.id != actor.user_id
    return set_password(unit, user, changes.password_hash, must_change=must_change)


def workspaces_of(unit: Unit, user: UserRow) -> list[WorkspaceRow]:
    """Return the workspaces that a user sees: an owner all, the others those they are in."""
    return unit.workspaces.all() if user.role is Role.OWNER else unit.workspaces.of_user(user.id)
