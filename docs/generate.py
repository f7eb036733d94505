"""Writes ``docs/reference/``: the pages that are read off the code.

``python docs/generate.py`` renews them; a test fails while they are stale.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import typer.main

from goldspan import errors
from goldspan.cli import build_app

REFERENCE = Path(__file__).parent / "reference"
HEAD = "<!-- Made by docs/generate.py; do not edit. -->\n\n"


def command_line() -> str:
    """Describe every command, argument and option."""
    root = typer.main.get_command(build_app())
    parts = ["# The command line\n"]

    def describe(command: Any, path: str) -> None:
        subcommands = getattr(command, "commands", None)
        if subcommands:
            for name in sorted(subcommands):
                describe(subcommands[name], f"{path} {name}")
            return
        parts.append(f"## {path}\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = []
        for parameter in command.params:
            names = ", ".join(f"`{name}`" for name in parameter.opts + parameter.secondary_opts)
            if parameter.param_type_name == "argument":
                names = f"`{parameter.metavar or str(parameter.name).upper()}`"
            text = getattr(parameter, "help", None) or ""
            default = parameter.default
            if default not in (None, ()) and default is not False and not callable(default):
                text += f" Default: `{default}`."
            rows.append(f"| {names} | {text.strip()} |")
        if rows:
            parts.append("\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n")

    describe(root, "goldspan")
    return "\n".join(parts)


def error_tree() -> str:
    """List every error class with its place in the tree and its meaning."""
    parts = [
        "# Errors\n",
        "Every error is a `goldspan.errors.GoldspanError`; its `code` stands in the server's JSON",
        'bodies: `{"detail": {"code": "goldspan.NotFound", "message": …, "params": …}}`.\n',
        "| class | parent | meaning |",
        "|---|---|---|",
    ]
    for name, cls in vars(errors).items():
        if inspect.isclass(cls) and issubclass(cls, errors.GoldspanError):
            meaning = inspect.cleandoc(cls.__doc__ or "").splitlines()[0]
            parts.append(f"| `{name}` | `{cls.__base__.__name__}` | {meaning} |")
    return "\n".join(parts) + "\n"


PAGES = {"cli.md": command_line, "errors.md": error_tree}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(HEAD + page(), encoding="utf-8")


if __name__ == "__main__":
    main()
