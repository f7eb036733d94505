"""``goldspan train kto`` and ``goldspan train reward``: from verdicts, and to scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from goldspan.cli.connecting import ApiKey, ApiUrl, WorkspaceName, open_dataset, open_session
from goldspan.cli.training_options import (
    Changes,
    DatasetName,
    Limit,
    Model,
    Output,
    Resume,
    Seed,
    TrainSize,
    changed,
    resume_run,
    where_to,
)
from goldspan.domain.split import sample, split_by_passage
from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    from goldspan.domain.preference import PreferencePair
    from goldspan.domain.verdict import Verdict
    from goldspan.training.result import TrainingResult

Item = TypeVar("Item", "Verdict", "PreferencePair")
VerdictData = Annotated[
    Path | None,
    typer.Option("--data", help="JSON lines with question, context, answer and good (true, false)"),
]
PairData = Annotated[
    Path | None,
    typer.Option("--data", help="JSON lines with prompt, chosen and rejected, as exported."),
]


def register(train: typer.Typer) -> None:
    """Add the commands."""
    train.command("kto", help="Train a generative reader on thumbs up and down.")(kto)
    train.command("reward", help="Train a model that scores answers as people would.")(reward)


def kto(
    data: VerdictData = None,
    model: Model = None,
    output: Output = None,
    resume: Resume = None,
    changes: Changes = None,
    limit: Limit = None,
    train_size: TrainSize = None,
    seed: Seed = 42,
) -> None:
    """Train on verdicts."""
    if resume is not None:
        resume_run(resume)
        return
    from goldspan.domain.demonstration import Demonstration
    from goldspan.formats.verdicts import read_verdicts
    from goldspan.training.generative_kto import train_generative_kto
    from goldspan.training.generative_settings import GenerativeKTOSettings

    if data is None:
        raise InvalidInput("--data is missing: a file of verdicts")
    start, where = where_to(model, output)
    rows, rest = _parts(read_verdicts(data), limit, train_size, seed)
    held_out = [
        Demonstration(
            f"{one.record_id}/{number}", one.question_text, one.context, (one.answer,), one.article
        )
        for number, one in enumerate(rest)
        if one.good and one.answer.text
    ]
    settings: Any = changed(GenerativeKTOSettings(), changes, seed)
    _tell(train_generative_kto(start, rows, where, settings, held_out=held_out))


def reward(
    dataset: DatasetName = None,
    data: PairData = None,
    model: Model = None,
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
    """Train on preference pairs."""
    if resume is not None:
        resume_run(resume)
        return
    from goldspan.formats.pairs import read_pairs
    from goldspan.run.source import coming_from
    from goldspan.sdk.course import accuracy
    from goldspan.sdk.frozen import read_frozen
    from goldspan.sdk.training_task import TrainingTask
    from goldspan.training.generative_settings import RewardSettings
    from goldspan.training.reward import train_reward_model

    if (dataset is None) == (data is None):
        raise InvalidInput("say what to train on: either --dataset NAME or --data FILE")
    snapshot = None
    if dataset is not None:
        found = open_dataset(open_session(api_url, api_key, workspace), dataset)
        task = TrainingTask.for_direct_preference_optimization()
        examples = read_frozen(found, task)
        pairs, snapshot = list(examples.pairs), examples.snapshot
    else:
        assert data is not None, "one of the two is given"
        pairs = read_pairs(data)
    start, where = where_to(model, output)
    rows, held_out = _parts(pairs, limit, train_size, seed)
    settings: Any = changed(RewardSettings(), changes, seed)
    with coming_from(snapshot):
        result = train_reward_model(start, rows, where, settings, held_out=held_out)
    _tell(result)
    if held_out and not result.interrupted:
        print(accuracy(result.folder.report()["evaluation"]))


def _parts(
    rows: list[Item], limit: int | None, train_size: float | None, seed: int
) -> tuple[list[Item], list[Item]]:
    rows = list(sample(rows, limit, seed))
    if train_size is None:
        return rows, []
    return split_by_passage(rows, lambda one: one.passage or one.context, train_size, seed)


def _tell(result: TrainingResult) -> None:
    from goldspan.sdk.course import outcome

    print(outcome(result))
    if result.interrupted:
        raise typer.Exit(130)
