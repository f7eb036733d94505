"""Users."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import delete, get, patch, post
from litestar.params import JSONBody
from msgspec import UNSET

from goldspan.domain.permission import Action, Actor
from goldspan.server import present
from goldspan.server.deps import Caller, Database, Id
from goldspan.server.journal import SHOWS_SECRET
from goldspan.services import sessions, users
from goldspan.services.passwords import hash_password
from goldspan.storage.rows import UserRow
from goldspan.storage.store import Unit
from goldspan.wire.account import SignInLink, UserUpdate
from goldspan.wire.base import Items, from_wire_time
from goldspan.wire.user import User, UserCreate
from goldspan.wire.workspace import Workspace


async def create(db: Database, actor: Caller, data: UserCreate) -> User:
    """Create a user from a body; the hashing of a password happens aside."""
    actor.require(Action.MANAGE_USERS)
    password = data.password
    hashed = None if password is None else await db.hashing(lambda: hash_password(password))
    row, key = await db.write(
        users.create_user,
        actor,
        username=data.username,
        first_name=data.first_name or data.username,
        last_name=data.last_name,
        role=data.role,
        password_hash=hashed,
        workspaces=data.workspaces or (),
    )
    return present.user(row, workspaces=data.workspaces or [], api_key=key)


def shown(unit: Unit, row: UserRow, workspaces: list[str] | None = None) -> User:
    """Return a user; in place of a key stands what may be shown of the oldest one."""
    prefix = next((key.prefix for key in unit.keys.of(row.id) if key.prefix), "")
    return present.user(row, workspaces=workspaces, api_key=prefix)


def all_shown(unit: Unit, rows: Sequence[UserRow]) -> list[User]:
    """Return users as ``shown`` does, at the price of one."""
    prefixes = unit.keys.prefixes()
    return [present.user(row, api_key=prefixes.get(row.id, "")) for row in rows]


def one_user(unit: Unit, actor: Actor, user_id: str) -> User:
    """Return a user as ``users.get_user`` finds them."""
    return shown(unit, users.get_user(unit, actor, user_id))


@get("/api/v1/me", sync_to_thread=False)
def me(db: Database, actor: Caller) -> User:
    """Return the caller."""
    return db.peek(one_user, actor, actor.user_id)


@get("/api/v1/users", sync_to_thread=False)
def list_all(db: Database, actor: Caller) -> Items[User]:
    """Return every user."""

    def read(unit: Unit) -> list[User]:
        return all_shown(unit, users.list_users(unit, actor))

    return Items(items=db.peek(read))


@post("/api/v1/users", opt={SHOWS_SECRET: True})
async def create_user(db: Database, actor: Caller, data: JSONBody[UserCreate]) -> User:
    """Create a user; only this answer holds the key."""
    return await create(db, actor, data)


@get("/api/v1/users/{user_id:str}", sync_to_thread=False)
def get_user(db: Database, actor: Caller, user_id: Id) -> User:
    """Return one user."""
    return db.peek(one_user, actor, user_id)


@patch("/api/v1/users/{user_id:str}")
async def update_user(db: Database, actor: Caller, user_id: Id, data: JSONBody[UserUpdate]) -> User:
    """Change a user; a password that is set so must be changed at the next sign-in."""
    actor.require(Action.MANAGE_USERS)
    password = data.password
    changes = users.UserChanges(
        first_name=None if data.first_name is UNSET else data.first_name,
        last_name=data.last_name,
        role=None if data.role is UNSET else data.role,
        password_hash=(
            None if password is UNSET else await db.hashing(lambda: hash_password(password))
        ),
    )

    def change(unit: Unit) -> User:
        return shown(unit, users.update_user(unit, actor, user_id, changes))

    return await db.write(change)


@post("/api/v1/users/{user_id:str}/link", opt={SHOWS_SECRET: True})
async def create_link(db: Database, actor: Caller, user_id: Id) -> SignInLink:
    """Make a link that signs a user in, once; only this answer holds it."""
    row, token = await db.write(sessions.create_link, actor, user_id)
    return SignInLink(path=f"/link#{token}", token=token, expires_at=from_wire_time(row.expires_at))


@delete("/api/v1/users/{user_id:str}", status_code=200)
async def delete_user(db: Database, actor: Caller, user_id: Id) -> User:
    """Delete a user; the responses stay."""
    return present.user(await db.write(users.delete_user, actor, user_id))


@get("/api/v1/users/{user_id:str}/workspaces", sync_to_thread=False)
def workspaces_of_user(db: Database, actor: Caller, user_id: Id) -> Items[Workspace]:
    """Return the workspaces that a user sees."""
    row = db.peek(users.get_user, actor, user_id)
    found = db.peek(users.workspaces_of, row)
    return Items(items=[present.workspace(one) for one in found])


HANDLERS = [
    me,
    list_all,
    create_user,
    get_user,
    update_user,
    create_link,
    delete_user,
    workspaces_of_user,
]
