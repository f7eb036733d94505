"""Workspaces: who may see and answer which datasets."""

from __future__ import annotations

import builtins
from datetime import datetime

from goldspan.sdk.session import Session, active
from goldspan.sdk.user import User
from goldspan.wire import workspace as wire
from goldspan.wire.base import from_wire_time


class Workspace:
    """A workspace. Made by ``create``, ``from_name``, ``from_id`` and ``list``."""

    def __init__(self, body: wire.Workspace, session: Session) -> None:
        self._session = session
        self.id = body.id
        self.name = body.name
        self.inserted_at: datetime = from_wire_time(body.inserted_at)

    def __repr__(self) -> str:
        return f"Workspace(name={self.name!r}, id={self.id!r})"

    @property
    def users(self) -> builtins.list[User]:
        """Who is in the workspace."""
        bodies = self._session.client.workspace_users(self.id)
        return [User(body, self._session) for body in bodies]

    def add_user(self, user: User | str) -> None:
        """Let a user in, given as a ``User`` or by id.

        Raises:
            Conflict: if the user is in already.
            NotFound: if there is no such user.
        """
        self._session.client.add_workspace_user(self.id, _id_of(user))

    def delete_user(self, user: User | str) -> None:
        """Take a user out, given as a ``User`` or by id; responses stay.

        Raises:
            NotFound: if the user is not in the workspace.
        """
        self._session.client.remove_workspace_user(self.id, _id_of(user))

    def delete(self) -> None:
        """Delete the workspace.

        Raises:
            Conflict: if it still has datasets.
        """
        self._session.client.delete_workspace(self.id)

    @classmethod
    def create(cls, name: str, *, session: Session | None = None) -> Workspace:
        """Create a workspace; for owners.

        Raises:
            Conflict: if the name is taken.
            Forbidden: if the caller is not an owner.
        """
        used = active(session)
        return cls(used.client.create_workspace(name), used)

    @classmethod
    def from_name(cls, name: str, *, session: Session | None = None) -> Workspace:
        """Return the workspace of this name.

        Raises:
            NotFound: if there is none that the caller may see.
        """
        used = active(session)
        return cls(used.workspace(name), used)

    @classmethod
    def from_id(cls, id: str, *, session: Session | None = None) -> Workspace:
        """Return the workspace of this id.

        Raises:
            NotFound: if there is none that the caller may see.
        """
        used = active(session)
        return cls(used.client.workspace(str(id)), used)

    @classmethod
    def list(cls, *, session: Session | None = None) -> builtins.list[Workspace]:
        """Return the workspaces that the caller may see."""
        used = active(session)
        return [cls(body, used) for body in used.client.workspaces()]


def _id_of(user: User | str) -> str:
    return user.id if isinstance(user, User) else str(user)
