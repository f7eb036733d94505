"""Training a generative reader on single verdicts, by TRL's own KTO trainer."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import PeftModel
from transformers import TrainerCallback
from trl import KTOConfig, KTOTrainer

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.verdict import Verdict
from goldspan.errors import InvalidInput
from goldspan.run.folder import RunFolder
from goldspan.run.rows import read_rows
from goldspan.training.alarm import ChosenAlarm
from goldspan.training.arguments import trainer_arguments
from goldspan.training.events import RunEvents
from goldspan.training.generative_check import check_saved
from goldspan.training.generative_model import (
    GenerativeStart,
    keep_start,
    load_generative_start,
    lora_config,
    save_trained,
    settled,
    trained_share,
)
from goldspan.training.generative_prompt import checkpoint_template, prompter_of
from goldspan.training.generative_rows import Row, verdict_rows
from goldspan.training.generative_settings import GenerativeKTOSettings
from goldspan.training.held_out import freeze_held_out
from goldspan.training.processes import launch, whole_weights
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import (
    carry_out,
    create_run,
    require_rows,
    restore_settings,
    start_of,
)
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import Unobserved
from goldspan.training.watch import Quiz, require_held_out, watchers_of

NOT_SHARED = "KTO reads every answer after another row's prompt, too"


class VerdictTrainer(Unobserved, SharesPrefixes, KTOTrainer):
    """TRL's trainer on rows that are tokens already.

    The reference is what the model says before the first step. Prefixes are not shared, but the
    vocabulary is projected only where an answer is scored.
    """

    why_plain = NOT_SHARED

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        # TRL's frozen copy of a trained adapter has served its purpose.
        if isinstance(self.model, PeftModel) and "ref" in self.model.peft_config:
            self.model.delete_adapter("ref")

    def _prepare_dataset(self, dataset: Dataset, *_: Any, **__: Any) -> Dataset:
        return dataset


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
    rows, counts = verdict_rows(verdicts, prompter_of(start, template))
    require_rows(counts)
    _require_both_kinds(rows)
    folder = create_run(
        output,
        verdicts,
        command="kto",
        reader="generative",
        parent=start.parent,
        settings=settings,
        template=asdict(template),
        model_at_root=model_at_root,
    )
    keep_start(folder, start, tokenizer)
    freeze_held_out(folder, held_out)
    if launcher is not None:
        return launch(folder, launcher)
    return _train(folder, start, verdicts, template, settings, on_event)


def resume_generative_kto(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    settings = restore_settings(folder, GenerativeKTOSettings)
    start = load_generative_start(
        start_of(folder), None, settings.seed, four_bit=settings.load_in_4bit
    )
    verdicts = read_rows(folder.data_path, Verdict)
    template = PromptTemplate(**(folder.spec.template or {}))
    return _train(folder, start, verdicts, template, settings, on_event)


def _train(
    folder: RunFolder,
    start: GenerativeStart,
    verdicts: Sequence[Verdict],
    template: PromptTemplate,
    settings: GenerativeKTOSettings,
    on_event: OnEvent | None,
) -> TrainingResult:
    prompter = prompter_of(start, template)
    rows, counts = verdict_rows(verdicts, prompter)
    trainer = VerdictTrainer(
        train_dataset=Dataset.from_list(in_batches(rows, settings)),
        model=start.model,
        args=_arguments(settings, folder, rows),
        processing_class=start.tokenizer,
        peft_config=lora_config(settings, start),
    )
    config = prompter.config

    def save(_: Path) -> None:
        weights = whole_weights(trainer)
        save_trained(trainer.model, start.tokenizer, template, config, folder, start, weights)

    def watchers(events: RunEvents) -> list[TrainerCallback]:
        asked = partial(Quiz, trainer.model, start.tokenizer, template, config)
        alarm = ChosenAlarm(events, settings.beta)
        return [alarm, *watchers_of(folder, settings, events, asked)]

    def after() -> Mapping[str, Any]:
        return check_saved(folder, template)

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=save,
        on_event=on_event,
        watchers=watchers,
        facts={
            "reading": asdict(config),
            "trained": trained_share(trainer.model),
            "prefixes_shared": False,
            "why_prefixes_not_shared": NOT_SHARED,
            "reference": start.parent,
            "verdicts": _kinds(rows),
        },
        after=after,
    )


def in_batches(rows: Sequence[Row], settings: GenerativeKTOSettings) -> list[Row]:
    """Return the rows in their order of training, each with its neighbour's answer.

    Within a batch the answers are moved on by one row: what the model says of an answer to
    another question measures how far it has moved as a whole.
    """
    rows = list(rows)
    random.Random(settings.seed).shuffle(rows)
    size = settings.per_device_train_batch_size
    made = []
    for first in range(0, len(rows), size):
        batch = rows[first : first + size]
        for at, row in enumerate(batch):
            made.append({**row, "KL_completion_ids": batch[at - 1]["completion_ids"]})
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
        train_sampling_strategy="sequential",
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
