"""Without pyarrow all works but Parquet and `datasets` folders, which say what to install."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pyarrow
import pyarrow.parquet
import pytest
from tests.api.talk import TIMEOUT_S

COMMAND = [sys.executable, "-c", "from goldspan.cli import main; main()"]
KEY = "the-owner's-key"
INSTALL = "Install them with: pip install 'goldspan[data]'"
# Python runs a module of this name before anything else.
BLOCKER = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of programs that find no pyarrow, on a home of their own."""
    folder = tmp_path_factory.mktemp("without")
    (folder / "sitecustomize.py").write_text(BLOCKER, encoding="utf-8")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    home = str(folder / "home")
    return {
        **os.environ,
        "PYTHONPATH": path,
        "GOLDSPAN_HOME": home,
        "GOLDSPAN_OWNER_API_KEY": KEY,
    }


@pytest.fixture(scope="module")
def run(environment: dict[str, str]) -> Run:
    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=2 * TIMEOUT_S,
        )

    return typed


@pytest.fixture(scope="module")
def server(
    environment: dict[str, str], run: Run, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server without pyarrow and a dataset in it."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().partition(" at ")[2].split()[0]
        rows = tmp_path_factory.mktemp("rows") / "rows.csv"
        rows.write_text("question,context,answer\nWho?,Ada came.,Ada\n", encoding="utf-8")
        done = run("import", str(rows), "--dataset", "d")
        assert done.returncode == 0, done.stderr
        headers = {"X-Goldspan-Api-Key": KEY}
        with httpx.Client(
            base_url=url, headers=headers, trust_env=False, timeout=TIMEOUT_S
        ) as client:
            yield client
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=TIMEOUT_S)


@pytest.fixture(scope="module")
def path(server: httpx.Client) -> str:
    (dataset,) = server.get("/api/v1/me/datasets").json()["items"]
    return f"/api/v1/datasets/{dataset['id']}"


@pytest.mark.parametrize("format", ["parquet", "datasets"])
def test_an_export_that_needs_it_answers_501_with_what_to_install(
    server: httpx.Client, path: str, format: str
) -> None:
    answer = server.get(f"{path}/export", params={"format": format})
    assert answer.status_code == 501
    assert answer.json()["detail"]["code"] == "goldspan.MissingExtra"
    assert INSTALL in answer.json()["detail"]["message"]


def test_an_export_that_does_not_need_it_is_written(server: httpx.Client, path: str) -> None:
    answer = server.get(f"{path}/export", params={"format": "jsonl"})
    assert answer.status_code == 200
    assert b"Ada came." in answer.content


def test_an_import_that_needs_it_answers_501_too(
    server: httpx.Client, path: str, tmp_path: Path
) -> None:
    table = pyarrow.table({"question": ["Who?"], "context": ["Ada."], "answer": ["Ada"]})
    pyarrow.parquet.write_table(table, tmp_path / "rows.parquet")
    content = (tmp_path / "rows.parquet").read_bytes()
    answer = server.post(f"{path}/import", params={"format": "auto"}, content=content)
    assert answer.status_code == 501
    assert INSTALL in answer.json()["detail"]["message"]


@pytest.mark.parametrize("format", ["parquet", "datasets"])
def test_the_command_says_the_same_and_leaves_no_file(
    server: httpx.Client, run: Run, tmp_path: Path, format: str
) -> None:
    output = tmp_path / "out"
    done = run("export", "--dataset", "d", "--format", format, "--output", str(output))
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert INSTALL in done.stderr
    assert list(tmp_path.iterdir()) == []
