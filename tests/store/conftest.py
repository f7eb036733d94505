"""An empty store on every database there is, and a dataset in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.postgres import Databases
from tests.store.sample import Sample, make_sample

from goldspan.storage.postgres_store import PostgresStore
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Store


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "goldspan.db"
    SqliteStore(path).close()
    return path


@pytest.fixture(scope="session")
def empty_postgres(databases: Databases) -> str:
    """The name of a database with empty tables, to make others from."""
    url = databases.make()
    PostgresStore(url).close()
    return str(sa.make_url(url).database)


@pytest.fixture
def sqlite_store(tmp_path: Path, empty_sqlite: Path) -> Iterator[SqliteStore]:
    path = tmp_path / "goldspan.db"
    shutil.copy(empty_sqlite, path)
    opened = SqliteStore(path)
    yield opened
    opened.close()


@pytest.fixture
def postgres_url(databases: Databases, empty_postgres: str) -> Iterator[str]:
    url = databases.make(template=empty_postgres)
    yield url
    databases.drop(url)


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[PostgresStore]:
    opened = PostgresStore(postgres_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    opened: Any = request.getfixturevalue(f"{request.param}_store")
    store: Store = opened
    return store


@pytest.fixture
def sample(store: Store) -> Sample:
    return store.write(make_sample).result()
