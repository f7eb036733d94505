"""``goldspan user`` and ``goldspan key``, on a home that is served and on one that is not."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.browsing import browser
from tests.api.talk import TIMEOUT_S
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.errors import Forbidden, NotFound, Unauthenticated
from goldspan.sdk import embedded
from goldspan.server.serve import RunningServer, start_in_thread


@pytest.fixture(params=["served", "free"])
def home(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    path = tmp_path / "home"
    monkeypatch.setenv("GOLDSPAN_HOME", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    running = start_in_thread(path) if request.param == "served" else None
    yield path
    embedded.stop()
    if running is not None:
        running.stop()


def run(*words: str, env: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; return what it printed."""
    done = CliRunner().invoke(build_app(), list(words), env=env, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def who(url: str, key: str) -> str | None:
    answer = httpx.get(
        f"{url}/api/v1/me", headers={"X-Goldspan-Api-Key": key}, trust_env=False, timeout=TIMEOUT_S
    )
    name: str | None = answer.json().get("username")
    return name


def url_of(home: Path) -> str:
    return embedded.find_or_start(home).api_url


def test_users_come_and_go(home: Path) -> None:
    said = run("user", "add", "ana", "--role", "admin", "--first-name", "Ana")
    key = re.search(r"once: (gs_\w+)", said)
    link = re.search(r"/link#(\w+)", said)
    assert key
    assert link
    assert who(url_of(home), key[1]) == "ana"
    with browser(url_of(home)) as client:
        answer = client.post("/api/v1/session/link", json={"token": link[1]})
        assert answer.json()["user"]["role"] == "admin"
    assert re.search(r"ana +Ana +admin", run("user", "list"))
    assert "/link#" in run("user", "link", "ana")
    run("user", "delete", "ana")
    assert who(url_of(home), key[1]) is None


def test_a_password_set_by_command_must_be_changed(home: Path) -> None:
    run("user", "add", "bo")
    run("user", "password", "bo", env={"GOLDSPAN_NEW_PASSWORD": "correct horse battery"})
    with browser(url_of(home)) as client:
        body = {"username": "bo", "password": "correct horse battery"}
        answer = client.post("/api/v1/session", json=body)
    assert answer.json()["must_change_password"] is True


def test_keys_are_made_listed_and_revoked(home: Path) -> None:
    run("user", "add", "cy")
    key = run("key", "new", "nightly export", "--scope", "read", "--days", "30", "--user", "cy")
    assert who(url_of(home), key.strip()) == "cy"
    listed = run("key", "list", "--user", "cy")
    (line,) = (one for one in listed.splitlines() if "nightly export" in one)
    assert key[:11] in line
    assert key.strip() not in listed
    run("key", "revoke", line.split()[0])
    assert who(url_of(home), key.strip()) is None


def test_a_name_that_nobody_has_is_said_with_those_that_there_are(home: Path) -> None:
    with pytest.raises(NotFound, match=r"no user 'nobody' at http://.*; there are: owner"):
        run("user", "link", "nobody")


def test_a_key_of_another_server_is_said_to_be_unknown(server: RunningServer) -> None:
    with pytest.raises(Unauthenticated, match="belongs to nobody"):
        run("user", "list", "--api-url", server.url, "--api-key", "gs_nobodys_key")


def test_an_annotator_manages_nobody(server: RunningServer, tmp_path: Path) -> None:
    assert server.api_key is not None
    where = ("--api-url", server.url, "--api-key")
    said = run("user", "add", "dee", *where, server.api_key)
    found = re.search(r"once: (gs_\w+)", said)
    assert found
    with pytest.raises(Forbidden, match="may not list users"):
        run("user", "list", *where, found[1])
