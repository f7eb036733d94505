"""The command line: parse, call, print.

Each command is a module of this package with a function ``register(app)``. Command bodies import
what they need when they run, so that ``goldspan --help`` stays light.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from goldspan.cli import (
    ask,
    backup,
    candidates,
    config,
    demo,
    evaluate,
    export,
    import_,
    key,
    quality,
    serve,
    suggest,
    train,
    user,
    version,
)
from goldspan.cli.output import as_option
from goldspan.errors import GoldspanError, MissingExtra

COMMANDS = (
    demo,
    serve,
    import_,
    suggest,
    candidates,
    quality,
    train,
    evaluate,
    ask,
    export,
    user,
    key,
    config,
    backup,
    version,
)
# What the extra `train` brings and commands import.
TRAIN_PACKAGES = {"torch", "transformers", "trl", "peft", "accelerate", "safetensors", "datasets"}


def build_app() -> typer.Typer:
    """Return the command line with every command."""
    app = typer.Typer(
        name="goldspan",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        help="Turn passages, questions and people's judgement into a question-answering model.",
    )
    for command in COMMANDS:
        command.register(app)
    return app


def main() -> None:
    """Run the command line; an error of Goldspan's own becomes one message and status 1."""
    try:
        build_app()()
    except GoldspanError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        if error.name not in TRAIN_PACKAGES:
            raise
        _fail(MissingExtra("this command", "train"))


def _fail(error: GoldspanError) -> NoReturn:
    remedies = map(as_option, error.remedies)
    notes = getattr(error, "__notes__", ())
    print(f"error: {error.message}", *remedies, *notes, sep="\n", file=sys.stderr)
    sys.exit(1)
