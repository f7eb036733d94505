"""Figures, request ids and logs."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.api.talk import TIMEOUT_S, Person

from goldspan.server import logs
from goldspan.server.serve import RunningServer


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root, access = logging.getLogger(), logging.getLogger("goldspan.access")
    before = root.handlers[:], root.level, access.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure_logs("json")
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    access.setLevel(before[2])


def lines_about(request_id: str, written: io.StringIO) -> list[dict[str, Any]]:
    whole = written.getvalue().rpartition("\n")[0]
    lines = [json.loads(line) for line in whole.splitlines()]
    return [one for one in lines if one.get("request_id") == request_id]


def test_requests_are_counted_by_route(owner: Person, stranger: httpx.Client) -> None:
    owner.http.get("/api/v1/datasets/nobody")
    text = stranger.get("/metrics").text
    line = (
        'goldspan_requests_total{method="GET",route="/api/v1/datasets/{dataset_id}",status="404"}'
    )
    assert line in text
    assert "goldspan_request_seconds_bucket" in text
    assert "nobody" not in text


def test_figures_are_for_this_machine_and_owners(
    owner: Person, stranger: httpx.Client, make_person: Callable[..., Person]
) -> None:
    # A proxy on this machine speaks for others.
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert stranger.get("/metrics", headers=forwarded).status_code == 401
    assert make_person("admin").http.get("/metrics", headers=forwarded).status_code == 403
    assert owner.http.get("/metrics", headers=forwarded).status_code == 200


def test_a_request_id_is_taken_over_or_made(stranger: httpx.Client) -> None:
    given = stranger.get("/healthz", headers={"X-Request-Id": "from-the-proxy.1"})
    assert given.headers["x-request-id"] == "from-the-proxy.1"
    made = stranger.get("/healthz", headers={"X-Request-Id": "no good\tid"})
    assert len(made.headers["x-request-id"]) == 36


def test_ready_says_how_much_room_there_is(stranger: httpx.Client) -> None:
    assert stranger.get("/readyz").json() == {"status": "ok"}


def test_each_request_is_a_json_line_without_its_key(
    written: io.StringIO, owner: Person, server: RunningServer
) -> None:
    owner.http.get("/api/v1/me", params={"secret": "x"}, headers={"X-Request-Id": "r1"})
    until = time.monotonic() + TIMEOUT_S
    while not (found := lines_about("r1", written)) and time.monotonic() < until:
        time.sleep(0.005)  # the line holds the time to the answer's end, so it comes after it
    (line,) = found
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v1/me", 200)
    assert line["user_id"] == owner.id
    assert server.api_key is not None
    assert server.api_key not in written.getvalue()
    assert "secret" not in written.getvalue()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("key gs_ab12_s3cr-et_x used", "key gs_ab12_*** used"),
        ("at postgresql://gold:pa55@db/span", "at postgresql://gold:***@db/span"),
        ("open http://h/link#abc now", "open http://h/link#*** now"),
    ],
)
def test_secrets_are_masked_wherever_they_stand(text: str, masked: str) -> None:
    assert logs.without_secrets(text) == masked


def test_probing_leaves_nothing_behind(owner: Person, stranger: httpx.Client) -> None:
    last = owner.get("/api/v1/audit", limit=1)["items"]
    assert stranger.get("/readyz").status_code == 200
    assert owner.get("/api/v1/audit", limit=1)["items"] == last
