"""Users and workspaces in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from goldspan.domain.workspace import Role
from goldspan.storage.ids import new_id
from goldspan.storage.rows import UserRow, WorkspaceRow
from goldspan.storage.sql_base import Session, to_text, unique
from goldspan.storage.statement import Hot
from goldspan.storage.tables import users, workspace_users, workspaces

USER_COLUMNS = (
    users.c.id,
    users.c.username,
    users.c.first_name,
    users.c.last_name,
    users.c.role,
    users.c.password_hash,
    users.c.inserted_at,
    users.c.updated_at,
    users.c.must_change_password,
)
WORKSPACE_IDS = Hot(
    sa.select(workspace_users.c.workspace_id).where(
        workspace_users.c.user_id == sa.bindparam("user_id")
    )
)
GET_USER = Hot(sa.select(*USER_COLUMNS).where(users.c.id == sa.bindparam("id")))
ALL_USERS = sa.select(*USER_COLUMNS).order_by(users.c.id)


def user_row(row: Any) -> UserRow:
    """Return a user of ``USER_COLUMNS``."""
    user_id, username, first_name, last_name, role, password_hash, inserted, updated, change = row
    return UserRow(
        id=user_id,
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=Role(role),
        password_hash=password_hash,
        inserted_at=datetime.fromisoformat(inserted),
        updated_at=datetime.fromisoformat(updated),
        must_change_password=bool(change),
    )


def _workspace(row: Any) -> WorkspaceRow:
    workspace_id, name, inserted_at, updated_at = row
    return WorkspaceRow(
        id=workspace_id,
        name=name,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
    )


class SqlUsers:
    """``accounts.Users`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self.changed = False

    def add(self, user: UserRow) -> None:
        with unique(f"a user named {user.username!r} exists already", username=user.username):
            self._connection.execute(
                users.insert().values(
                    id=user.id,
                    username=user.username,
                    first_name=user.first_name,
                    last_name=user.last_name,
                    role=user.role.value,
                    password_hash=user.password_hash,
                    inserted_at=to_text(user.inserted_at),
                    updated_at=to_text(user.updated_at),
                    must_change_password=int(user.must_change_password),
                )
            )

    def get(self, user_id: str) -> UserRow | None:
        row = GET_USER.row(self._connection, id=user_id)
        return None if row is None else user_row(row)

    def by_name(self, username: str) -> UserRow | None:
        row = self._connection.execute(
            sa.select(*USER_COLUMNS).where(users.c.username == username)
        ).first()
        return None if row is None else user_row(row)

    def all(self) -> list[UserRow]:
        return [user_row(row) for row in self._connection.execute(ALL_USERS)]

    def names(self) -> dict[str, str]:
        found = self._connection.execute(sa.select(users.c.id, users.c.username))
        return {user_id: username for user_id, username in found}

    def delete(self, user_id: str) -> None:
        self.changed = True
        self._connection.execute(users.delete().where(users.c.id == user_id))

    def update(self, user: UserRow) -> UserRow:
        user = msgspec.structs.replace(user, updated_at=self._session.now)
        self.changed = True
        self._connection.execute(
            users.update()
            .where(users.c.id == user.id)
            .values(
                first_name=user.first_name,
                last_name=user.last_name,
                role=user.role.value,
                password_hash=user.password_hash,
                must_change_password=int(user.must_change_password),
                updated_at=self._session.now_text,
            )
        )
        return user


class SqlWorkspaces:
    """``accounts.Workspaces`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self.changed = False

    def _one(self, condition: sa.ColumnElement[bool]) -> WorkspaceRow | None:
        row = self._connection.execute(sa.select(workspaces).where(condition)).first()
        return None if row is None else _workspace(row)

    def add(self, name: str) -> WorkspaceRow:
        workspace = WorkspaceRow(
            id=new_id(),
            name=name,
            inserted_at=self._session.now,
            updated_at=self._session.now,
        )
        now = self._session.now_text
        with unique(f"a workspace named {name!r} exists already", name=name):
            self._connection.execute(
                workspaces.insert().values(
                    id=workspace.id, name=name, inserted_at=now, updated_at=now
                )
            )
        return workspace

    def get(self, workspace_id: str) -> WorkspaceRow | None:
        return self._one(workspaces.c.id == workspace_id)

    def by_name(self, name: str) -> WorkspaceRow | None:
        return self._one(workspaces.c.name == name)

    def all(self) -> list[WorkspaceRow]:
        rows = self._connection.execute(sa.select(workspaces).order_by("id"))
        return [_workspace(row) for row in rows]

    def of_user(self, user_id: str) -> list[WorkspaceRow]:
        rows = self._connection.execute(
            sa.select(workspaces)
            .join(workspace_users, workspace_users.c.workspace_id == workspaces.c.id)
            .where(workspace_users.c.user_id == user_id)
            .order_by(workspaces.c.id)
        )
        return [_workspace(row) for row in rows]

    def ids_of_user(self, user_id: str) -> frozenset[str]:
        return frozenset(row[0] for row in WORKSPACE_IDS.rows(self._connection, user_id=user_id))

    def delete(self, workspace_id: str) -> None:
        self.changed = True
        self._connection.execute(workspaces.delete().where(workspaces.c.id == workspace_id))

    def users(self, workspace_id: str) -> list[UserRow]:
        rows = self._connection.execute(
            sa.select(*USER_COLUMNS)
            .join(workspace_users, workspace_users.c.user_id == users.c.id)
            .where(workspace_users.c.workspace_id == workspace_id)
            .order_by(users.c.id)
        )
        return [user_row(row) for row in rows]

    def add_user(self, workspace_id: str, user_id: str) -> None:
        self.changed = True
        with unique("the user is in the workspace already", user_id=user_id):
            self._connection.execute(
                workspace_users.insert().values(
                    workspace_id=workspace_id,
                    user_id=user_id,
                    inserted_at=self._session.now_text,
                )
            )

    def remove_user(self, workspace_id: str, user_id: str) -> bool:
        self.changed = True
        done = self._connection.execute(
            workspace_users.delete().where(
                workspace_users.c.workspace_id == workspace_id,
                workspace_users.c.user_id == user_id,
            )
        )
        return done.rowcount > 0
