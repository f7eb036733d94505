"""The threads that work beside the requests."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from goldspan.server import deliverer, indexer
from goldspan.server.deliverer import Deliverer
from goldspan.server.indexer import Indexer
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "goldspan.db")
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("make", "module"),
    [
        (lambda store: Indexer(store, lambda: 0.0), indexer),
        (lambda store: Deliverer(store, ()), deliverer),
    ],
    ids=["indexer", "deliverer"],
)
def test_one_fault_does_not_end_the_work_for_good(
    store: SqliteStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    make: Callable[[Store], Indexer | Deliverer],
    module: object,
) -> None:
    again, read = threading.Event(), store.read
    faults = iter([ValueError("a fault nobody thought of")])

    def faulty_read() -> object:
        for fault in faults:
            raise fault
        again.set()
        return read()

    monkeypatch.setattr(store, "read", faulty_read)
    monkeypatch.setattr(module, "AFTER_FAILURE_S", 0.0)
    work = make(store)
    work.start()
    came_back = again.wait(60)
    work.stop()
    assert came_back
    assert "a fault nobody thought of" in caplog.text
