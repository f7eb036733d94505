"""An empty store on every database there is, and a dataset in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.sample import Sample, make_sample

from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "goldspan.db"
    SqliteStore(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[Store]:
    path = tmp_path / "goldspan.db"
    shutil.copy(empty_database, path)
    opened = SqliteStore(path)
    yield opened
    opened.close()


@pytest.fixture
def sample(store: Store) -> Sample:
    return store.write(make_sample).result()
