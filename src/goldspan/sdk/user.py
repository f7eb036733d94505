"""Users."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime

from goldspan.domain.workspace import Role
from goldspan.errors import InvalidInput, NotFound
from goldspan.sdk.session import Session, active
from goldspan.wire import user as wire
from goldspan.wire.base import from_wire_time


class User:
    """A user of the server. Made by ``create``, ``me``, ``list`` and ``from_name``.

    ``api_key`` is filled only in the answer of ``create``: the server keeps a hash.
    """

    def __init__(self, body: wire.User, session: Session) -> None:
        self._session = session
        self.id = body.id
        self.username = body.username
        self.first_name = body.first_name
        self.last_name = body.last_name
        self.role = body.role
        self.api_key = body.api_key
        self.inserted_at: datetime = from_wire_time(body.inserted_at)

    def __repr__(self) -> str:
        return f"User(username={self.username!r}, role={self.role.value!r}, id={self.id!r})"

    def delete(self) -> None:
        """Delete the user; the responses stay."""
        self._session.client.delete_user(self.id)

    @classmethod
    def create(
        cls,
        username: str,
        password: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        role: Role | str = Role.ANNOTATOR,
        workspaces: Sequence[str] | None = None,
        *,
        session: Session | None = None,
    ) -> User:
        """Create a user; ``api_key`` of the result is shown this once.

        Args:
            username: unique on the server.
            password: for signing in on the page; without one only the key works.
            first_name: the username if not given.
            last_name: may be left out.
            role: ``owner``, ``admin`` or ``annotator``.
            workspaces: names of the workspaces to join.
            session: by default that of ``init``.

        Raises:
            Conflict: if the username is taken.
            Forbidden: if the caller is not an owner.
            InvalidInput: if the role is none of the three.
        """
        if role not in list(Role):
            raise InvalidInput(f"a role is one of {[r.value for r in Role]}, found {role!r}")
        used = active(session)
        body = wire.UserCreate(
            username=username,
            password=password,
            first_name=first_name or username,
            last_name=last_name,
            role=Role(role),
            workspaces=None if workspaces is None else [*workspaces],
        )
        return cls(used.client.create_user(body), used)

    @classmethod
    def me(cls, *, session: Session | None = None) -> User:
        """Return the user that the session's key belongs to."""
        used = active(session)
        return cls(used.client.me(), used)

    @classmethod
    def list(cls, *, session: Session | None = None) -> builtins.list[User]:
        """Return every user; for owners."""
        used = active(session)
        return [cls(body, used) for body in used.client.users()]

    @classmethod
    def from_name(cls, username: str, *, session: Session | None = None) -> User:
        """Return the user of this name.

        Raises:
            NotFound: if there is none.
        """
        users = cls.list(session=session)
        for user in users:
            if user.username == username:
                return user
        raise NotFound(
            f"there is no user {username!r}, only {sorted(user.username for user in users)}"
        )
