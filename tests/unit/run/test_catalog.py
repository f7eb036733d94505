"""Runs and evaluations are listed in one order, however they lie on the disk."""

import os
from pathlib import Path

from goldspan.run.catalog import list_evaluations, list_runs
from goldspan.run.folder import RunFolder, RunSpec, write_json

AT = "2026-11-27T12:00:00.000Z"


def begin(folder: Path, name: str, at: str) -> None:
    spec = RunSpec(
        id=name,
        command="sft",
        reader="span",
        parent="",
        data_hash="0" * 64,
        rows=1,
        seed=0,
        settings={},
        created_at=at,
    )
    RunFolder.create(folder / name, spec)


def test_runs_that_began_in_one_millisecond_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("c", "a", "d", "b"):
        begin(tmp_path, name, AT)
    begin(tmp_path, "newest", AT.replace("12:", "13:"))
    assert [run.root.name for run in list_runs(tmp_path)] == ["newest", "a", "b", "c", "d"]


def test_evaluations_of_one_time_are_listed_by_name(tmp_path: Path) -> None:
    for name in ("c", "a", "d", "b"):
        write_json(tmp_path / f"{name}.json", {"reports": []})
        os.utime(tmp_path / f"{name}.json", (0, 0))
    assert [each.name for each in list_evaluations(tmp_path)] == ["a", "b", "c", "d"]
