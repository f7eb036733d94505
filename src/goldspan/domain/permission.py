"""Who may do what: one table of actions, the scope that they need, and roles.

An owner may do everything. The others may do what the table gives their role, and what concerns
a workspace only in workspaces that they are in; what lies in other workspaces does not exist for
them. Whoever comes with an API key may do no more than the key's scope allows, whatever their
role.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from goldspan.domain.workspace import Role
from goldspan.errors import Forbidden


class Scope(StrEnum):
    """How much of its user's rights a key carries; each scope holds those before it."""

    READ = "read"
    ANNOTATE = "annotate"
    ADMIN = "admin"

    def covers(self, needed: Scope) -> bool:
        """Say whether a key of this scope may do what needs the other."""
        scopes = list(Scope)
        return scopes.index(self) >= scopes.index(needed)


class Action(StrEnum):
    """What someone may want to do; the value completes "may not …"."""

    LIST_USERS = "list users"
    MANAGE_USERS = "manage users"
    INVITE = "invite people"
    MANAGE_OWN_ACCOUNT = "manage their own keys and password"
    MANAGE_WORKSPACES = "manage workspaces"
    LIST_MEMBERS = "list who is in a workspace"
    READ_DATASET = "read a dataset"
    MANAGE_DATASET = "create, change or delete a dataset"
    WRITE_RECORDS = "write records and suggestions"
    RESPOND = "respond to records"
    MANAGE_WEBHOOKS = "manage webhooks"
    READ_AUDIT = "read the audit log"
    OPERATE = "back up and check the server"
    SEE_ALL = "see other people's responses and what is hidden from annotators"


class Rule(NamedTuple):
    """What an action takes: a key of this scope or a larger one, and one of the roles."""

    scope: Scope
    roles: Set[Role]


ANYBODY = frozenset(Role)
LEADS = frozenset({Role.OWNER, Role.ADMIN})
OWNERS = frozenset({Role.OWNER})

ALLOWED: dict[Action, Rule] = {
    Action.LIST_USERS: Rule(Scope.READ, OWNERS),
    Action.MANAGE_USERS: Rule(Scope.ADMIN, OWNERS),
    Action.INVITE: Rule(Scope.ADMIN, LEADS),
    Action.MANAGE_OWN_ACCOUNT: Rule(Scope.ADMIN, ANYBODY),
    Action.MANAGE_WORKSPACES: Rule(Scope.ADMIN, OWNERS),
    Action.LIST_MEMBERS: Rule(Scope.READ, LEADS),
    Action.READ_DATASET: Rule(Scope.READ, ANYBODY),
    Action.MANAGE_DATASET: Rule(Scope.ADMIN, LEADS),
    Action.WRITE_RECORDS: Rule(Scope.ADMIN, LEADS),
    Action.RESPOND: Rule(Scope.ANNOTATE, ANYBODY),
    Action.MANAGE_WEBHOOKS: Rule(Scope.ADMIN, OWNERS),
    Action.READ_AUDIT: Rule(Scope.READ, OWNERS),
    Action.OPERATE: Rule(Scope.ADMIN, OWNERS),
    Action.SEE_ALL: Rule(Scope.READ, LEADS),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks.

    Args:
        user_id: the user's id.
        username: the user's name.
        role: the user's role.
        workspace_ids: the workspaces that the user is in.
        scope: of the key that the user came with; the largest for who signed in.
    """

    user_id: str
    username: str
    role: Role
    workspace_ids: Set[str] = frozenset()
    scope: Scope = Scope.ADMIN

    def sees(self, workspace_id: str) -> bool:
        """Say whether the workspace exists for this user."""
        return self.role is Role.OWNER or workspace_id in self.workspace_ids

    def may(self, action: Action) -> bool:
        """Say whether role and scope allow the action, in a workspace that the user sees."""
        rule = ALLOWED[action]
        return self.role in rule.roles and self.scope.covers(rule.scope)

    def require(self, action: Action) -> None:
        """Raise Forbidden unless the user's role and the key's scope allow the action."""
        if self.may(action):
            return
        scope, allowed = ALLOWED[action]
        if self.role in allowed:
            raise Forbidden(
                f"this API key of {self.username!r} has the scope {self.scope.value} and may not "
                f"{action.value}; that takes a key with the scope {scope.value}",
                action=action.name.lower(),
                scope=self.scope.value,
            )
        roles = " or ".join(sorted(role.value for role in allowed))
        raise Forbidden(
            f"{self.role.value} {self.username!r} may not {action.value}; "
            f"that takes the role {roles}",
            action=action.name.lower(),
            role=self.role.value,
        )
