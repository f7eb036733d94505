"""Workspaces and who is in them."""

from __future__ import annotations

from datetime import datetime

from goldspan.wire.base import Wire


class WorkspaceCreate(Wire):
    """A new workspace."""

    name: str


class Workspace(Wire):
    """A workspace."""

    id: str
    name: str
    inserted_at: datetime
    updated_at: datetime


class WorkspaceUserCreate(Wire):
    """A user to let into a workspace."""

    user_id: str
