"""The quickstart notebook runs as it is shipped, and DPO trains on exactly what people chose."""

from __future__ import annotations

import json
import os
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[2] / "docs" / "quickstart.ipynb"
TIMEOUT_S = 600
LAST = """
import json
print(json.dumps({"choices": choices, "folder": folder}))
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, minilm_path: str) -> Any:
    """The notebook after it ran, with one cell more that tells what its names hold."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LAST))
    with (
        pytest.MonkeyPatch.context() as patch,
        # For the kernel's sockets, whose paths have to be short. On ports, another program could
        # be given one between their choice and the kernel's start.
        TemporaryDirectory() as sockets,
    ):
        patch.setenv("GOLDSPAN_QUICKSTART_MODEL", str(minilm_path))
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("notebook")))
        kernel = AsyncKernelManager(
            kernel_name="python3", transport="ipc", ip=str(Path(sockets) / "kernel")
        )
        NotebookClient(
            notebook,
            km=kernel,
            timeout=TIMEOUT_S,
            startup_timeout=TIMEOUT_S,
            # What a cell prints may come late on a crowded machine, and is never left out.
            iopub_timeout=TIMEOUT_S,
            raise_on_iopub_timeout=True,
        ).execute()
    return notebook


def printed(cell: Any) -> str:
    return "".join(one["text"] for one in cell.outputs if one.get("name") == "stdout")


@pytest.fixture(scope="module")
def told(executed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed(executed.cells[-1]))
    return found


def test_the_notebook_is_shipped_without_outputs() -> None:
    shipped = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in shipped.cells if cell.cell_type == "code"]
    assert 8 <= len(code) <= 12
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_the_pairs_that_dpo_trained_on_are_exactly_the_choices(told: dict[str, Any]) -> None:
    wanted = []
    by_record = sorted(told["choices"])
    for record, made in groupby(by_record, key=lambda choice: choice[0]):
        orders = {(best, other) for _, _, best, other in made}
        if len(orders) == 1:  # The two agree; where they do not, nothing is decided.
            wanted.append((record, *orders.pop()))
    rows = (Path(told["folder"]) / "dpo" / "data.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(row) for row in rows]
    trained = [
        (pair["record_id"], pair["chosen"]["text"], pair["rejected"]["text"]) for pair in pairs
    ]
    assert sorted(trained) == sorted(wanted)
    assert 0 < len(wanted) < len(told["choices"]) // 2
    users = {user for _, user, _, _ in told["choices"]}
    assert all(set(pair["annotators"]) == users for pair in pairs)


def test_dpo_started_from_its_own_reference(told: dict[str, Any]) -> None:
    report = json.loads((Path(told["folder"]) / "dpo" / "report.json").read_text("utf-8"))
    assert report["start_margins"]["largest"] < 1e-3


def test_the_training_says_what_it_trained_on_and_scored(executed: Any) -> None:
    text = "\n".join(printed(cell) for cell in executed.cells if cell.cell_type == "code")
    assert "training on 12 questions" in text
    assert "held out: 6 questions, on no passage that was trained on" in text


def test_what_was_saved_is_a_model_with_its_card(told: dict[str, Any]) -> None:
    saved = sorted(os.listdir(Path(told["folder"]) / "reader"))
    assert {"README.md", "config.json", "model.safetensors"} <= set(saved)
    assert not {"data.jsonl", "events.jsonl"} & set(saved)
