"""The command `serve`, and who owns a home when several programs want it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.api.talk import TIMEOUT_S
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.errors import Conflict, HomeBusy, InvalidInput, Unauthenticated
from goldspan.server.serve import start_in_thread
from goldspan.storage.home import Home, home_path

Serve = Callable[..., subprocess.Popen[str]]
COMMAND = [sys.executable, "-c", "from goldspan.cli import main; main()", "serve"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def serve(home: Path) -> Iterator[Serve]:
    with ExitStack() as started:

        def start(*options: str, **environment: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*COMMAND, "--port", "0", *options],
                env={**os.environ, "GOLDSPAN_HOME": str(home), **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield start


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"at (http://127\.0\.0\.1:\d+) \(Ctrl-C stops it\)", line)
    assert found, line
    return found[1]


def who(url: str, key: str) -> str:
    answer = httpx.get(
        f"{url}/api/v1/me", headers={"X-Argilla-Api-Key": key}, trust_env=False, timeout=TIMEOUT_S
    )
    return str(answer.json().get("username"))


def stop(process: subprocess.Popen[str], number: signal.Signals) -> str:
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, err) == (0, "")
    return out


def test_the_first_start_shows_a_key_once_and_the_next_one_does_not(
    serve: Serve, home: Path
) -> None:
    first = serve()
    url = url_of(first)
    assert first.stdout is not None
    key = first.stdout.readline().split()[-1]
    assert who(url, key) == "owner"
    assert Home(home).read_owner_key() == key
    assert stop(first, signal.SIGINT).endswith("Stopped; everything is saved.\n")
    second = serve()
    assert who(url_of(second), key) == "owner"
    assert stop(second, signal.SIGTERM) == "Stopped; everything is saved.\n"
    assert sorted(path.name for path in home.iterdir()) == ["goldspan.db", "lock", "owner.key"]


def test_the_first_start_prints_a_link_that_lets_the_owner_in_once(serve: Serve) -> None:
    process = serve()
    url = url_of(process)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    found = re.fullmatch(rf"{url}/link#(\w+)\n", lines[-1])
    assert found, lines
    body = {"token": found[1]}
    statuses = [
        httpx.post(
            f"{url}/api/v1/session/link", json=body, trust_env=False, timeout=TIMEOUT_S
        ).status_code
        for _ in range(2)
    ]
    assert statuses == [200, 401]


def test_a_given_key_is_the_owners_as_long_as_it_is_given(serve: Serve, home: Path) -> None:
    first = serve(GOLDSPAN_OWNER_API_KEY="owner.apikey", GOLDSPAN_OWNER_PASSWORD="correct horse")
    assert who(url_of(first), "owner.apikey") == "owner"
    assert stop(first, signal.SIGTERM) == "Stopped; everything is saved.\n"
    assert Home(home).read_owner_key() is None
    second = serve()
    assert who(url_of(second), "owner.apikey") == "None"


def test_a_backup_uses_the_key_that_the_owner_was_given(
    serve: Serve, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url_of(serve(GOLDSPAN_OWNER_API_KEY="owner.apikey"))
    monkeypatch.setenv("GOLDSPAN_HOME", str(home))
    command = ["backup", str(tmp_path / "b.zip")]
    refused = CliRunner().invoke(build_app(), command)
    assert isinstance(refused.exception, Unauthenticated)
    monkeypatch.setenv("GOLDSPAN_OWNER_API_KEY", "owner.apikey")
    done = CliRunner().invoke(build_app(), command)
    assert "rows as of" in done.stdout, done.output


def test_a_start_that_cannot_be_says_why_in_a_sentence(serve: Serve) -> None:
    process = serve("--host", "0.0.0.0")
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 1
    assert err.startswith("error: --host 0.0.0.0 would offer the server to other machines")
    assert err.count("\n") == 1


def test_a_port_that_no_port_can_be_is_refused(serve: Serve) -> None:
    process = serve("--port", "99999")
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert "Invalid value for '--port'" in err
    assert "Traceback" not in err


def test_a_key_that_is_too_short_frees_the_home_again(home: Path) -> None:
    with pytest.raises(InvalidInput, match="GOLDSPAN_OWNER_API_KEY has 8 or more characters"):
        start_in_thread(home, owner_api_key="short")
    assert Home(home).owner() is None


def test_serving_a_home_that_a_notebook_owns_names_the_notebooks_url(
    serve: Serve, home: Path
) -> None:
    running = start_in_thread(home)
    _, err = serve().communicate(timeout=TIMEOUT_S)
    assert f"which serves it at {running.url}. Use that server" in err
    running.stop()
    assert url_of(serve())


def test_a_notebook_finds_the_home_that_is_served_already(serve: Serve, home: Path) -> None:
    url = url_of(serve())
    with pytest.raises(HomeBusy) as caught:
        start_in_thread(home)
    assert caught.value.params["url"] == url
    owner, key = Home(home).owner(), Home(home).read_owner_key()
    assert owner is not None
    assert key is not None
    assert who(owner.url, key) == "owner"


def test_what_a_killed_server_has_acknowledged_is_there_after_the_next_start(
    serve: Serve, home: Path
) -> None:
    first = serve(GOLDSPAN_OWNER_API_KEY="owner.apikey")
    headers = {"X-Argilla-Api-Key": "owner.apikey"}
    acknowledged = []
    with httpx.Client(
        base_url=url_of(first), headers=headers, trust_env=False, timeout=TIMEOUT_S
    ) as client:
        for number in range(20):
            client.post("/api/workspaces", json={"name": f"w{number}"}).raise_for_status()
            acknowledged.append(f"w{number}")
        first.kill()
        first.wait()
    running = start_in_thread(home, owner_api_key="owner.apikey")
    answer = httpx.get(
        f"{running.url}/api/workspaces", headers=headers, trust_env=False, timeout=TIMEOUT_S
    )
    running.stop()
    assert [workspace["name"] for workspace in answer.json()] == acknowledged


def test_a_port_that_is_taken_is_named(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port} on 127.0.0.1 is taken"):
            start_in_thread(home, port=port)
    assert Home(home).owner() is None


def test_stopping_twice_is_stopping_once(home: Path) -> None:
    running = start_in_thread(home)
    running.stop()
    running.stop()
    assert not running.is_running
    start_in_thread(home).stop()


def test_the_home_is_where_the_environment_says() -> None:
    assert home_path({"GOLDSPAN_HOME": "/srv/gold"}) == Path("/srv/gold")
    if sys.platform == "linux":
        assert home_path({"XDG_DATA_HOME": "/data"}) == Path("/data/goldspan")
        assert home_path({}) == Path.home() / ".local/share/goldspan"
