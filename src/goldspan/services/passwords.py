"""Passwords, kept as argon2 hashes."""

from __future__ import annotations

import gzip
import threading
from functools import cache
from importlib.resources import files

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from goldspan.errors import InvalidInput
from goldspan.storage.rows import UserRow
from goldspan.storage.store import Unit

LEAST_LENGTH = 8
MOST_LENGTH = 100
# The passwords of 8 or more characters of the list that Django refuses (BSD licence), which is
# Royce Williams's of the most used ones, https://gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce
COMMON = "common-passwords.txt.gz"
AT_ONCE = 2
"""Each hashing takes 64 MB; many at once would be a way to exhaust the memory."""

_at_once = threading.Semaphore(AT_ONCE)
_hasher = PasswordHasher()


@cache
def _common() -> frozenset[str]:
    packed = files("goldspan.services").joinpath(COMMON).read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")


def check_password(password: str) -> None:
    """Raise InvalidInput if a new password is too short, too long, or one that many people use."""
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH:
        raise InvalidInput(
            f"a password has {LEAST_LENGTH} to {MOST_LENGTH} characters, found {len(password)}"
        )
    if password.lower() in _common():
        raise InvalidInput(
            "this password is among those that are tried first because many people use them; "
            "choose another, such as four words that do not belong together"
        )


def hash_password(password: str, *, checked: bool = True) -> str:
    """Return the argon2id hash of a password; takes some 50 ms.

    Args:
        password: in clear.
        checked: whether it is a new one, which ``check_password`` may refuse.

    Raises:
        InvalidInput: if ``check_password`` refuses it.
    """
    if checked:
        check_password(password)
    with _at_once:
        return _hasher.hash(password)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Say whether the password is the one that was hashed.

    Without a hash, for a user who does not exist or has no password, it takes as long as with
    one and says no, so that the time gives no names away.
    """
    with _at_once:
        try:
            _hasher.verify(password_hash or _nobodys_hash(), password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_rehash(user: UserRow) -> bool:
    """Say whether a user's password was hashed at another cost than is usual now."""
    return user.password_hash is not None and _hasher.check_needs_rehash(user.password_hash)


def set_password(unit: Unit, user: UserRow, password_hash: str, *, must_change: bool) -> UserRow:
    """Replace a user's password.

    Args:
        unit: a transaction that writes.
        user: whose.
        password_hash: of the new one.
        must_change: whether somebody else has set it, so that it is good for one sign-in only.
    """
    return unit.users.update(
        msgspec.structs.replace(user, password_hash=password_hash, must_change_password=must_change)
    )
