"""One training from its examples to its scores, told to the user as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import Conflict
from goldspan.run.folder import RunFolder
from goldspan.sdk.measure import score_before, table
from goldspan.sdk.recipes import Start, run_training
from goldspan.sdk.training_data import TrainingData
from goldspan.training.settings import TrainSettings

if TYPE_CHECKING:
    from goldspan.training.result import TrainingResult


def train_and_measure(
    framework: str,
    start: Start,
    data: TrainingData,
    held_out: Sequence[Demonstration],
    output: Path,
    settings: TrainSettings,
    *,
    model_at_root: bool = False,
) -> TrainingResult:
    """Score, train and score again; print what was trained on and what came of it.

    Args:
        framework: ``transformers`` or ``trl``.
        start: what to train.
        data: the examples.
        held_out: questions to score before and after; none skips that.
        output: the run's folder, made here.
        settings: of the training.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.

    Raises:
        Conflict: if the folder holds a run already; found before anything is computed.
        TrainingError: if the training cannot start or go on.
    """
    if RunFolder.spec_path(output).exists():
        raise Conflict(
            f"{str(output)!r} already holds a run. Choose another output folder; if it was "
            f"interrupted, {resume_line(RunFolder(output))}"
        )
    print(f"training on {data.describe()}")
    before: dict[str, Any] = {}
    why_not = ""
    if held_out:
        before, why_not = score_before(framework, start, data, held_out)
    result = run_training(
        start, data, output, settings, model_at_root=model_at_root, held_out=held_out
    )
    print(outcome(result))
    if held_out and not result.interrupted:
        print("\n".join(table(before, result.folder.report()["evaluation"], why_not)))
    return result


def outcome(result: TrainingResult) -> str:
    """Say how a training ended, and how to go on with one that was interrupted."""
    if result.interrupted:
        return f"interrupted after {result.steps} steps; {resume_line(result.folder)}"
    return (
        f"{result.rows.describe()}\n{result.steps} steps in {result.seconds:.0f} s, "
        f"last loss {result.final_loss:.4g}; the model is in {result.model_dir}"
    )


def resume_line(folder: RunFolder) -> str:
    """Say which command goes on with a run."""
    return f"`goldspan train {folder.spec.command} --resume {folder.root}` goes on"
