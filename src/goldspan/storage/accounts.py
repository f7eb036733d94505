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
)


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
