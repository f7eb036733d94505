"""Invitations."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from goldspan.server.deps import Caller, Database, Exposure, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.server.routes.session import given_session, with_cookie
from goldspan.server.security import refuse_other_sites
from goldspan.services import invitations
from goldspan.services.passwords import hash_password
from goldspan.storage.rows import InvitationRow
from goldspan.wire.account import (
    Invitation,
    InvitationAccept,
    InvitationCreate,
    InvitationPreview,
    Session,
    Token,
)
from goldspan.wire.base import Items, from_wire_time


def _shown(row: InvitationRow, token: str | UnsetType = UNSET) -> Invitation:
    return Invitation(
        id=row.id,
        role=row.role,
        workspace_ids=list(row.workspace_ids),
        invited_by=row.invited_by,
        accepted_by=row.accepted_by,
        expires_at=from_wire_time(row.expires_at),
        inserted_at=from_wire_time(row.inserted_at),
        token=token,
        path=UNSET if token is UNSET else f"/invite#{token}",
    )


@post("/api/v1/invitations", opt={SHOWS_SECRET: True})
async def create(db: Database, actor: Caller, data: JSONBody[InvitationCreate]) -> Invitation:
    """Invite somebody; only this answer holds the token."""
    row, token = await db.write(
        invitations.create_invitation,
        actor,
        data.role,
        data.workspace_ids,
        data.expires_in_hours,
    )
    return _shown(row, token)


@get("/api/v1/invitations", sync_to_thread=False)
def list_all(db: Database, actor: Caller) -> Items[Invitation]:
    """Return the invitations that the caller may see, newest first."""
    return Items(items=[_shown(row) for row in db.peek(invitations.list_invitations, actor)])


@delete("/api/v1/invitations/{invitation_id:str}", status_code=204)
async def take_back(db: Database, actor: Caller, invitation_id: Id) -> None:
    """Take an invitation back."""
    await db.write(invitations.delete_invitation, actor, invitation_id)


@post("/api/v1/invitations/preview", status_code=200, exclude_from_auth=True, sync_to_thread=False)
def preview(db: Database, data: JSONBody[Token]) -> InvitationPreview:
    """Say what an invitation is for."""
    row, names = db.peek(invitations.preview_invitation, data.token)
    return InvitationPreview(
        role=row.role, workspaces=names, expires_at=from_wire_time(row.expires_at)
    )


@post("/api/v1/invitations/accept", exclude_from_auth=True)
async def accept(
    db: Database,
    security: Exposure,
    request: Request[Any, Any, Any],
    data: JSONBody[InvitationAccept],
) -> Response[Session]:
    """Become a user and sign in."""
    refuse_other_sites(request)
    db.peek(invitations.open_invitation, data.token)  # before the work of hashing
    hashed = await db.hashing(lambda: hash_password(data.password))
    done = await db.write(
        invitations.accept_invitation,
        data.token,
        username=data.username,
        first_name=data.first_name,
        last_name=data.last_name,
        password_hash=hashed,
        instead_of=given_session(request, security),
    )
    return with_cookie(db, done, security, 201)


HANDLERS = [create, list_all, take_back, preview, accept]
