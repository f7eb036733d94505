"""``goldspan train sft`` and ``goldspan train dpo``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli import train_judged
from goldspan.cli.connecting import ApiKey, ApiUrl, WorkspaceName, open_dataset, open_session
from goldspan.cli.training_options import (
    Changes,
    DatasetName,
    Launcher,
    LaunchOptions,
    Limit,
    Model,
    Output,
    Reader,
    ReaderKind,
    Resume,
    Seed,
    TrainSize,
    changed,
    launch_options,
    resume_run,
    where_to,
)
from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    from goldspan.domain.demonstration import Demonstration
    from goldspan.sdk.remote import RemoteFeedbackDataset
    from goldspan.sdk.training_data import TrainingData


FRAMEWORKS = {ReaderKind.SPAN: "transformers", ReaderKind.GENERATIVE: "trl"}

HELP = {
    "sft": "Train a reader on questions with answers.",
    "dpo": "Train a reader on preferences between answers.",
}
Data = Annotated[
    Path | None,
    typer.Option(
        help="A file. sft: SQuAD JSON, or CSV or JSON lines with question, context and answer. "
        "dpo: JSON lines with prompt, chosen and rejected, as `goldspan export` writes them."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    train = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Train a reader.")
    app.add_typer(train, name="train")
    for command, help in HELP.items():
        train.command(command, help=help)(_command(command))
    train_judged.register(train)


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
        launcher: Launcher = None,
        launcher_options: LaunchOptions = "",
        workspace: WorkspaceName = None,
        api_url: ApiUrl = None,
        api_key: ApiKey = None,
    ) -> None:
        launching = launch_options(launcher, launcher_options)
        if resume is not None:
            resume_run(resume, launching)
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
        _train(examples, model, reader, output, changes, limit, train_size, seed, launching)

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
    launcher: list[str] | None,
) -> None:
    from goldspan.sdk.course import train_and_measure
    from goldspan.sdk.prepare import require_fit
    from goldspan.sdk.recipes import Start, default_settings

    start, where = where_to(model, output)
    framework = FRAMEWORKS[reader]
    examples = examples.limited_to(limit, seed)
    require_fit(examples, framework)
    settings = changed(default_settings(framework, examples), changes, seed)
    held_out: list[Demonstration] = []
    if train_size is not None:
        examples, rest = examples.split(train_size, seed)
        held_out = rest.gold()
    result = train_and_measure(
        framework, Start(start), examples, held_out, where, settings, launcher=launcher
    )
    if result.interrupted:
        raise typer.Exit(130)
