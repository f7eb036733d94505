"""Going on with an interrupted training, from its folder alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from goldspan.errors import Conflict
from goldspan.run.folder import RunFolder
from goldspan.training.generative_dpo import resume_generative_dpo
from goldspan.training.generative_kto import resume_generative_kto
from goldspan.training.generative_sft import resume_generative_sft
from goldspan.training.processes import launch
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.reward import resume_reward_model
from goldspan.training.span_dpo import resume_span_dpo
from goldspan.training.span_sft import resume_span_sft

# (reader, command) of a run's spec to who goes on with it.
RECIPES: dict[tuple[str, str], Callable[[RunFolder, OnEvent | None], TrainingResult]] = {
    ("span", "dpo"): resume_span_dpo,
    ("span", "sft"): resume_span_sft,
    ("generative", "sft"): resume_generative_sft,
    ("generative", "dpo"): resume_generative_dpo,
    ("generative", "kto"): resume_generative_kto,
    ("generative", "reward"): resume_reward_model,
}


def resume_training(
    output: Path,
    *,
    launcher: Sequence[str] | None = None,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Go on with a run from its last checkpoint, or from its start where it has none.

    The losses of the steps that are left equal those of an uninterrupted run.

    Args:
        output: the run's folder.
        launcher: options of ``accelerate launch``, which then starts the processes that train.
        on_event: gets every event; None shows a progress bar.

    Raises:
        NotFound: if there is no run.
        Conflict: if the run has ended.
    """
    folder = RunFolder(output)
    if folder.report_path.is_file():
        raise Conflict(f"the run {str(output)!r} has ended; there is nothing left to resume")
    if launcher is not None:
        return launch(folder, launcher)
    return RECIPES[folder.spec.reader, folder.spec.command](folder, on_event)
