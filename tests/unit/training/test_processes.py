"""Where several processes of one training meet."""

from pathlib import Path

import pytest

from goldspan.training import processes


@pytest.fixture(autouse=True)
def no_config_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Look for accelerate's default configuration where there is none."""
    monkeypatch.setattr(processes, "default_config_file", str(tmp_path / "default.yaml"))
    return tmp_path / "default.yaml"


@pytest.mark.parametrize("options", [[], ["--num_processes", "2", "--num_machines", "1"]])
def test_a_run_meets_at_a_free_port_and_not_where_every_other_does(options: list[str]) -> None:
    name, port = processes._meeting_port(options)
    assert name == "--main_process_port"
    assert 1024 < int(port) != 29500


@pytest.mark.parametrize(
    "options",
    [
        ["--main_process_port", "29501"],
        ["--main-process-port=0"],
        ["--num_machines", "2"],
        ["--config_file", "there.yaml"],
    ],
)
def test_what_is_said_of_where_they_meet_stands(options: list[str]) -> None:
    assert processes._meeting_port(options) == []


def test_a_default_configuration_is_left_to_say_it(no_config_of_ones_own: Path) -> None:
    no_config_of_ones_own.write_text("main_process_port: 29502\n", encoding="utf-8")
    assert processes._meeting_port([]) == []
