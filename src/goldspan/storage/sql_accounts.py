"""Keys, sessions, one-time links and invitations in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from goldspan.domain.permission import Scope
from goldspan.domain.workspace import Role
from goldspan.storage.ids import new_id
from goldspan.storage.rows import (
    BeganWith,
    InvitationRow,
    KeyRow,
    LinkRow,
    NewKey,
    SessionRow,
    UserRow,
)
from goldspan.storage.sql_base import Session, to_text, unique
from goldspan.storage.sql_users import USER_COLUMNS, user_row
from goldspan.storage.statement import Hot
from goldspan.storage.tables import api_keys, invitations, sessions, sign_in_links, users

KEY_COLUMNS = (
    api_keys.c.id,
    api_keys.c.user_id,
    api_keys.c.name,
    api_keys.c.prefix,
    api_keys.c.scope,
    api_keys.c.expires_at,
    api_keys.c.last_used_at,
    api_keys.c.inserted_at,
)
SESSION_COLUMNS = (
    sessions.c.id,
    sessions.c.user_id,
    sessions.c.began_with,
    sessions.c.inserted_at,
    sessions.c.last_seen_at,
    sessions.c.expires_at,
)
FIND_KEY = Hot(
    sa.select(*KEY_COLUMNS, *USER_COLUMNS)
    .join(users, api_keys.c.user_id == users.c.id)
    .where(api_keys.c.key_hash == sa.bindparam("key_hash"))
)
FIND_SESSION = Hot(
    sa.select(*SESSION_COLUMNS, *USER_COLUMNS)
    .join(users, sessions.c.user_id == users.c.id)
    .where(sessions.c.token_hash == sa.bindparam("token_hash"))
)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _key(row: Any) -> KeyRow:
    (key_id, user_id, name, prefix, scope, expires_at, last_used_at, inserted_at) = row
    return KeyRow(
        id=key_id,
        user_id=user_id,
        name=name,
        prefix=prefix,
        scope=Scope(scope),
        expires_at=_moment(expires_at),
        last_used_at=_moment(last_used_at),
        inserted_at=datetime.fromisoformat(inserted_at),
    )


def _session(row: Any) -> SessionRow:
    session_id, user_id, began_with, inserted_at, last_seen_at, expires_at = row
    return SessionRow(
        id=session_id,
        user_id=user_id,
        began_with=cast(BeganWith, began_with),
        inserted_at=datetime.fromisoformat(inserted_at),
        last_seen_at=datetime.fromisoformat(last_seen_at),
        expires_at=datetime.fromisoformat(expires_at),
    )


class _Part:
    """What every class here holds; ``changed`` says whether somebody may come in who could not."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection
        self.changed = False

    def _change(self, statement: sa.Executable) -> int:
        self.changed = True
        return self._connection.execute(statement).rowcount


class SqlKeys(_Part):
    """``accounts.Keys`` in SQL."""

    def add(self, key: NewKey) -> KeyRow:
        row = KeyRow(
            id=new_id(),
            user_id=key.user_id,
            name=key.name,
            prefix=key.prefix,
            scope=key.scope,
            expires_at=key.expires_at,
            last_used_at=None,
            inserted_at=self._session.now,
        )
        with unique("this API key is in use already; choose another"):
            self._change(
                api_keys.insert().values(
                    id=row.id,
                    user_id=row.user_id,
                    name=row.name,
                    key_hash=key.key_hash,
                    prefix=row.prefix,
                    scope=row.scope.value,
                    expires_at=None if row.expires_at is None else to_text(row.expires_at),
                    inserted_at=self._session.now_text,
                )
            )
        return row

    def find(self, key_hash: str) -> tuple[KeyRow, UserRow] | None:
        row = FIND_KEY.row(self._connection, key_hash=key_hash)
        if row is None:
            return None
        return _key(row[: len(KEY_COLUMNS)]), user_row(row[len(KEY_COLUMNS) :])

    def get(self, key_id: str) -> KeyRow | None:
        row = self._connection.execute(
            sa.select(*KEY_COLUMNS).where(api_keys.c.id == key_id)
        ).first()
        return None if row is None else _key(row)

    def of(self, user_id: str) -> list[KeyRow]:
        rows = self._connection.execute(
            sa.select(*KEY_COLUMNS).where(api_keys.c.user_id == user_id).order_by(api_keys.c.id)
        )
        return [_key(row) for row in rows]

    def prefixes(self) -> dict[str, str]:
        rows = self._connection.execute(
            sa.select(api_keys.c.user_id, api_keys.c.prefix).order_by(api_keys.c.id.desc())
        )
        return {user_id: prefix for user_id, prefix in rows if prefix}

    def used(self, key_id: str, moment: datetime) -> None:
        self._connection.execute(
            api_keys.update().where(api_keys.c.id == key_id).values(last_used_at=to_text(moment))
        )

    def delete(self, key_id: str) -> None:
        self._change(api_keys.delete().where(api_keys.c.id == key_id))

    def delete_named(self, user_id: str, name: str) -> None:
        self._change(
            api_keys.delete().where(api_keys.c.user_id == user_id, api_keys.c.name == name)
        )


class SqlSessions(_Part):
    """``accounts.Sessions`` in SQL."""

    def add(
        self, user_id: str, token_hash: str, began_with: BeganWith, expires_at: datetime
    ) -> SessionRow:
        now = self._session.now
        row = SessionRow(
            id=new_id(),
            user_id=user_id,
            began_with=began_with,
            inserted_at=now,
            last_seen_at=now,
            expires_at=expires_at,
        )
        self._connection.execute(
            sessions.insert().values(
                id=row.id,
                user_id=user_id,
                token_hash=token_hash,
                began_with=began_with,
                inserted_at=to_text(now),
                last_seen_at=to_text(now),
                expires_at=to_text(expires_at),
            )
        )
        return row

    def find(self, token_hash: str) -> tuple[SessionRow, UserRow] | None:
        row = FIND_SESSION.row(self._connection, token_hash=token_hash)
        if row is None:
            return None
        return _session(row[: len(SESSION_COLUMNS)]), user_row(row[len(SESSION_COLUMNS) :])

    def seen(self, session_id: str, moment: datetime) -> None:
        self._connection.execute(
            sessions.update()
            .where(sessions.c.id == session_id)
            .values(last_seen_at=to_text(moment))
        )

    def delete(self, session_id: str) -> None:
        self._change(sessions.delete().where(sessions.c.id == session_id))

    def delete_of(self, user_id: str, *, but: str | None = None) -> None:
        statement = sessions.delete().where(sessions.c.user_id == user_id)
        self._change(statement if but is None else statement.where(sessions.c.id != but))

    def delete_expired(self, before: datetime) -> None:
        self._connection.execute(sessions.delete().where(sessions.c.expires_at < to_text(before)))


class SqlLinks(_Part):
    """``accounts.Links`` in SQL."""

    def add(self, user_id: str, token_hash: str, expires_at: datetime) -> LinkRow:
        self.delete_of(user_id)
        row = LinkRow(
            id=new_id(), user_id=user_id, inserted_at=self._session.now, expires_at=expires_at
        )
        self._connection.execute(
            sign_in_links.insert().values(
                id=row.id,
                user_id=user_id,
                token_hash=token_hash,
                inserted_at=self._session.now_text,
                expires_at=to_text(expires_at),
            )
        )
        return row

    def find(self, token_hash: str) -> LinkRow | None:
        row = self._connection.execute(
            sa.select(
                sign_in_links.c.id,
                sign_in_links.c.user_id,
                sign_in_links.c.inserted_at,
                sign_in_links.c.expires_at,
            ).where(sign_in_links.c.token_hash == token_hash)
        ).first()
        if row is None:
            return None
        link_id, user_id, inserted_at, expires_at = row
        return LinkRow(
            id=link_id,
            user_id=user_id,
            inserted_at=datetime.fromisoformat(inserted_at),
            expires_at=datetime.fromisoformat(expires_at),
        )

    def delete_of(self, user_id: str) -> None:
        self._connection.execute(sign_in_links.delete().where(sign_in_links.c.user_id == user_id))


class SqlInvitations(_Part):
    """``accounts.Invitations`` in SQL."""

    def add(
        self,
        token_hash: str,
        role: Role,
        workspace_ids: Sequence[str],
        invited_by: str,
        expires_at: datetime,
    ) -> InvitationRow:
        row = InvitationRow(
            id=new_id(),
            role=role,
            workspace_ids=tuple(workspace_ids),
            invited_by=invited_by,
            inserted_at=self._session.now,
            expires_at=expires_at,
            accepted_by=None,
        )
        self._connection.execute(
            invitations.insert().values(
                id=row.id,
                token_hash=token_hash,
                role=role.value,
                workspace_ids=msgspec.json.encode(row.workspace_ids).decode(),
                invited_by=invited_by,
                inserted_at=self._session.now_text,
                expires_at=to_text(expires_at),
            )
        )
        return row

    def _rows(self, *conditions: sa.ColumnElement[bool]) -> list[InvitationRow]:
        found = self._connection.execute(
            sa.select(
                invitations.c.id,
                invitations.c.role,
                sa.cast(invitations.c.workspace_ids, sa.Text),
                invitations.c.invited_by,
                invitations.c.inserted_at,
                invitations.c.expires_at,
                invitations.c.accepted_by,
            )
            .where(*conditions)
            .order_by(invitations.c.id.desc())
        )
        return [
            InvitationRow(
                id=row[0],
                role=Role(row[1]),
                workspace_ids=msgspec.json.decode(row[2], type=tuple[str, ...]),
                invited_by=row[3],
                inserted_at=datetime.fromisoformat(row[4]),
                expires_at=datetime.fromisoformat(row[5]),
                accepted_by=row[6],
            )
            for row in found
        ]

    def find(self, token_hash: str) -> InvitationRow | None:
        return next(iter(self._rows(invitations.c.token_hash == token_hash)), None)

    def get(self, invitation_id: str) -> InvitationRow | None:
        return next(iter(self._rows(invitations.c.id == invitation_id)), None)

    def all(self) -> list[InvitationRow]:
        return self._rows()

    def accept(self, invitation_id: str, user_id: str) -> bool:
        done = self._change(
            invitations.update()
            .where(invitations.c.id == invitation_id, invitations.c.accepted_by.is_(None))
            .values(accepted_by=user_id)
        )
        return done == 1

    def delete(self, invitation_id: str) -> None:
        self._change(invitations.delete().where(invitations.c.id == invitation_id))
