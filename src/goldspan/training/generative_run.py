"""A generative reader's training from its folder to its report: what all its recipes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic

from transformers import TrainerCallback

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.verdict import Verdict
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter
from goldspan.run.folder import Command, RunFolder
from goldspan.run.rows import RowCounts
from goldspan.training.alarm import ChosenAlarm
from goldspan.training.events import RunEvents
from goldspan.training.generative_check import check_saved
from goldspan.training.generative_model import (
    GenerativeStart,
    keep_start,
    load_generative_start,
    lora_config,
    save_trained,
    trained_share,
)
from goldspan.training.generative_prompt import reading_config
from goldspan.training.generative_settings import SWITCHED_OFF, AnyGenerativeSettings
from goldspan.training.held_out import freeze_held_out
from goldspan.training.processes import whole_weights
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import carry_out, create_run, restore_settings, start_of
from goldspan.training.watch import Quiz, watchers_of


@dataclass(frozen=True, slots=True)
class GenerativeRun(Generic[AnyGenerativeSettings]):
    """A run that can be trained, in the process that made it or in one that resumes it.

    Args:
        folder: the run's, with its rows frozen in it.
        start: what training starts from.
        settings: of the training.
        template: how questions are put; None where whole texts are learnt.
    """

    folder: RunFolder
    start: GenerativeStart
    settings: AnyGenerativeSettings
    template: PromptTemplate | None

    @property
    def config(self) -> GenerativeReaderConfig:
        """The lengths of prompts, windows and answers."""
        return reading_config(self.settings, self.start)

    @property
    def prompter(self) -> Prompter:
        """What makes prompts, and windows of passages."""
        return Prompter(self.start.tokenizer, self.template or PromptTemplate(), self.config)

    def trainer_parts(self) -> dict[str, Any]:
        """Return what every trainer that shares prefixes is built of, beside data and arguments."""
        return {
            "model": self.start.model,
            "processing_class": self.start.tokenizer,
            "peft_config": lora_config(self.settings, self.start),
            "why_plain": None if self.settings.share_prefixes else SWITCHED_OFF,
            "tokens_per_batch": self.settings.tokens_per_batch,
        }


def create_generative_run(
    output: Path,
    rows: Sequence[Demonstration | PreferencePair | Verdict | str],
    command: Command,
    start: GenerativeStart,
    settings: AnyGenerativeSettings,
    template: PromptTemplate | None,
    *,
    tokenizer: Any | None,
    held_out: Sequence[Demonstration] = (),
    model_at_root: bool = False,
) -> GenerativeRun[AnyGenerativeSettings]:
    """Make a run's folder, with all in it that training needs.

    Args:
        output: the folder.
        rows: what is trained on.
        command: names the recipe.
        start: what training starts from.
        settings: of the training.
        template: how questions are put; None where whole texts are learnt.
        tokenizer: the caller's, if one was given in place of the model's own.
        held_out: questions that the trained reader is scored on.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.

    Raises:
        Conflict: if the folder holds a run already.
    """
    folder = create_run(
        output,
        rows,
        command=command,
        reader="generative",
        parent=start.parent,
        settings=settings,
        template=None if template is None else asdict(template),
        model_at_root=model_at_root,
    )
    keep_start(folder, start, tokenizer)
    freeze_held_out(folder, held_out)
    return GenerativeRun(folder, start, settings, template)


def reopen_generative_run(
    folder: RunFolder, kind: type[AnyGenerativeSettings]
) -> GenerativeRun[AnyGenerativeSettings]:
    """Return a run that was made before, from its folder alone."""
    settings = restore_settings(folder, kind)
    start = load_generative_start(
        start_of(folder), None, settings.seed, four_bit=settings.load_in_4bit
    )
    saved = folder.spec.template
    return GenerativeRun(
        folder, start, settings, None if saved is None else PromptTemplate(**saved)
    )


def carry_out_generative_run(
    run: GenerativeRun[AnyGenerativeSettings],
    trainer: Any,
    counts: RowCounts,
    on_event: OnEvent | None,
    facts: Mapping[str, Any],
    *,
    beta: float | None = None,
    measure: Callable[[], Mapping[str, Any]] | None = None,
) -> TrainingResult:
    """Train, save, check what was saved, and report.

    Args:
        run: what is trained.
        trainer: its trainer.
        counts: what became of the rows.
        on_event: gets every event; None shows a progress bar.
        facts: what the report says beside what it says of every generative reader's training.
        beta: strength of the pull to the reference, where there is one: an alarm then sounds when
            preferred answers become less likely.
        measure: called before the model is saved, which merges adapters; what it returns goes
            into the evaluation.
    """
    folder, start, config = run.folder, run.start, run.config
    measured: dict[str, Any] = {}

    def save(_: Path) -> None:
        measured.update(measure() if measure else {})
        weights = whole_weights(trainer)
        save_trained(trainer.model, start.tokenizer, run.template, config, folder, start, weights)

    def watchers(events: RunEvents) -> list[TrainerCallback]:
        alarm = [] if beta is None else [ChosenAlarm(events, beta)]
        if run.template is None:
            return [*alarm]
        asked = partial(Quiz, trainer.model, start.tokenizer, run.template, config)
        return [*alarm, *watchers_of(folder, run.settings, events, asked)]

    def after() -> Mapping[str, Any]:
        found = {**check_saved(folder, run.template), **measured}
        warnings = [*found.get("warnings", ()), *measured.get("warnings", ())]
        return {**found, "warnings": warnings} if found else {}

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=save,
        on_event=on_event,
        watchers=watchers,
        facts={**reading_facts(run, trainer), **facts},
        after=after,
    )


def reading_facts(run: GenerativeRun[AnyGenerativeSettings], trainer: Any) -> dict[str, Any]:
    """Return what a report says of every generative reader's training."""
    return {
        "reading": asdict(run.config),
        "trained": trained_share(trainer.model),
        "prefixes_shared": trainer.why_plain is None,
        "why_prefixes_not_shared": trainer.why_plain,
    }
