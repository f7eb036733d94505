"""Direct preference optimisation of a generative reader, by TRL's own trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor
from trl import DPOConfig

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import InvalidSettings, ReferenceMismatch
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
from goldspan.training.alarm import displaced
from goldspan.training.annotators import annotators_of
from goldspan.training.arguments import trainer_arguments
from goldspan.training.events import RunEvents, listener
from goldspan.training.generative_model import load_generative_start, settled
from goldspan.training.generative_prompt import checkpoint_template, prompter_of
from goldspan.training.generative_rows import Row, pair_rows
from goldspan.training.generative_run import (
    GenerativeRun,
    carry_out_generative_run,
    create_generative_run,
    reopen_generative_run,
)
from goldspan.training.generative_settings import (
    PAIRWISE_LOSS_TYPES,
    SMOOTHED_BY_TRL,
    GenerativeDPOSettings,
)
from goldspan.training.preference_trainer import PreferenceTrainer
from goldspan.training.processes import launch
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import require_rows
from goldspan.training.watch import require_held_out

TOLERANCE = 1e-3
"""The largest implicit reward margin before the first step, where all should be 0."""
REMEDY = "Give the loss 'sft' more weight, or take fewer steps"


def train_generative_dpo(
    model: Any,
    pairs: Sequence[PreferencePair],
    output: Path,
    settings: GenerativeDPOSettings | None = None,
    *,
    tokenizer: Any | None = None,
    template: PromptTemplate | None = None,
    allow_other_prompt: bool = False,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    launcher: Sequence[str] | None = None,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a generative reader on preference pairs.

    The reference is the model as it is before the first step.

    Args:
        model: a run's folder, a Hugging Face folder, an adapter's folder, a hub id, or a model
            object, which is trained in place.
        pairs: what people preferred.
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        template: how questions are put; None takes the one that the model was trained with.
        allow_other_prompt: whether ``template`` may differ from that one.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        held_out: questions that the trained reader is scored on; they are not trained on.
        launcher: options of ``accelerate launch``, which then starts the processes that train;
            None trains in this one.
        on_event: gets every event of this process; None shows a progress bar.

    Raises:
        UnusableModel: if the model may not be loaded, or nobody knows its template.
        TemplateMismatch: if ``template`` makes other prompts than the model was trained with.
        InvalidSettings: if the pairs carry what the loss does not know.
        NothingToTrain: if no pair is usable.
        ReferenceMismatch: if the reference is not what training starts from.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or GenerativeDPOSettings()
    require_held_out(settings, held_out)
    start = load_generative_start(
        model,
        tokenizer,
        settings.seed,
        (pair.context for pair in pairs),
        four_bit=settings.load_in_4bit,
    )
    template = checkpoint_template(start, template, allow_other_prompt)
    settings = settled(settings, start)
    _require_known_to_loss(pairs, settings)
    prompter = prompter_of(settings, start, template)
    rows, kept, counts = pair_rows(pairs, prompter, ties=settings.tie_model is not None)
    require_rows(counts)
    run = create_generative_run(
        output,
        pairs,
        "dpo",
        start,
        settings,
        template,
        tokenizer=tokenizer,
        held_out=held_out,
        model_at_root=model_at_root,
    )
    if launcher is not None:
        return launch(run.folder, launcher)
    return _train(run, rows, kept, counts, on_event)


def resume_generative_dpo(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    run = reopen_generative_run(folder, GenerativeDPOSettings)
    pairs = read_rows(folder.data_path, PreferencePair)
    with_ties = run.settings.tie_model is not None
    return _train(run, *pair_rows(pairs, run.prompter, ties=with_ties), on_event)


def _require_known_to_loss(
    pairs: Sequence[PreferencePair], settings: GenerativeDPOSettings
) -> None:
    other = [name for name in settings.loss_type if name not in PAIRWISE_LOSS_TYPES]
    if other and any(pair.label_smoothing or pair.weight != 1.0 for pair in pairs):
        raise InvalidSettings(
            "some pairs carry a label smoothing or a weight of their own, which "
            f"{', '.join(map(repr, other))} cannot take into account; use one of "
            f"{', '.join(PAIRWISE_LOSS_TYPES)}"
        )


def _train(
    run: GenerativeRun[GenerativeDPOSettings],
    made: Sequence[Row],
    kept: Sequence[PreferencePair],
    counts: RowCounts,
    on_event: OnEvent | None,
) -> TrainingResult:
    folder, settings, parent = run.folder, run.settings, run.start.parent
    rows = [
        {
            **row,
            "label_smoothing": pair.label_smoothing or settings.label_smoothing,
            "weight": pair.weight,
            "tie": float(pair.tie),
        }
        for row, pair in zip(made, kept, strict=True)
    ]
    pairwise = set(settings.loss_type) <= set(PAIRWISE_LOSS_TYPES)
    with listener(on_event) as told:
        events = RunEvents(folder, told)
        trainer = PreferenceTrainer(
            rows,
            reference_path=folder.root / "reference.json",
            own_loss=pairwise and any(r["label_smoothing"] or r["weight"] != 1.0 for r in rows),
            tie_model=settings.tie_model,
            on_pairs=lambda stage, done, total: _tell(events, stage, done, total),
            args=_arguments(settings, folder),
            **run.trainer_parts(),
        )
        if folder.last_checkpoint() is None:
            margins = trainer.start_margins()
            events("start_margins", pairs=len(margins), largest=float(margins.abs().max()))
            require_zero(margins, parent)

    def measure() -> Mapping[str, Any]:
        figures = trainer.figures()
        return {"preferences": figures, "warnings": displaced(figures, remedy=REMEDY)}

    facts = {
        "annotators": annotators_of(kept),
        "reference": parent,
        "start_margins": _start_margins(folder),
    }
    return carry_out_generative_run(
        run, trainer, counts, on_event, facts, beta=settings.beta, measure=measure
    )


def _arguments(settings: GenerativeDPOSettings, folder: RunFolder) -> DPOConfig:
    # Without max_length: TRL would cut off the end of a longer row, and no row is longer.
    smoothed = set(settings.loss_type) & set(SMOOTHED_BY_TRL)
    return DPOConfig(
        beta=settings.beta,
        loss_type=list(settings.loss_type),
        loss_weights=list(settings.weights),
        label_smoothing=settings.label_smoothing if smoothed else 0.0,
        max_length=None,
        precompute_ref_log_probs=True,
        **trainer_arguments(settings, folder.checkpoints_dir),
    )


def require_zero(margins: Tensor, reference: str) -> None:
    """Check that policy and reference agree before the first step.

    Args:
        margins: implicit reward margins. Shape: (pairs,)
        reference: names what the reference was loaded from.

    Raises:
        ReferenceMismatch: if some margin is not 0 within ``TOLERANCE``.
    """
    off = margins.abs()
    if not bool((off < TOLERANCE).all()):
        raise ReferenceMismatch(
            f"before the first step every pair's implicit reward margin should be 0 within "
            f"{TOLERANCE}; {int((off >= TOLERANCE).sum())} of {len(margins)} are not, the largest "
            f"is {float(off.max()):.4g}. The reference, {reference!r}, is not what training starts "
            "from: its weights differ, or a dropout is active that cannot be switched off",
            reference=reference,
            largest=float(off.max()),
        )


def _start_margins(folder: RunFolder) -> dict[str, float]:
    """Return what the check before the first step found; a resumed run made it long ago."""
    found = [event for event in folder.events() if event["kind"] == "start_margins"][-1:]
    return {name: found[0][name] for name in ("pairs", "largest")} if found else {}


def _tell(events: RunEvents, stage: str, done: int, total: int) -> None:
    """Write an event, but not for every batch of a long data set."""
    if done == total or done % max(1, total // 20) == 0:
        events("preparing", stage=stage, done=done, total=total)
