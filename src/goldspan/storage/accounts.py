"""What the services need of a store to let people in; a part of ``store.Unit``.

Hashes are SHA-256, hexadecimal. What is past its time is returned all the same: it is for the
services to look at the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from goldspan.domain.workspace import Role
from goldspan.storage.rows import (
    BeganWith,
    InvitationRow,
    KeyRow,
    LinkRow,
    NewKey,
    SessionRow,
    UserRow,
    WorkspaceRow,
)


class Users(Protocol):
    """Users."""

    def add(self, user: UserRow) -> None:
        """Insert a user. Raises Conflict if the username is taken."""

    def get(self, user_id: str) -> UserRow | None:
        """Return a user."""

    def by_name(self, username: str) -> UserRow | None:
        """Return the user of that name."""

    def all(self) -> list[UserRow]:
        """Return every user, oldest first."""

    def names(self) -> dict[str, str]:
        """Return id to username of every user; deleted users are not in it."""

    def delete(self, user_id: str) -> None:
        """Delete a user, with keys, sessions, links and memberships."""

    def update(self, user: UserRow) -> UserRow:
        """Replace a user that exists; the time of change is set."""


class Workspaces(Protocol):
    """Workspaces and who is in them."""

    def add(self, name: str) -> WorkspaceRow:
        """Insert a workspace. Raises Conflict if the name is taken."""

    def get(self, workspace_id: str) -> WorkspaceRow | None:
        """Return a workspace."""

    def by_name(self, name: str) -> WorkspaceRow | None:
        """Return the workspace of that name."""

    def all(self) -> list[WorkspaceRow]:
        """Return every workspace, oldest first."""

    def of_user(self, user_id: str) -> list[WorkspaceRow]:
        """Return the workspaces that a user is in, oldest first."""

    def ids_of_user(self, user_id: str) -> frozenset[str]:
        """Return the ids of the workspaces that a user is in."""

    def delete(self, workspace_id: str) -> None:
        """Delete a workspace."""

    def users(self, workspace_id: str) -> list[UserRow]:
        """Return who is in it, oldest user first."""

    def add_user(self, workspace_id: str, user_id: str) -> None:
        """Let a user in. Raises Conflict if the user is in already."""

    def remove_user(self, workspace_id: str, user_id: str) -> bool:
        """Put a user out; say whether the user was in."""


class Keys(Protocol):
    """API keys."""

    def add(self, key: NewKey) -> KeyRow:
        """Insert a key. Raises Conflict if the key exists."""

    def find(self, key_hash: str) -> tuple[KeyRow, UserRow] | None:
        """Return the key that has this hash, and whose it is."""

    def get(self, key_id: str) -> KeyRow | None:
        """Return a key."""

    def of(self, user_id: str) -> list[KeyRow]:
        """Return a user's keys, oldest first."""

    def prefixes(self) -> dict[str, str]:
        """Return what may be shown of each user's oldest key, by user id."""

    def used(self, key_id: str, moment: datetime) -> None:
        """Set the time of last use."""

    def delete(self, key_id: str) -> None:
        """Delete a key."""

    def delete_named(self, user_id: str, name: str) -> None:
        """Delete a user's keys of that name."""


class Sessions(Protocol):
    """Sessions."""

    def add(
        self, user_id: str, token_hash: str, began_with: BeganWith, expires_at: datetime
    ) -> SessionRow:
        """Insert a session that begins now."""

    def find(self, token_hash: str) -> tuple[SessionRow, UserRow] | None:
        """Return the session whose token has this hash, and whose it is."""

    def seen(self, session_id: str, moment: datetime) -> None:
        """Set the time when it was seen last."""

    def delete(self, session_id: str) -> None:
        """Delete a session."""

    def delete_of(self, user_id: str, *, but: str | None = None) -> None:
        """Delete a user's sessions, all but one."""

    def delete_expired(self, before: datetime) -> None:
        """Delete the sessions whose time was over at a moment."""


class Links(Protocol):
    """One-time links."""

    def add(self, user_id: str, token_hash: str, expires_at: datetime) -> LinkRow:
        """Insert a link, in place of those that the user has."""

    def find(self, token_hash: str) -> LinkRow | None:
        """Return the link whose token has this hash."""

    def delete_of(self, user_id: str) -> None:
        """Delete a user's links."""


class Invitations(Protocol):
    """Invitations."""

    def add(
        self,
        token_hash: str,
        role: Role,
        workspace_ids: Sequence[str],
        invited_by: str,
        expires_at: datetime,
    ) -> InvitationRow:
        """Insert an invitation."""

    def find(self, token_hash: str) -> InvitationRow | None:
        """Return the invitation whose token has this hash."""

    def get(self, invitation_id: str) -> InvitationRow | None:
        """Return an invitation."""

    def all(self) -> list[InvitationRow]:
        """Return every invitation, newest first."""

    def accept(self, invitation_id: str, user_id: str) -> bool:
        """Say by whom it was accepted; False if it was accepted already."""

    def delete(self, invitation_id: str) -> None:
        """Delete an invitation."""
