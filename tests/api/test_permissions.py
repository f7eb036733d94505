"""Who may do what, on every route: asked, and compared with the matrix in ``permissions.txt``.

Each route is asked once as a stranger and once by every column of ``world.COLUMNS``. The matrix
says what is answered: ``ok``, or the status. A route without a line, or with another outcome, fails
and prints the line.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.api.requests import BODIES, CONTENT, FORMS, IDS, PARAMS, filled, routes
from tests.api.world import COLUMNS, HIDDEN, World, close_world, open_world

from goldspan import errors
from goldspan.server.error_map import status_of

MATRIX = Path(__file__).with_name("permissions.txt")
EVERYBODY = ("stranger", *COLUMNS)

# What only a session can do; test_session.py shows who may.
FOR_SESSIONS = {"GET /api/v1/session", "PUT /api/v1/me/password"}
# Answered with what became of each item.
ITEM_BY_ITEM = {"POST /api/v1/me/responses/bulk"}
# GET routes that write.
WRITE_ON_GET = ("/next", "/task")
# These are about the dataset that is not published yet.
OF_DRAFT = {
    "POST /api/v1/datasets/{dataset_id}/fields",
    "DELETE /api/v1/fields/{field_id}",
    "POST /api/v1/datasets/{dataset_id}/questions",
    "DELETE /api/v1/questions/{question_id}",
    "PUT /api/v1/datasets/{dataset_id}/publish",
}


def expected() -> dict[str, list[str]]:
    """Return the matrix: route to outcomes, in the order of ``EVERYBODY``."""
    lines = [line.split() for line in MATRIX.read_text(encoding="utf-8").splitlines()]
    return {f"{line[0]} {line[1]}": line[2:] for line in lines if line and line[0] != "#"}


def line_of(route: str, outcomes: list[str]) -> str:
    """Return a line of the matrix."""
    method, path = route.split()
    cells = [f"{cell:<{len(name)}}" for cell, name in zip(outcomes, EVERYBODY, strict=True)]
    return f"{method:<6} {path:<66} {'  '.join(cells)}".rstrip()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = open_world(tmp_path_factory.mktemp("world"))
    yield made
    close_world(made)


def ask(world: World, route: str, column: str | None, **change: str) -> Any:
    """Ask a route as somebody and return the answer; ``change`` names other ids."""
    method, path = route.split()
    ids = {**world.ids, **(world.draft if route in OF_DRAFT else {})}
    ids |= filled(IDS.get(route, {}), ids) | change
    options: dict[str, Any] = {"params": filled(PARAMS.get(route, {}), ids)}
    if route in CONTENT:
        options["content"] = CONTENT[route]
    elif route in FORMS:
        options["data"] = FORMS[route]
    elif method in ("POST", "PUT", "PATCH"):
        options["json"] = filled(BODIES.get(route, {}), ids)
    answer = world.ask(method, filled(path, ids), column, **options)
    if answer.status_code < 300 and (method != "GET" or path.endswith(WRITE_ON_GET)):
        world.put_back()
    return answer


def outcome(world: World, route: str, column: str | None) -> str:
    """Ask a route as somebody and say what came of it."""
    answer = ask(world, route, column)
    if answer.status_code >= 300:
        assert set(answer.json()["detail"]) == {"code", "message", "params"}
        return str(answer.status_code)
    if route in ITEM_BY_ITEM and (error := answer.json()["items"][0]["error"]):
        return str(status_of(getattr(errors, error["detail"]["code"].removeprefix("goldspan."))))
    return "ok"


@pytest.mark.parametrize("route", routes())
def test_a_route_answers_everybody_as_the_matrix_says(world: World, route: str) -> None:
    found = [outcome(world, route, None)]
    found += [outcome(world, route, column) for column in COLUMNS]
    line = line_of(route, found)
    assert set(found) <= {"ok", "401", "403", "404"}, (
        f"this is answered for another reason than permission:\n{line}\n"
        "give it what it takes in requests.py"
    )
    assert "ok" in found or route in FOR_SESSIONS, (
        f"nobody may do this, or what was sent does not fit:\n{line}\n"
        "give it what it takes in requests.py"
    )
    assert found == expected().get(route), f"the line for {MATRIX.name}, if it is right:\n{line}"


def of_annotators() -> list[str]:
    """Return the routes that an annotator may use."""
    column = EVERYBODY.index("annotator")
    return [route for route, cells in expected().items() if cells[column] == "ok"]


@pytest.mark.parametrize("route", of_annotators())
def test_no_route_shows_an_annotator_what_is_hidden(world: World, route: str) -> None:
    for change in (
        {},
        {"record_id": world.ids["answered"]},
        {"property_id": world.ids["hidden_property"]},
    ):
        answer = ask(world, route, "annotator", **change)
        if answer.status_code < 300:
            for what, text in HIDDEN.items():
                assert text not in answer.text, f"{route} shows the {what} to an annotator"


@pytest.mark.parametrize("what", HIDDEN)
def test_what_is_hidden_is_there_for_an_admin(world: World, what: str) -> None:
    shown = [
        ask(world, "GET /api/v1/datasets/{dataset_id}/records", "admin").text,
        ask(
            world, "GET /api/v1/records/{record_id}/full", "admin", record_id=world.ids["answered"]
        ).text,
    ]
    assert HIDDEN[what] in "".join(shown)


def test_the_matrix_has_no_route_that_is_gone() -> None:
    assert sorted(set(expected()) - set(routes())) == []


def test_nobody_comes_in_without_a_key_where_the_matrix_has_not_been_asked() -> None:
    """The few lines that let a stranger in are worth reading one by one."""
    let_in = sorted(route for route, cells in expected().items() if cells[0] == "ok")
    assert let_in == [
        "GET /api/_info",
        "GET /api/v1/settings",
        "GET /api/v1/version",
        "GET /healthz",
        "GET /readyz",
        "POST /api/v1/invitations/accept",
        "POST /api/v1/invitations/preview",
        "POST /api/v1/session",
        "POST /api/v1/session/link",
        "POST /api/v1/token",
    ]


def test_a_read_key_changes_nothing() -> None:
    changing = {"POST", "PUT", "PATCH", "DELETE"}
    columns = [EVERYBODY.index(name) for name in EVERYBODY if name.endswith(":read")]
    strangers = {route for route, cells in expected().items() if cells[0] == "ok"}
    changed = sorted(
        route
        for route, cells in expected().items()
        if route.split()[0] in changing
        and route not in strangers
        and any(cells[column] == "ok" for column in columns)
    )
    assert changed == [
        "DELETE /api/v1/session",
        "POST /api/v1/datasets/{dataset_id}/records/search",
        "POST /api/v1/me/datasets/{dataset_id}/records/search",
    ]
