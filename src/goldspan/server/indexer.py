"""A thread that keeps the full text index up to date while the server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from goldspan.services.index_texts import BATCH_RECORDS, read_batch, write_batch
from goldspan.storage.store import Store

log = logging.getLogger("goldspan.server")

LOOK_AGAIN_S = 0.5
BUSY_S = 1.0
"""For so long after a request the server is taken to be in use."""
BUSY_RECORDS = 8
BUSY_REST = 9
"""While the server is in use, few records at once, and as many times their time of rest: finding
words holds Python's lock, which requests wait for."""
AFTER_FAILURE_S = 10.0


class Indexer:
    """Indexes what waits to be, and looks again and again for more.

    Args:
        store: where everything is kept.
        used_at: tells when the last request came, on ``time.monotonic``'s clock.
    """

    def __init__(self, store: Store, used_at: Callable[[], float]) -> None:
        self._store = store
        self._used_at = used_at
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="goldspan-indexer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way; what still waits is written down."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            try:
                pause_s = self._step()
            except Exception:  # whatever it is, the next step may succeed
                log.exception("the text index could not be brought up to date; trying again")
                pause_s = AFTER_FAILURE_S

    def _step(self) -> float:
        """Index one batch; return for how many seconds to rest."""
        began = time.monotonic()
        is_busy = began - self._used_at() < BUSY_S
        most = BUSY_RECORDS if is_busy else BATCH_RECORDS
        with self._store.read() as unit:
            batch = read_batch(unit, settled=True, most=most)
        if batch is None:
            return LOOK_AGAIN_S
        self._store.write(lambda unit: write_batch(unit, batch), bulk=True).result()
        return BUSY_REST * (time.monotonic() - began) if is_busy else 0.0
