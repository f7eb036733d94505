"""Invitations: how people become users without anybody choosing a password for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from goldspan.domain.permission import Action, Actor
from goldspan.domain.workspace import Role
from goldspan.errors import Forbidden, InvalidInput, NotFound
from goldspan.services.keys import key_hash, new_token
from goldspan.services.sessions import SignedIn, begin_session
from goldspan.services.users import new_user
from goldspan.services.workspaces import visible_workspace
from goldspan.storage.rows import InvitationRow
from goldspan.storage.store import Unit

LONGEST_HOURS = 24 * 90


def create_invitation(
    unit: Unit, actor: Actor, role: Role, workspace_ids: Sequence[str], expires_in_hours: int
) -> tuple[InvitationRow, str]:
    """Invite somebody; return the invitation and the only copy of its token.

    An owner invites to every role. An admin invites annotators, to own workspaces.

    Raises:
        Forbidden: if the actor may not invite, or not to this role.
        InvalidInput: if the time is not between one hour and 90 days, or an admin names no
            workspace.
        NotFound: if a workspace does not exist for the actor.
    """
    actor.require(Action.INVITE)
    if not actor.may(Action.MANAGE_USERS):
        if role is not Role.ANNOTATOR:
            raise Forbidden(f"an {actor.role.value} invites annotators only, found {role.value!r}")
        if not workspace_ids:
            raise InvalidInput("name one or more workspaces of yours in workspace_ids")
    if not 1 <= expires_in_hours <= LONGEST_HOURS:
        raise InvalidInput(
            f"expires_in_hours is between 1 and {LONGEST_HOURS}, found {expires_in_hours}"
        )
    ids = list(dict.fromkeys(workspace_ids))
    for workspace_id in ids:
        visible_workspace(unit, actor, workspace_id)
    token = new_token()
    expires_at = unit.now + timedelta(hours=expires_in_hours)
    return unit.invitations.add(key_hash(token), role, ids, actor.user_id, expires_at), token


def _may_see(actor: Actor, invitation: InvitationRow) -> bool:
    return actor.may(Action.MANAGE_USERS) or invitation.invited_by == actor.user_id


def list_invitations(unit: Unit, actor: Actor) -> list[InvitationRow]:
    """Return the invitations, newest first; to an admin, those of their own. Raises Forbidden."""
    actor.require(Action.INVITE)
    return [one for one in unit.invitations.all() if _may_see(actor, one)]


def delete_invitation(unit: Unit, actor: Actor, invitation_id: str) -> None:
    """Take an invitation back. Raises Forbidden, NotFound."""
    actor.require(Action.INVITE)
    found = unit.invitations.get(invitation_id)
    if found is None or not _may_see(actor, found):
        raise NotFound(f"there is no invitation {invitation_id!r}", invitation_id=invitation_id)
    unit.invitations.delete(invitation_id)


def open_invitation(unit: Unit, token: str) -> InvitationRow:
    """Return an invitation that can be accepted. Raises NotFound."""
    found = unit.invitations.find(key_hash(token))
    if found is None or found.accepted_by is not None or found.expires_at <= unit.now:
        raise NotFound(
            "this invitation was accepted already, was taken back, or is too old; "
            "ask whoever sent it for another"
        )
    return found


def preview_invitation(unit: Unit, token: str) -> tuple[InvitationRow, list[str]]:
    """Return an invitation and the names of its workspaces. Raises NotFound."""
    found = open_invitation(unit, token)
    rows = [unit.workspaces.get(one) for one in found.workspace_ids]
    return found, [row.name for row in rows if row is not None]


def accept_invitation(
    unit: Unit,
    token: str,
    *,
    username: str,
    first_name: str,
    last_name: str | None,
    password_hash: str,
    instead_of: str | None,
) -> SignedIn:
    """Become a user, in the workspaces that still exist, and sign in; it works once.

    Raises:
        NotFound: if the invitation is used up.
        InvalidInput: if a name does not fit.
        Conflict: if the username is taken; the invitation stays open.
    """
    found = open_invitation(unit, token)
    user = new_user(
        unit,
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=found.role,
        password_hash=password_hash,
        must_change_password=False,
    )
    if not unit.invitations.accept(found.id, user.id):
        raise NotFound("this invitation was accepted by somebody else at this very moment")
    for workspace_id in found.workspace_ids:
        if unit.workspaces.get(workspace_id) is not None:
            unit.workspaces.add_user(workspace_id, user.id)
    return begin_session(unit, user, "invitation", instead_of=instead_of)
