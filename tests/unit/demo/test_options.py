"""Wrong options of a demo are refused at once, all together."""

from pathlib import Path
from typing import Any

import pytest

from goldspan.demo.options import DemoOptions
from goldspan.demo.state import DemoState
from goldspan.errors import Conflict, InvalidInput

HERE = {"home": Path("home"), "output": Path("output")}


def options(**changes: Any) -> DemoOptions:
    return DemoOptions(**{**HERE, **changes})


def test_every_wrong_option_is_named_with_what_it_should_be() -> None:
    with pytest.raises(InvalidInput) as caught:
        options(noise=1.5, annotators=0, k=1, limit=3)
    assert str(caught.value).splitlines() == [
        "--limit is at least 20, found 3",
        "--noise lies between 0 and 1, found 1.5",
        "--annotators is at least 1, found 0",
        "-k lies between 2 and 50, found 1",
    ]


def test_training_and_held_out_files_go_together() -> None:
    with pytest.raises(InvalidInput, match="--data is given without --evaluate"):
        options(data=Path("train.json"))
    with pytest.raises(InvalidInput, match="--evaluate is given without --data"):
        options(evaluate=Path("dev.json"))


def test_a_home_in_use_for_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "goldspan.db").touch()
    with pytest.raises(Conflict, match="wants one of its own"):
        DemoState(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == ["goldspan.db"]


def test_a_demo_with_other_options_is_not_gone_on_with(tmp_path: Path) -> None:
    DemoState(tmp_path, options(noise=0.1).shaping())
    with pytest.raises(Conflict, match=r"noise was 0\.1, is 0\.2"):
        DemoState(tmp_path, options(noise=0.2).shaping())


def test_what_a_stage_found_is_there_in_the_next_process(tmp_path: Path) -> None:
    DemoState(tmp_path, {"seed": 0}).finish("import", {"line": "done"})
    assert DemoState(tmp_path, {"seed": 0}).stages == {"import": {"line": "done"}}


def test_keys_of_annotators_are_readable_by_their_maker_alone(tmp_path: Path) -> None:
    state = DemoState(tmp_path, {})
    state.keep_key("simulated-1", "one")
    state.keep_key("simulated-2", "two")
    assert state.keys() == {"simulated-1": "one", "simulated-2": "two"}
    assert (tmp_path / "demo" / "keys.json").stat().st_mode & 0o777 == 0o600
