"""``goldspan config``, and the file of settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.connecting import close_sessions
from goldspan.cli.settings import FILE, apply_file, read_settings
from goldspan.storage.home import home_path

# What the environment said before the file's settings were put into it.
_before: dict[str, str] = {}
_file: list[Path] = []


def register(app: typer.Typer) -> None:
    """Add the option that all commands have, and the command."""

    @app.callback()
    def settings(
        context: typer.Context,
        config: Annotated[
            Path | None,
            typer.Option(
                envvar="GOLDSPAN_CONFIG",
                help="A TOML file of settings; by default goldspan.toml in the home, if there.",
            ),
        ] = None,
    ) -> None:
        """Turn passages, questions and people's judgement into a question-answering model."""
        context.call_on_close(close_sessions)
        _before.clear()
        _before.update(os.environ)
        own = home_path(os.environ) / FILE
        _file[:] = [config] if config is not None else [own] if own.is_file() else []
        apply_file(os.environ, _file[0] if _file else None)

    group = typer.Typer(no_args_is_help=True, help="What is set, and where.")
    app.add_typer(group, name="config")

    @group.command()
    def show(
        origin: Annotated[
            bool, typer.Option("--origin", help="Say of each value where it comes from.")
        ] = False,
    ) -> None:
        """Print every setting; secrets are masked.

        Each is set by an environment variable, GOLDSPAN_ and its name in capitals, else by its
        name in a TOML file, else it has its default. Options of a command come before all.
        """
        for found in read_settings(_before, _file[0] if _file else None):
            setting = found.setting
            value = str(home_path(_before)) if setting.name == "home" else found.shown
            place = f"{found.origin} {_file[0]}" if found.origin == "file" else found.origin
            where = f"  ({place})" if origin else ""
            print(f"{setting.name} = {value or '-'}{where}")
