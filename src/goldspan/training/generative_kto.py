"""Training a generative reader on single verdicts, by TRL's own KTO trainer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import KTOConfig

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.verdict import Verdict
from goldspan.errors import InvalidInput
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
from goldspan.training.arguments import trainer_arguments
from goldspan.training.generative_model import load_generative_start, settled
from goldspan.training.generative_prompt import checkpoint_template, prompter_of
from goldspan.training.generative_rows import Row, verdict_rows
from goldspan.training.generative_run import (
    GenerativeRun,
    carry_out_generative_run,
    create_generative_run,
    reopen_generative_run,
)
from goldspan.training.generative_settings import GenerativeKTOSettings
from goldspan.training.processes import launch
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import require_rows
from goldspan.training.tree_trainer import PASSAGE
from goldspan.training.verdict_trainer import VerdictTrainer
from goldspan.training.watch import require_held_out


def train_generative_kto(
    model: Any,
    verdicts: Sequence[Verdict],
    output: Path,
    settings: GenerativeKTOSettings | None = None,
    *,
    tokenizer: Any | None = None,
    template: PromptTemplate | None = None,
    allow_other_prompt: bool = False,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    launcher: Sequence[str] | None = None,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a generative reader on thumbs up and down.

    Args:
        model: as in ``train_generative_dpo``.
        verdicts: good answers and bad ones; at least one of each.
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
        InvalidInput: if all verdicts are the same.
        NothingToTrain: if no verdict is usable.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or GenerativeKTOSettings()
    require_held_out(settings, held_out)
    start = load_generative_start(
        model,
        tokenizer,
        settings.seed,
        (one.context for one in verdicts),
        four_bit=settings.load_in_4bit,
    )
    template = checkpoint_template(start, template, allow_other_prompt)
    settings = settled(settings, start)
    rows, counts = verdict_rows(verdicts, prompter_of(settings, start, template))
    require_rows(counts)
    _require_both_kinds(rows)
    run = create_generative_run(
        output,
        verdicts,
        "kto",
        start,
        settings,
        template,
        tokenizer=tokenizer,
        held_out=held_out,
        model_at_root=model_at_root,
    )
    if launcher is not None:
        return launch(run.folder, launcher)
    return _train(run, rows, counts, on_event)


def resume_generative_kto(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    run = reopen_generative_run(folder, GenerativeKTOSettings)
    rows, counts = verdict_rows(read_rows(folder.data_path, Verdict), run.prompter)
    return _train(run, rows, counts, on_event)


def _train(
    run: GenerativeRun[GenerativeKTOSettings],
    rows: Sequence[Row],
    counts: RowCounts,
    on_event: OnEvent | None,
) -> TrainingResult:
    compared = run.settings.loss_type == "kto"
    trainer = VerdictTrainer(
        reference_path=run.folder.root / "reference.json",
        train_dataset=Dataset.from_list(
            with_other_answers(rows, run.settings.seed) if compared else list(rows)
        ),
        args=_arguments(run.settings, run.folder, rows),
        **run.trainer_parts(),
    )
    facts = {"reference": run.start.parent, "verdicts": _kinds(rows)}
    return carry_out_generative_run(run, trainer, counts, on_event, facts, beta=run.settings.beta)


def with_other_answers(rows: Sequence[Row], seed: int) -> list[Row]:
    """Return the rows, each with an answer to a question about another passage.

    What the model says of it after the row's own prompt measures how far it has moved as a whole.
    Where one passage has more than half of all rows, some of its rows get answers of its own.
    """
    passages = [row.get(PASSAGE, tuple(row["prompt_ids"])) for row in rows]
    names = list(dict.fromkeys(passages))
    random.Random(seed).shuffle(names)
    place = {name: i for i, name in enumerate(names)}
    order = sorted(range(len(rows)), key=lambda i: place[passages[i]])
    # Rows of a passage stand together: so far on, another passage has begun.
    step = max(1, min(max(Counter(passages).values()), len(rows) // 2))
    made = [dict(row) for row in rows]
    for at, i in enumerate(order):
        other = rows[order[(at + step) % len(order)]]
        made[i]["KL_completion_ids"] = other["completion_ids"]
    return made


def _arguments(
    settings: GenerativeKTOSettings, folder: RunFolder, rows: Sequence[Row]
) -> KTOConfig:
    kinds = _kinds(rows)
    balanced = settings.undesirable_weight * kinds["bad"] / kinds["good"]
    return KTOConfig(
        beta=settings.beta,
        loss_type=settings.loss_type,
        desirable_weight=settings.desirable_weight or balanced,
        undesirable_weight=settings.undesirable_weight,
        max_length=None,
        precompute_ref_log_probs=True,
        **trainer_arguments(settings, folder.checkpoints_dir),
    )


def _kinds(rows: Sequence[Row]) -> dict[str, int]:
    good = sum(row["label"] for row in rows)
    return {"good": good, "bad": len(rows) - good}


def _require_both_kinds(rows: Sequence[Row]) -> None:
    kinds = _kinds(rows)
    if not kinds["good"] or not kinds["bad"]:
        raise InvalidInput(
            f"KTO learns from good answers and bad ones, found {kinds['good']} good and "
            f"{kinds['bad']} bad; with good ones alone, use `goldspan train sft`",
            **kinds,
        )
