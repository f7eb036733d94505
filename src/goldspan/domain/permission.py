"""Who may do what: one table of actions and roles.

An owner may do everything. The others may do what the table gives their role, and what concerns
a workspace only in workspaces that they are in; what lies in other workspaces does not exist for
them.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from goldspan.domain.workspace import Role
from goldspan.errors import Forbidden


class Action(StrEnum):
    """What someone may want to do; the value completes "may not …"."""

    MANAGE_USERS = "manage users"
    MANAGE_WORKSPACES = "manage workspaces"
    LIST_MEMBERS = "list who is in a workspace"
    READ_DATASET = "read a dataset"
    MANAGE_DATASET = "create, change or delete a dataset"
    WRITE_RECORDS = "write records and suggestions"
    RESPOND = "respond to records"
    READ_AUDIT = "read the audit log"
    SEE_ALL = "see other people's responses and what is hidden from annotators"


ALLOWED: dict[Action, Set[Role]] = {
    Action.MANAGE_USERS: {Role.OWNER},
    Action.MANAGE_WORKSPACES: {Role.OWNER},
    Action.LIST_MEMBERS: {Role.OWNER, Role.ADMIN},
    Action.READ_DATASET: {Role.OWNER, Role.ADMIN, Role.ANNOTATOR},
    Action.MANAGE_DATASET: {Role.OWNER, Role.ADMIN},
    Action.WRITE_RECORDS: {Role.OWNER, Role.ADMIN},
    Action.RESPOND: {Role.OWNER, Role.ADMIN, Role.ANNOTATOR},
    Action.READ_AUDIT: {Role.OWNER},
    Action.SEE_ALL: {Role.OWNER, Role.ADMIN},
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks.

    Args:
        user_id: the user's id.
        username: the user's name.
        role: the user's role.
        workspace_ids: the workspaces that the user is in.
    """

    user_id: str
    username: str
    role: Role
    workspace_ids: Set[str] = frozenset()

    def sees(self, workspace_id: str) -> bool:
        """Say whether the workspace exists for this user."""
        return self.role is Role.OWNER or workspace_id in self.workspace_ids

    def may(self, action: Action) -> bool:
        """Say whether the user's role allows the action, in a workspace that the user sees."""
        return self.role in ALLOWED[action]

    def require(self, action: Action) -> None:
        """Raise Forbidden unless the user's role allows the action."""
        if not self.may(action):
            roles = " or ".join(sorted(role.value for role in ALLOWED[action]))
            raise Forbidden(
                f"{self.role.value} {self.username!r} may not {action.value}; "
                f"that takes the role {roles}",
                action=action.name.lower(),
                role=self.role.value,
            )
