"""Which snapshot the next run's rows come from.

It is known where a dataset is read, and written down where a run's folder is made; all recipes lie
in between, and to none of them does it matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A dataset as it was.

    Args:
        id: the server's name of it.
        content_hash: SHA-256 of its content, hexadecimal.
    """

    id: str
    content_hash: str


_current: ContextVar[Snapshot | None] = ContextVar("snapshot", default=None)


def current_snapshot() -> Snapshot | None:
    """Return the snapshot that a run made now comes from, None if from none."""
    return _current.get()


@contextmanager
def coming_from(snapshot: Snapshot | None) -> Iterator[None]:
    """Let the runs that are made within name this snapshot."""
    token = _current.set(snapshot)
    try:
        yield
    finally:
        _current.reset(token)
