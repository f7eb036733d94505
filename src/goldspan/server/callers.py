"""Who asks: found by an API key or a session's cookie, and remembered for a few seconds."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldspan.domain.permission import Actor
from goldspan.services.keys import authenticate
from goldspan.services.sessions import IDLE, find_session
from goldspan.storage.rows import SessionRow
from goldspan.storage.store import Store, Unit

log = logging.getLogger("goldspan.server")

REMEMBERED = timedelta(seconds=5)
"""What another process of the server revokes is refused after so long at the latest."""

MOST_REMEMBERED = 10_000
SEEN_EVERY = timedelta(seconds=60)
"""Last use is written when the one that is written is older than this."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Args:
        actor: the user, with the rights of the key or session.
        session: the session, None for who came with a key.
        must_change_password: whether the session is good for nothing else until then.
        ends_at: when key or session end, naive UTC; None for a key that does not.
    """

    actor: Actor
    session: SessionRow | None = None
    must_change_password: bool = False
    ends_at: datetime | None = None


class Callers:
    """Finds callers and remembers them until anything about users or keys changes.

    Args:
        store: where keys and sessions are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, str], tuple[float, Caller]] = OrderedDict()
        self._changes = 0

    def forget(self) -> None:
        """Look everybody up again: something about users, keys or sessions has changed."""
        self._changes += 1
        self._known.clear()

    def by_key(self, key: str) -> Caller:
        """Return whose key it is. Raises Unauthenticated."""
        return self._find(("key", key), self._read_key)

    def by_session(self, token: str) -> Caller:
        """Return whose session it is. Raises Unauthenticated."""
        return self._find(("session", token), self._read_session)

    def _find(self, secret: tuple[str, str], read: Callable[[Unit, str], Caller]) -> Caller:
        now = time.monotonic()
        until, caller = self._known.get(secret, (0.0, None))
        if caller is not None and now < until:
            return caller
        changes = self._changes
        with self._store.read() as unit:
            caller = read(unit, secret[1])
            left = REMEMBERED if caller.ends_at is None else caller.ends_at - unit.now
        if changes == self._changes:  # else what was read may be out of date already
            self._known[secret] = (now + min(left, REMEMBERED).total_seconds(), caller)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return caller

    def _read_key(self, unit: Unit, key: str) -> Caller:
        actor, row = authenticate(unit, key)
        now = unit.now
        if row.last_used_at is None or now - row.last_used_at > SEEN_EVERY:
            self._write(lambda later: later.keys.used(row.id, now))
        return Caller(actor, ends_at=row.expires_at)

    def _read_session(self, unit: Unit, token: str) -> Caller:
        actor, session, user = find_session(unit, token)
        now = unit.now
        if now - session.last_seen_at > SEEN_EVERY:
            self._write(lambda later: later.sessions.seen(session.id, now))
        ends_at = min(session.expires_at, session.last_seen_at + IDLE)
        return Caller(actor, session, user.must_change_password, ends_at)

    def _write(self, job: Callable[[Unit], None]) -> None:
        """Write without keeping the request waiting, nor failing it."""
        self._store.write(job).add_done_callback(_log_failure)


def _log_failure(done: Future[None]) -> None:
    if error := done.exception():
        log.error("the time of last use was not written: %s", error)
