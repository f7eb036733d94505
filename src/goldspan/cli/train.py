"""``goldspan train sft`` and ``goldspan train dpo``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, WorkspaceName, open_dataset, open_session
from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    from goldspan.domain.demonstration import Demonstration
    from goldspan.sdk.remote import RemoteFeedbackDataset
    from goldspan.sdk.training_data import TrainingData
    from goldspan.training.settings import TrainSettings


class ReaderKind(StrEnum):
    """Which reader is trained."""

    SPAN = "span"
    GENERATIVE = "generative"


FRAMEWORKS = {ReaderKind.SPAN: "transformers", ReaderKind.GENERATIVE: "trl"}

HELP = {
    "sft": "Train a reader on questions with answers.",
    "dpo": "Train a reader on preferences between answers.",
}
DatasetName = Annotated[str | None, typer.Option("--dataset", help="A dataset on the server.")]
Data = Annotated[
    Path | None,
    typer.Option(
        help="A file. sft: SQuAD JSON, or CSV or JSON lines with question, context and answer. "
        "dpo: JSON lines with prompt, chosen and rejected, as `goldspan export` writes them."
    ),
]
Model = Annotated[
    str | None,
    typer.Option(help="What to start from: a run, a model folder, a hub id or a preset."),
]
Reader = Annotated[ReaderKind, typer.Option(help="Marks the answer in the passage, or writes it.")]
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
        "out, and the reader is scored on them before and after."
    ),
]
Seed = Annotated[int, typer.Option(help="Of the split and the training.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train a reader.")
    app.add_typer(train, name="train")
    for command, help in HELP.items():
        train.command(command, help=help)(_command(command))


def _command(command: str) -> Callable[..., None]:
    """Return the body of one of the commands; both have the same options."""

    def run(
        dataset: DatasetName = None,
        data: Data = None,
        model: Model = None,
        reader: Reader = ReaderKind.SPAN,
        output: Output = None,
        resume: Resume = None,
        changes: Changes = None,
        limit: Limit = None,
        train_size: TrainSize = None,
        seed: Seed = 42,
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        if resume is not None:
            _resume(resume)
            return
        if (dataset is None) == (data is None):
            found = "neither" if data is None else "both"
            raise InvalidInput(
                f"say what to train on: --dataset NAME or --data FILE; found {found}"
            )
        if dataset is not None:
            found_dataset = open_dataset(open_session(api_url, api_key, workspace), dataset)
            ties = any(one.startswith("ties=") for one in changes or ())
            examples = _of_dataset(found_dataset, command, ties)
        else:
            assert data is not None, "one of the two is given"
            examples = _of_file(data, command)
        _train(examples, model, reader, output, changes, limit, train_size, seed)

    return run


def _of_dataset(dataset: RemoteFeedbackDataset, command: str, ties: bool) -> TrainingData:
    from goldspan.sdk.frozen import read_frozen
    from goldspan.sdk.training_task import TrainingTask

    task: TrainingTask = (
        TrainingTask.for_question_answering()
        if command == "sft"
        else TrainingTask.for_direct_preference_optimization(ties=ties)
    )
    return read_frozen(dataset, task)


def _of_file(path: Path, command: str) -> TrainingData:
    from goldspan.formats.pairs import read_pairs
    from goldspan.formats.read import read_demonstrations
    from goldspan.sdk.training_data import TrainingData

    if command == "sft":
        return TrainingData(demonstrations=tuple(read_demonstrations(path)))
    return TrainingData(pairs=tuple(read_pairs(path)))


def _train(
    examples: TrainingData,
    model: str | None,
    reader: ReaderKind,
    output: Path | None,
    changes: list[str] | None,
    limit: int | None,
    train_size: float | None,
    seed: int,
) -> None:
    from goldspan.sdk.course import train_and_measure
    from goldspan.sdk.prepare import require_fit
    from goldspan.sdk.recipes import Start

    if model is None or output is None:
        missing = "--model" if model is None else "--output"
        raise InvalidInput(f"{missing} is missing: say what to start from and where the run goes")
    framework = FRAMEWORKS[reader]
    examples = examples.limited_to(limit, seed)
    require_fit(examples, framework)
    settings = _settings(framework, examples, changes or [], seed)
    held_out: list[Demonstration] = []
    if train_size is not None:
        examples, rest = examples.split(train_size, seed)
        held_out = rest.gold()
    result = train_and_measure(framework, Start(model), examples, held_out, output, settings)
    if result.interrupted:
        raise typer.Exit(130)


def _settings(
    framework: str, examples: TrainingData, changes: list[str], seed: int
) -> TrainSettings:
    from goldspan.sdk.config_names import configured, too_fast
    from goldspan.sdk.recipes import default_settings

    named = dict(change.partition("=")[::2] for change in changes)
    without = [change for change in changes if "=" not in change]
    if without:
        raise InvalidInput(f"--set takes name=value, found {without[0]!r}")
    settings = configured(default_settings(framework, examples), {"seed": seed, **named})
    warning = too_fast(settings)
    if warning:
        typer.echo(f"warning: {warning}", err=True)
    return settings


def _resume(folder: Path) -> None:
    from goldspan.sdk.course import outcome
    from goldspan.training.resume import resume_training

    result = resume_training(folder)
    print(outcome(result))
    if result.interrupted:
        raise typer.Exit(130)
