"""The first user: there always is an owner who can get in."""

from __future__ import annotations

from goldspan.domain.workspace import Role
from goldspan.errors import InvalidInput
from goldspan.services.keys import LEAST_LENGTH, add_new_key, key_hash
from goldspan.services.passwords import hash_password, set_password
from goldspan.storage.ids import new_id
from goldspan.storage.rows import NewKey, UserRow
from goldspan.storage.store import Unit

USERNAME = "owner"
GIVEN = "given at start"
HOME = "of the home"


def ensure_owner(
    unit: Unit,
    *,
    given_key: str | None,
    home_key: str | None,
    password: str | None,
    is_shared: bool = False,
) -> str | None:
    """Make the owner if there is none, and see that a key of theirs is known.

    Args:
        unit: a transaction that writes.
        given_key: a key to accept from now on in place of the one given before.
        home_key: the key that the home keeps in its file.
        password: replaces the owner's password.
        is_shared: whether other homes may keep keys to the same store.

    Returns:
        A new key to show and to keep in the home's file; None if a known key is there already.

    Raises:
        InvalidInput: if the given key or password is too short.
    """
    found = unit.users.by_name(USERNAME)
    owner = found or _new_owner(unit)
    if password is not None:
        set_password(unit, owner, hash_password(password), must_change=False)
    if given_key is not None or not is_shared:
        unit.keys.delete_named(owner.id, GIVEN)
    if given_key is not None:
        if len(given_key) < LEAST_LENGTH:
            raise InvalidInput(
                f"GOLDSPAN_OWNER_API_KEY has {LEAST_LENGTH} or more characters, "
                f"found {len(given_key)}"
            )
        if unit.keys.find(key_hash(given_key)) is None:
            unit.keys.add(NewKey(user_id=owner.id, name=GIVEN, key_hash=key_hash(given_key)))
        return None
    known = None if home_key is None else unit.keys.find(key_hash(home_key))
    if known is not None or (is_shared and found is not None):
        return None
    unit.keys.delete_named(owner.id, HOME)
    return add_new_key(unit, owner.id, HOME)[1]


def _new_owner(unit: Unit) -> UserRow:
    owner = UserRow(
        id=new_id(),
        username=USERNAME,
        first_name="Owner",
        last_name=None,
        role=Role.OWNER,
        password_hash=None,
        inserted_at=unit.now,
        updated_at=unit.now,
    )
    unit.users.add(owner)
    return owner
