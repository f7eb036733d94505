"""Options and steps that all commands of ``goldspan train`` share."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    from goldspan.training.settings import TrainSettings


class ReaderKind(StrEnum):
    """Which reader is trained."""

    SPAN = "span"
    GENERATIVE = "generative"


Reader = Annotated[ReaderKind, typer.Option(help="Marks the answer in the passage, or writes it.")]
DatasetName = Annotated[str | None, typer.Option("--dataset", help="A dataset on the server.")]
Model = Annotated[
    str | None,
    typer.Option(help="What to start from: a run, a model folder, a hub id or a preset."),
]
Output = Annotated[Path | None, typer.Option(help="The run's folder, such as runs/first.")]
Resume = Annotated[
    Path | None, typer.Option(help="Go on with this interrupted run; needs no other option.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting, such as learning_rate=1e-4. May be repeated."),
]
Limit = Annotated[
    int | None, typer.Option(min=1, help="Most rows, drawn at random, held-out included.")
]
TrainSize = Annotated[
    float | None,
    typer.Option(
        help="Share of the rows for training, such as 0.8. The passages of the rest are held "
        "out: the reader is scored on them before and after, and a span reader learns from 50 or "
        "more of them how sure it may be."
    ),
]
Launcher = Annotated[
    str | None,
    typer.Option(
        help="Train in several processes, started by `accelerate`, the only launcher so far; for "
        "the generative reader."
    ),
]
LaunchOptions = Annotated[
    str,
    typer.Option(
        "--launch-options",
        help='Options of `accelerate launch`, such as "--multi_gpu --num_processes 4" or '
        '"--config_file fsdp.yaml"; without them its own configuration counts.',
    ),
]
Seed = Annotated[int, typer.Option(help="Of the split and the training.")]


def where_to(model: str | None, output: Path | None) -> tuple[str, Path]:
    """Return what to start from and where the run goes.

    Raises:
        InvalidInput: if one of them is missing.
    """
    if model is None or output is None:
        missing = "--model" if model is None else "--output"
        raise InvalidInput(f"{missing} is missing: say what to start from and where the run goes")
    return model, output


def launch_options(launcher: str | None, options: str) -> list[str] | None:
    """Return the launcher's options, None where this process is to train.

    Raises:
        InvalidInput: if the launcher is not known, or has options without being asked for.
    """
    if launcher is None:
        if options:
            raise InvalidInput("--launch-options needs --launcher accelerate")
        return None
    if launcher != "accelerate":
        raise InvalidInput(f"--launcher takes 'accelerate', found {launcher!r}")
    return shlex.split(options)


def changed(settings: TrainSettings, changes: list[str] | None, seed: int) -> TrainSettings:
    """Return the settings with what ``--set`` and ``--seed`` say; warn of a huge learning rate.

    Raises:
        InvalidInput: if a change is not of the form name=value.
        InvalidSettings: if there is no such setting, or the value is of the wrong type.
    """
    from goldspan.sdk.config_names import configured, too_fast

    changes = changes or []
    named = dict(change.partition("=")[::2] for change in changes)
    without = [change for change in changes if "=" not in change]
    if without:
        raise InvalidInput(f"--set takes name=value, found {without[0]!r}")
    settings = configured(settings, {"seed": seed, **named})
    warning = too_fast(settings)
    if warning:
        typer.echo(f"warning: {warning}", err=True)
    return settings


def resume_run(folder: Path, launcher: list[str] | None = None) -> None:
    """Go on with an interrupted run, in several processes with a launcher's options."""
    from goldspan.sdk.course import outcome
    from goldspan.training.processes import first_process, leave
    from goldspan.training.resume import resume_training

    result = resume_training(folder, launcher=launcher)
    if first_process():
        print(outcome(result))
    leave()
    if result.interrupted:
        raise typer.Exit(130)
