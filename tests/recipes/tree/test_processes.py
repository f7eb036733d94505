"""Several processes take a batch of whole passages each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.recipes.tree.two_processes import train

CHECKOUT = Path(__file__).parents[3]


def test_two_processes_learn_what_one_learns_from_two_batches(tmp_path: Path) -> None:
    launcher = ["torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    done = subprocess.run(
        [sys.executable, "-m", *launcher, "-m", "tests.recipes.tree.two_processes", str(tmp_path)],
        check=False,
        cwd=CHECKOUT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout
    for name, steps in train(tmp_path / "one", accumulate=2).items():
        found = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert len(found) == len(steps) == 10
        for ours, theirs in zip(found, steps, strict=True):
            assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-5)
