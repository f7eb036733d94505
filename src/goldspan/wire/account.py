"""Signing in, API keys and invitations; this project's own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from goldspan.domain.permission import Scope
from goldspan.domain.workspace import Role
from goldspan.wire.base import Own, Wire


class SignIn(Own):
    """A username and its password."""

    username: str
    password: str


class PasswordForm(Wire):
    """A username and its password, as the contract's forms have them."""

    username: str
    password: str


class AccessToken(Wire):
    """A key for the header ``Authorization: Bearer``; it ends after a day."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"


class Token(Own):
    """The token of a one-time link or an invitation."""

    token: str


class SessionUser(Own):
    """Who has signed in."""

    id: str
    username: str
    first_name: str
    last_name: str | None
    role: Role


class NamedWorkspace(Own):
    """A workspace that the user sees."""

    id: str
    name: str


class Session(Own):
    """A session of a browser.

    Until ``must_change_password`` is false again, nothing else is allowed than to change the
    password and to sign out. ``insecure_http`` says that what is sent can be read on the way.
    """

    user: SessionUser
    workspaces: list[NamedWorkspace]
    expires_at: datetime
    must_change_password: bool
    insecure_http: bool


class PasswordChange(Own):
    """A new password.

    ``current_password`` may be null for who must change it, and for who came in by a one-time
    link.
    """

    new_password: str
    current_password: str | None = None


class UserUpdate(Own):
    """What to change of a user; what is left out stays."""

    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType | None = UNSET
    role: Role | UnsetType = UNSET
    password: str | UnsetType = UNSET


class SignInLink(Own):
    """A one-time link; ``path`` holds the token, which is shown only now."""

    path: str
    token: str
    expires_at: datetime


class ApiKeyCreate(Own):
    """A new API key; without ``expires_at`` it stays valid until it is revoked."""

    name: str
    scope: Scope
    expires_at: datetime | None = None


class ApiKey(Own):
    """An API key; ``key`` is filled only in the answer that creates it."""

    id: str
    name: str
    prefix: str
    scope: Scope
    expires_at: datetime | None
    last_used_at: datetime | None
    inserted_at: datetime
    key: str | UnsetType = UNSET


class InvitationCreate(Own):
    """A new invitation."""

    role: Role
    workspace_ids: list[str]
    expires_in_hours: int = 168


class Invitation(Own):
    """An invitation; ``token`` and ``path`` are filled only in the answer that creates it."""

    id: str
    role: Role
    workspace_ids: list[str]
    invited_by: str
    accepted_by: str | None
    expires_at: datetime
    inserted_at: datetime
    token: str | UnsetType = UNSET
    path: str | UnsetType = UNSET


class InvitationPreview(Own):
    """What an invitation is for; ``workspaces`` are names."""

    role: Role
    workspaces: list[str]
    expires_at: datetime


class InvitationAccept(Own):
    """Who accepts an invitation."""

    token: str
    username: str
    first_name: str
    password: str
    last_name: str | None = None
