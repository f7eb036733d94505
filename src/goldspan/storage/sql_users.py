"""Users, keys and workspaces in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from goldspan.domain.workspace import Role
from goldspan.storage.ids import new_id
from goldspan.storage.rows import UserRow, WorkspaceRow
from goldspan.storage.sql_base import Session, to_text, unique
from goldspan.storage.statement import Hot
from goldspan.storage.tables import api_keys, users, workspace_users, workspaces

BY_KEY = Hot(
    sa.select(users)
    .join(api_keys, api_keys.c.user_id == users.c.id)
    .where(api_keys.c.key_hash == sa.bindparam("key_hash"))
)
WORKSPACE_IDS = Hot(
    sa.select(workspace_users.c.workspace_id).where(
        workspace_users.c.user_id == sa.bindparam("user_id")
    )
)
GET_USER = Hot(sa.select(users).where(users.c.id == sa.bindparam("id")))


def _user(row: Any) -> UserRow:
    (user_id, username, first_name, last_name, role, password_hash, inserted_at, updated_at) = row
    return UserRow(
        id=user_id,
        username=username,
        first_name=first_name,
        last_name=last_name,
        role=Role(role),
        password_hash=password_hash,
        inserted_at=datetime.fromisoformat(inserted_at),
        updated_at=datetime.fromisoformat(updated_at),
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
    """``store.Users`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

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
                )
            )

    def get(self, user_id: str) -> UserRow | None:
        row = GET_USER.row(self._connection, id=user_id)
        return None if row is None else _user(row)

    def by_name(self, username: str) -> UserRow | None:
        row = self._connection.execute(sa.select(users).where(users.c.username == username)).first()
        return None if row is None else _user(row)

    def all(self) -> list[UserRow]:
        return [_user(row) for row in self._connection.execute(sa.select(users).order_by("id"))]

    def delete(self, user_id: str) -> None:
        self._connection.execute(users.delete().where(users.c.id == user_id))

    def set_password(self, user_id: str, password_hash: str) -> None:
        self._connection.execute(
            users.update()
            .where(users.c.id == user_id)
            .values(password_hash=password_hash, updated_at=self._session.now_text)
        )

    def by_key(self, key_hash: str) -> UserRow | None:
        row = BY_KEY.row(self._connection, key_hash=key_hash)
        return None if row is None else _user(row)

    def add_key(self, user_id: str, name: str, key_hash: str) -> None:
        with unique("this API key is in use already; choose another"):
            self._connection.execute(
                api_keys.insert().values(
                    id=new_id(),
                    user_id=user_id,
                    name=name,
                    key_hash=key_hash,
                    inserted_at=self._session.now_text,
                )
            )

    def delete_keys(self, user_id: str, name: str) -> None:
        self._connection.execute(
            api_keys.delete().where(api_keys.c.user_id == user_id, api_keys.c.name == name)
        )


class SqlWorkspaces:
    """``store.Workspaces`` in SQL."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection

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
        self._connection.execute(workspaces.delete().where(workspaces.c.id == workspace_id))

    def users(self, workspace_id: str) -> list[UserRow]:
        rows = self._connection.execute(
            sa.select(users)
            .join(workspace_users, workspace_users.c.user_id == users.c.id)
            .where(workspace_users.c.workspace_id == workspace_id)
            .order_by(users.c.id)
        )
        return [_user(row) for row in rows]

    def add_user(self, workspace_id: str, user_id: str) -> None:
        with unique("the user is in the workspace already", user_id=user_id):
            self._connection.execute(
                workspace_users.insert().values(
                    workspace_id=workspace_id,
                    user_id=user_id,
                    inserted_at=self._session.now_text,
                )
            )

    def remove_user(self, workspace_id: str, user_id: str) -> bool:
        done = self._connection.execute(
            workspace_users.delete().where(
                workspace_users.c.workspace_id == workspace_id,
                workspace_users.c.user_id == user_id,
            )
        )
        return done.rowcount > 0
