"""One training from its examples to its scores, told to the user as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.errors import Conflict
from goldspan.run.folder import RunFolder, check_root
from goldspan.run.rows import read_rows
from goldspan.run.source import coming_from
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
    held_out_pairs: Sequence[PreferencePair] = (),
    model_at_root: bool = False,
    launcher: Sequence[str] | None = None,
) -> TrainingResult:
    """Score, train and score again; print what was trained on and what came of it.

    Args:
        framework: ``transformers`` or ``trl``.
        start: what to train.
        data: the examples.
        held_out: questions to score before and after; none skips that.
        output: the run's folder, made here.
        settings: of the training.
        held_out_pairs: on which a model that scores answers is measured.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        launcher: options of ``accelerate launch``, which then starts the processes that train.

    Raises:
        Conflict: if the folder holds a run already or is a file; found before anything is
            computed.
        InvalidInput: if the folder cannot be made.
        TrainingError: if the training cannot start or go on.
    """
    if RunFolder.spec_path(output).exists():
        raise Conflict(
            f"{str(output)!r} already holds a run. Choose another output folder; if it was "
            f"interrupted, {resume_line(RunFolder(output))}"
        )
    check_root(output)
    print(f"training on {data.describe()}")
    if data.snapshot is not None:
        print(f"of snapshot {data.snapshot.id}, SHA-256 {data.snapshot.content_hash[:12]}…")
    repeated = asked_before(start.model, data)
    if repeated:
        print(
            f"{repeated} of the {len(data)} are about questions that {start.model} was trained on: "
            "there its own answers may come from memory"
        )
    before: dict[str, Any] = {}
    why_not = ""
    if held_out:
        before, why_not = score_before(framework, start, data, held_out)
    with coming_from(data.snapshot):
        result = run_training(
            start,
            data,
            output,
            settings,
            model_at_root=model_at_root,
            held_out=held_out,
            held_out_pairs=held_out_pairs,
            launcher=launcher,
        )
    print(outcome(result))
    if not result.interrupted:
        after = result.folder.report()["evaluation"]
        if held_out:
            print("\n".join(table(before, after, why_not)))
        if "accuracy" in after:
            print(accuracy(after))
        for warning in after.get("warnings", ()):
            print(f"warning: {warning}")
    return result


def asked_before(model: Any, data: TrainingData) -> int:
    """Count the rows whose question and context a run was trained on, 0 if ``model`` is no run."""
    if not isinstance(model, str | Path) or not RunFolder.spec_path(Path(model)).is_file():
        return 0
    known = {
        (row.get("question_text"), row.get("context"))
        for row in read_rows(RunFolder(Path(model)).data_path, object)
        if isinstance(row, dict)
    }
    rows: list[Demonstration | PreferencePair] = [*data.demonstrations, *data.pairs]
    return sum((row.question_text, row.context) in known for row in rows)


def outcome(result: TrainingResult) -> str:
    """Say how a training ended, and how to go on with one that was interrupted."""
    if result.interrupted:
        return f"interrupted after {result.steps} steps; {resume_line(result.folder)}"
    return (
        f"{result.rows.describe()}\n{result.steps} steps in {result.seconds:.0f} s, "
        f"last loss {result.final_loss:.4g}; the model is in {result.model_dir}"
    )


def accuracy(evaluation: Mapping[str, Any]) -> str:
    """Say how often a model that scores answers gave the preferred one the higher score."""
    found = evaluation["accuracy"]
    return (
        f"accuracy on {evaluation['held_out_pairs']} held-out pairs: "
        f"{found['mean']:.3f} [{found['low']}, {found['high']}]"
    )


def resume_line(folder: RunFolder) -> str:
    """Say which command goes on with a run."""
    return f"`goldspan train {folder.spec.command} --resume {folder.root}` goes on"
