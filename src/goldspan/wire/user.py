"""Users."""

from __future__ import annotations

from datetime import datetime

from goldspan.domain.workspace import Role
from goldspan.wire.base import Wire


class UserCreate(Wire):
    """A new user. ``workspaces`` are names of workspaces to join."""

    username: str
    first_name: str | None = None
    last_name: str | None = None
    role: Role = Role.ANNOTATOR
    password: str | None = None
    workspaces: list[str] | None = None


class User(Wire):
    """A user.

    ``api_key`` is the whole key only in the answer that creates the user, else what may be shown of
    it: its beginning, up to the secret. The server keeps a hash.
    ``workspaces`` holds names and is filled on the routes of the older generation.
    """

    id: str
    username: str
    first_name: str
    last_name: str | None
    full_name: str
    role: Role
    inserted_at: datetime
    updated_at: datetime
    workspaces: list[str] | None = None
    api_key: str = ""
