"""The command line: parse, call, print.

Each command is a module of this package with a function ``register(app)``. Command bodies import
what they need when they run, so that ``goldspan --help`` stays light.
"""

from __future__ import annotations

import os
import sys
from threading import Timer
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
PATIENCE_S = 1.0
INTERRUPTED = 130
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
    interrupted = False
    try:
        build_app()()
    except SystemExit as end:
        interrupted = end.code == INTERRUPTED
        raise
    except GoldspanError as error:
        _fail(error)
    except ModuleNotFoundError as error:
        if error.name not in TRAIN_PACKAGES:
            raise
        _fail(MissingExtra("this command", "train"))
    finally:
        _end_server(interrupted=interrupted)


def _end_server(*, interrupted: bool) -> None:
    """End the server that the command has started, after the requests under way.

    When the interpreter ends by itself, the server can start no thread any more, and an import
    that Ctrl-C has left to it would break off with a traceback. What goes on longer than the
    server waits for is left: whatever was said to be stored is, and the home's next opening undoes
    the rest.
    """
    embedded = sys.modules.get("goldspan.sdk.embedded")
    if embedded is None:
        return
    said = Timer(PATIENCE_S, _say_what_is_waited_for)
    said.daemon = True
    said.start()
    try:
        embedded.stop()
        if interrupted:
            _leave()
    except KeyboardInterrupt:
        _leave()
    finally:
        said.cancel()


def _leave() -> None:
    """End at once: the interpreter itself would wait for every thread."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _say_what_is_waited_for() -> None:
    print("the server finishes what it has begun; Ctrl-C ends it at once", file=sys.stderr)


def _fail(error: GoldspanError) -> NoReturn:
    remedies = map(as_option, error.remedies)
    notes = getattr(error, "__notes__", ())
    print(f"error: {error.message}", *remedies, *notes, sep="\n", file=sys.stderr)
    sys.exit(1)
