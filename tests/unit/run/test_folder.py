from pathlib import Path

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import Conflict, InvalidInput, NotFound
from goldspan.run.folder import RunFolder, RunSpec, check_root, make_root
from goldspan.run.rows import RowCounter, read_rows, write_rows

SPEC = RunSpec(
    id="r1",
    command="sft",
    reader="span",
    parent="some/model",
    data_hash="ab",
    rows=1,
    seed=7,
    settings={"learning_rate": 1e-4},
)


def test_a_run_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "r1", SPEC)
    assert RunFolder(tmp_path / "r1").spec == SPEC


def test_a_second_run_in_one_folder_is_refused(tmp_path: Path) -> None:
    RunFolder.create(tmp_path, SPEC)
    with pytest.raises(Conflict, match="resume it, or choose another output folder"):
        RunFolder.create(tmp_path, SPEC)


def test_a_run_where_no_folder_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Conflict, match="file is a file, and a run needs a folder"):
        make_root(tmp_path / "file")
    with pytest.raises(InvalidInput, match="cannot be made: Not a directory; choose another"):
        make_root(tmp_path / "file" / "run")


def test_to_look_whether_a_run_can_be_there_makes_no_folder(tmp_path: Path) -> None:
    check_root(tmp_path / "runs" / "r1")
    (tmp_path / "file").write_text("")
    with pytest.raises(Conflict):
        check_root(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_without_a_spec_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"holds no spec\.json"):
        RunFolder(tmp_path)


def test_a_line_cut_off_by_a_kill_is_left_out_of_the_events(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, SPEC)
    run.event("step", step=1, loss=0.5)
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"kind":"step","st')
    (event,) = run.events()
    assert (event["kind"], event["step"], event["loss"]) == ("step", 1, 0.5)


def test_a_checkpoint_without_its_state_does_not_count(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, SPEC)
    for step, files in ((9, ["trainer_state.json"]), (10, ["trainer_state.json"]), (11, [])):
        folder = run.checkpoints_dir / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).write_text("{}")
    newest = run.last_checkpoint()
    assert newest is not None
    assert newest.name == "checkpoint-10"


def test_rows_are_frozen_and_read_back(tmp_path: Path) -> None:
    rows = [Demonstration("q1", "When?", "In 1907 🙂", (Answer("1907", Span(3, 7)),), article="A")]
    digest = write_rows(tmp_path / "data.jsonl", rows)
    assert read_rows(tmp_path / "data.jsonl", Demonstration) == rows
    assert write_rows(tmp_path / "again.jsonl", rows) == digest


def test_counts_add_up_and_name_the_reasons() -> None:
    counter = RowCounter()
    counter.keep(windows=2)
    counter.keep()
    counter.drop("answer longer than a window")
    counts = counter.counts()
    assert (counts.given, counts.kept, counts.windows) == (3, 2, 3)
    assert counts.describe() == (
        "2 of 3 rows kept, 3 windows; dropped: 1 answer longer than a window"
    )
