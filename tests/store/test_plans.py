"""No hot statement walks through a table, on any database.

Every ``Hot`` that a module under ``goldspan.storage`` holds, by itself or in a dict, is found and
looked at: a new one needs no word here.
"""

import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.postgres import Databases

from goldspan import storage
from goldspan.storage.postgres_store import PostgresStore
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.statement import Hot
from goldspan.storage.tables import users


def hot_statements() -> Iterator[tuple[str, Hot]]:
    for module_info in pkgutil.iter_modules(storage.__path__, f"{storage.__name__}."):
        module = importlib.import_module(module_info.name)
        for name, value in vars(module).items():
            held = value if isinstance(value, dict) else {"": value}
            for key, one in held.items():
                if isinstance(one, Hot):
                    yield f"{module_info.name.rpartition('.')[2]}.{name}{key and '.'}{key}", one


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path_factory.mktemp("plans") / "goldspan.db")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def postgres(databases: Databases) -> Iterator[PostgresStore]:
    opened = PostgresStore(databases.make())
    yield opened
    opened.close()


HOT = [pytest.param(statement, id=name) for name, statement in hot_statements()]


def test_there_are_statements_to_look_at() -> None:
    assert len(HOT) > 20


@pytest.mark.parametrize("statement", HOT)
def test_sqlite_walks_through_no_table(sqlite: SqliteStore, statement: Hot) -> None:
    assert sqlite_walks(sqlite, statement) == []


@pytest.mark.parametrize("statement", HOT)
def test_postgres_walks_through_no_table(postgres: PostgresStore, statement: Hot) -> None:
    assert postgres_walks(postgres, statement) == []


def test_a_statement_without_an_index_would_be_found(
    sqlite: SqliteStore, postgres: PostgresStore
) -> None:
    named = sa.select(users.c.id).where(users.c.first_name == sa.bindparam("name"))
    newest = sa.select(users.c.id).order_by(users.c.updated_at).limit(1)
    for slow in (Hot(named), Hot(newest)):
        assert sqlite_walks(sqlite, slow) != []
        assert postgres_walks(postgres, slow) != []


def sqlite_walks(store: SqliteStore, statement: Hot) -> list[str]:
    """The steps of SQLite's plan that go through a whole table or index, or sort it."""

    def explain(connection: sa.Connection) -> list[str]:
        text = statement.text(connection)
        nothing = (None,) * text.count("?")
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", nothing)
        # "listed" is the list of ids that was passed in.
        harmless = ("SCAN listed", "SCAN CONSTANT ROW")
        walking = ("SCAN", "USE TEMP B-TREE FOR ORDER") if "LIMIT" in text else ("SCAN",)
        steps = [row.detail for row in plan]
        return [
            step
            for step in steps
            if step.startswith(walking)
            and not step.startswith(harmless)
            and not (takes_the_first(text) and " USING INDEX " in step)
        ]

    return store._writer.submit(explain).result()


def postgres_walks(store: PostgresStore, statement: Hot) -> list[Any]:
    """The same of PostgreSQL's plan for any parameters."""

    def explain(connection: sa.Connection) -> list[Any]:
        numbers = itertools.count(1)
        text = re.sub("%s", lambda _: f"${next(numbers)}", statement.text(connection))
        given = ", ".join(["NULL"] * (next(numbers) - 1))
        # An empty table is read whole, however good its index, unless that is forbidden.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql(f"PREPARE looked_at AS {text.replace('%%', '%')}")
        called = f"looked_at({given})" if given else "looked_at"
        try:
            (plan,) = connection.exec_driver_sql(
                f"EXPLAIN (FORMAT JSON) EXECUTE {called}"
            ).scalar_one()
        finally:
            connection.exec_driver_sql("DEALLOCATE looked_at")
        return [step for step in steps_of(plan["Plan"]) if walks(step, text)]

    return store._writer.submit(explain).result()


def steps_of(plan: dict[str, Any], above: str = "") -> Iterator[dict[str, Any]]:
    yield {**{name: value for name, value in plan.items() if name != "Plans"}, "Above": above}
    for below in plan.get("Plans", ()):
        yield from steps_of(below, plan["Node Type"])


def walks(step: dict[str, Any], text: str) -> bool:
    kind = step["Node Type"]
    if kind in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
        return "Index Cond" not in step and not takes_the_first(text)  # from end to end
    # What is sorted to take its first rows is all there is; a page of rows may well be sorted.
    return bool(kind == "Seq Scan" or (kind == "Sort" and step["Above"] == "Limit"))


def takes_the_first(text: str) -> bool:
    """Whether a statement reads as many rows as it returns, if it walks in an index's order."""
    return "LIMIT" in text and "WHERE" not in text and "JOIN" not in text
