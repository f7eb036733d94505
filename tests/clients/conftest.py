"""Argilla's own clients, as they come from PyPI, each with an interpreter of its own.

Their scripts state facts about a real server process; ``make test`` sets the interpreters up.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import CHECKOUT, missing

from goldspan.sdk.dataset import FeedbackDataset
from goldspan.sdk.hub import settings_text

SCRIPTS = Path(__file__).parent / "scripts"
SERVE = [sys.executable, "-c", "from goldspan.cli import main; main()", "serve", "--port", "0"]
KEY = "the-key-of-the-clients-tests"
TIMEOUT_S = 600


def facts_of(script: str) -> list[str]:
    """Return the names of a script's facts, in order, without running it."""
    tree = ast.parse((SCRIPTS / script).read_text(encoding="utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Name) and one.id == "fact" for one in node.decorator_list)
    ]


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``goldspan serve``, running as a process of its own."""
    home = tmp_path_factory.mktemp("clients") / "home"
    environment = {"GOLDSPAN_HOME": str(home), "GOLDSPAN_OWNER_API_KEY": KEY}
    with subprocess.Popen(
        SERVE, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"the server did not start: {line!r}"
        yield found[0]
        process.terminate()
        assert process.wait(timeout=TIMEOUT_S) == 0


def run_script(script: str, version: str, url: str, folder: Path) -> dict[str, str | None]:
    """Run a script under a client's interpreter; return fact to traceback, None where it holds."""
    python = CHECKOUT / ".clients" / version / "bin" / "python"
    if not python.exists():
        missing(f"Argilla {version} is not installed in {python.parents[1]}; run `make clients`")
    asked = FeedbackDataset.for_direct_preference_optimization(
        context=True, judgement=True, extractive=True
    )
    (folder / "argilla.yaml").write_text(settings_text(asked.settings), encoding="utf-8")
    done = subprocess.run(
        [python, SCRIPTS / script],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # the clients write settings there
            "GOLDSPAN_TEST_URL": url,
            "GOLDSPAN_TEST_KEY": KEY,
            "HF_HUB_OFFLINE": "1",
            "PYTHONWARNINGS": "ignore",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr
    outcome: Any = json.loads(done.stdout.splitlines()[-1])
    return dict(outcome)
