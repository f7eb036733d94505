"""A thread that keeps the full text index up to date while the server runs."""

from __future__ import annotations

import logging
import threading

from goldspan.errors import GoldspanError
from goldspan.services.index_texts import read_batch, write_batch
from goldspan.storage.store import Store

log = logging.getLogger("goldspan.server")

LOOK_AGAIN_S = 0.5
AFTER_FAILURE_S = 10.0


class Indexer:
    """Indexes what waits to be, and looks again and again for more.

    Args:
        store: where everything is kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
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
                pause_s = 0.0 if self._step() else LOOK_AGAIN_S
            except GoldspanError:
                log.exception("the text index could not be brought up to date; trying again")
                pause_s = AFTER_FAILURE_S

    def _step(self) -> bool:
        """Index one batch; say whether there was one."""
        with self._store.read() as unit:
            batch = read_batch(unit, settled=True)
        if batch is None:
            return False
        self._store.write(lambda unit: write_batch(unit, batch), bulk=True).result()
        return True
