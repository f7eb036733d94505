"""API keys: made, hashed, recognised."""

from __future__ import annotations

import hashlib
import secrets
import string

from goldspan.domain.permission import Actor
from goldspan.errors import Unauthenticated
from goldspan.storage.store import Unit

ALPHABET = string.ascii_letters + string.digits
SECRET_LENGTH = 43  # 256 bits
LEAST_LENGTH = 8


def new_key() -> str:
    """Return a random key, ``gs_<id>_<secret>``; the id names it without giving it away."""
    name = "".join(secrets.choice(ALPHABET) for _ in range(8))
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    return f"gs_{name}_{secret}"


def key_hash(key: str) -> str:
    """Return what is kept of a key. A random key of 256 bits needs no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def authenticate(unit: Unit, key: str | None) -> Actor:
    """Return whose key it is.

    Raises:
        Unauthenticated: if there is none, or nobody has it.
    """
    if not key:
        raise Unauthenticated(
            "this needs an API key; send it in the header X-Argilla-Api-Key or as "
            "Authorization: Bearer"
        )
    user = unit.users.by_key(key_hash(key))
    if user is None:
        raise Unauthenticated(
            "this API key belongs to nobody; it was mistyped, its user was deleted, or it is "
            "another server's"
        )
    return Actor(user.id, user.username, user.role, unit.workspaces.ids_of_user(user.id))
