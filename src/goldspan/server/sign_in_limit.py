"""How often a password may be guessed."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from goldspan.errors import TooManyRequests

USER_FROM_ADDRESS = (5, 60.0)
"""Wrong passwords of one user from one address, in so many seconds."""

ADDRESS = (20, 60.0)
"""Wrong passwords from one address."""

USER = (100, 3600.0)
"""Wrong passwords of one user from anywhere; other addresses keep a user out only beyond it."""

MOST_COUNTED = 10_000

Counted = tuple[str, ...]


class SignInLimit:
    """Counts wrong passwords in memory; each process of a server counts for itself.

    A try counts while it is under way, so that many at once are not many for the price of one;
    a right password takes its own try out of the count again.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[Counted, deque[float]] = OrderedDict()

    @staticmethod
    def _limits(username: str, address: str) -> list[tuple[Counted, int, float]]:
        return [
            (("user from", username, address), *USER_FROM_ADDRESS),
            (("from", address), *ADDRESS),
            (("user", username), *USER),
        ]

    def begin(self, username: str, address: str) -> float:
        """Count a try and return its mark for ``forget``.

        Raises:
            TooManyRequests: if there were too many; such a try is not counted.
        """
        now = self._clock()
        limits = self._limits(username, address)
        wait_s = max(self._wait_s(counted, most, span_s, now) for counted, most, span_s in limits)
        if wait_s > 0:
            retry_after_s = math.ceil(wait_s)
            raise TooManyRequests(
                f"too many wrong passwords; try again in {retry_after_s} s", retry_after_s
            )
        for counted, _, _ in limits:
            self._tries.setdefault(counted, deque()).append(now)
            self._tries.move_to_end(counted)
        while len(self._tries) > MOST_COUNTED:
            self._tries.popitem(last=False)
        return now

    def _wait_s(self, counted: Counted, most: int, span_s: float, now: float) -> float:
        tries = self._tries.get(counted)
        while tries and tries[0] <= now - span_s:
            tries.popleft()
        return tries[-most] + span_s - now if tries and len(tries) >= most else 0.0

    def forget(self, username: str, address: str, mark: float) -> None:
        """Take a try that had the right password out of the count."""
        for counted, _, _ in self._limits(username, address):
            tries = self._tries.get(counted)
            if tries and mark in tries:
                tries.remove(mark)
