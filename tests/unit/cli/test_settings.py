"""Settings: environment before file before default, and no secret shown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.cli.settings import apply_file, read_settings
from goldspan.errors import InvalidSettings, NotFound


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "goldspan.toml"
    file.write_text('port = 7000\nhost = "10.0.0.1"\nallow_host = ["a", "b"]\n', encoding="utf-8")
    environment = {"GOLDSPAN_PORT": "8000"}
    found = {one.setting.name: one for one in read_settings(environment, file)}
    assert (found["port"].value, found["port"].origin) == ("8000", "environment")
    assert (found["host"].value, found["host"].origin) == ("10.0.0.1", "file")
    assert (found["runs"].value, found["runs"].origin) == ("runs", "default")
    apply_file(environment, file)
    assert environment == {
        "GOLDSPAN_PORT": "8000",
        "GOLDSPAN_HOST": "10.0.0.1",
        "GOLDSPAN_ALLOW_HOST": "a b",
    }


def test_all_faults_of_a_file_are_told(tmp_path: Path) -> None:
    file = tmp_path / "goldspan.toml"
    file.write_text("prot = 1\nhome = 'x'\nport = 1.5\n", encoding="utf-8")
    with pytest.raises(InvalidSettings) as caught:
        read_settings({}, file)
    for fault in ("prot: no such setting", "home: no such setting", "port: expected a text"):
        assert fault in caught.value.message
    file.write_text("port = ", encoding="utf-8")
    with pytest.raises(InvalidSettings, match="not readable as TOML"):
        read_settings({}, file)
    with pytest.raises(NotFound):
        read_settings({}, tmp_path / "nix.toml")


def test_config_show_says_where_values_come_from_and_masks_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path))
    monkeypatch.setenv("GOLDSPAN_OWNER_PASSWORD", "correct horse")
    monkeypatch.setenv("GOLDSPAN_DATABASE_URL", "postgresql://gold:pa55@db/span")
    # What a file sets stays in the environment of the process; here the test takes it out again.
    monkeypatch.setenv("GOLDSPAN_PORT", "1")
    monkeypatch.delenv("GOLDSPAN_PORT")
    (tmp_path / "goldspan.toml").write_text("port = 7001\n", encoding="utf-8")
    done = CliRunner().invoke(build_app(), ["config", "show", "--origin"], catch_exceptions=False)
    lines = done.stdout.splitlines()
    assert f"home = {tmp_path}  (environment)" in lines
    assert f"port = 7001  (file {tmp_path / 'goldspan.toml'})" in lines
    assert "host = 127.0.0.1  (default)" in lines
    assert "database_url = postgresql://gold:***@db/span  (environment)" in lines
    assert "owner_password = ***  (environment)" in lines
    assert "pa55" not in done.stdout
    assert "horse" not in done.stdout
