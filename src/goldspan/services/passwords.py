"""Passwords, kept as argon2 hashes."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher

from goldspan.errors import InvalidInput

LEAST_LENGTH = 8
MOST_LENGTH = 100

# Each hashing takes 64 MB; many at once would be a way to exhaust the memory.
_at_once = threading.Semaphore(2)
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; takes some 50 ms.

    Raises:
        InvalidInput: if it is too short or too long.
    """
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise InvalidInput(
            f"a password has {LEAST_LENGTH} to {MOST_LENGTH} characters, found {len(password)}"
        )
    with _at_once:
        return _hasher.hash(password)
