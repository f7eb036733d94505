"""What a caller is told when the database refuses, and which refusals pass by themselves."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError

from goldspan.errors import GoldspanError, InvalidInput, StorageFailure

# PostgreSQL: another transaction was in the way; the same work, done again, may succeed.
SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
ADVICE = "see that the database can be reached and written and its disk has space, then try again"


def failure_of(verb: str, error: Exception) -> GoldspanError:
    """Return what a caller is told when the database could not be read or written."""
    cause = getattr(error, "orig", None) or error
    failure: GoldspanError
    if isinstance(error, DataError):
        failure = InvalidInput(
            f"the database cannot hold a value of this request: {cause}. Nothing of it was saved; "
            "change the value"
        )
    else:
        failure = StorageFailure(
            f"the database could not be {verb}: {cause}. Nothing of this request was saved; "
            f"{ADVICE}"
        )
    failure.__cause__ = error
    return failure


def unknown_outcome(error: Exception) -> StorageFailure:
    """Return what a caller is told when the connection ended while the database was committing."""
    failure = StorageFailure(
        f"the connection to the database ended while this request was being saved: {error}. "
        "Whether it was saved is not known: look before trying again"
    )
    failure.__cause__ = error
    return failure


def is_passing(error: Exception) -> bool:
    """Say whether a transaction that ended so, before its commit, may succeed if tried again."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or code in (SERIALIZATION_FAILURE, DEADLOCK)
