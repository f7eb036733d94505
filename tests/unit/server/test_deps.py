import asyncio
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from goldspan.server.deps import Db
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Unit


def test_whatever_reads_or_writes_counts_as_use(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "goldspan.db")
    db = Db(store)

    def service(_: Unit) -> None:
        """Do nothing."""

    async def used(way: str) -> bool:
        db.used_at = -math.inf
        await getattr(db, way)(service)
        return db.used_at > -math.inf

    ways = ("read", "write", "write_bulk", "lease")
    # A thread of its own: a browser of other tests may have left its event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        assert list(thread.map(asyncio.run, map(used, ways))) == [True] * 4
    db.close()
    store.close()
