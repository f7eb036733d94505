"""Supervised fine-tuning of a generative reader, by TRL's own trainer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
from goldspan.training.arguments import trainer_arguments
from goldspan.training.generative_model import load_generative_start, settled
from goldspan.training.generative_prompt import prompter_of
from goldspan.training.generative_rows import Row, demonstration_rows, text_rows
from goldspan.training.generative_run import (
    GenerativeRun,
    carry_out_generative_run,
    create_generative_run,
    reopen_generative_run,
)
from goldspan.training.generative_settings import GenerativeSFTSettings
from goldspan.training.processes import launch
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import require_rows
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import OnTokens
from goldspan.training.watch import require_held_out


class GenerativeSFTTrainer(OnTokens, SharesPrefixes, SFTTrainer):
    """TRL's trainer on rows that are tokens already, with shared prefixes computed once."""


def train_generative_sft(
    model: Any,
    demonstrations: Sequence[Demonstration],
    output: Path,
    settings: GenerativeSFTSettings | None = None,
    *,
    tokenizer: Any | None = None,
    template: PromptTemplate | None = None,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    launcher: Sequence[str] | None = None,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a generative reader on demonstrations; the loss covers the answers alone.

    Args:
        model: a preset's name, a run's folder, a Hugging Face folder, an adapter's folder, a hub
            id, or a model object, which is trained in place.
        demonstrations: what to learn; those without answers teach to say "not answerable".
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        template: how questions are put; it is saved with the model. None takes the model's own
            if it has one, else the default.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        held_out: questions that the trained reader is scored on; they are not trained on.
        launcher: options of ``accelerate launch``, which then starts the processes that train;
            None trains in this one.
        on_event: gets every event of this process; None shows a progress bar.

    Raises:
        UnusableModel: if the model may not be loaded.
        NothingToTrain: if no demonstration is usable.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or GenerativeSFTSettings()
    require_held_out(settings, held_out)
    start = load_generative_start(
        model,
        tokenizer,
        settings.seed,
        (_preset_text(each) for each in demonstrations),
        four_bit=settings.load_in_4bit,
    )
    template = template or start.template or PromptTemplate()
    settings = settled(settings, start)
    rows, counts = demonstration_rows(demonstrations, prompter_of(settings, start, template))
    require_rows(counts)
    run = create_generative_run(
        output,
        demonstrations,
        "sft",
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


def train_generative_sft_texts(
    model: Any,
    texts: Sequence[str],
    output: Path,
    settings: GenerativeSFTSettings | None = None,
    *,
    tokenizer: Any | None = None,
    model_at_root: bool = False,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a causal language model on whole texts; the loss covers every token.

    For formatting functions with logic inside, where prompt and answer cannot be told apart. No
    template is saved: whoever asks the model has to bring one.

    Args:
        model: as in ``train_generative_sft``.
        texts: one training text each; an end token is added.
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        on_event: gets every event; None shows a progress bar.

    Raises:
        UnusableModel: if the model may not be loaded.
        NothingToTrain: if no text is usable.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or GenerativeSFTSettings()
    start = load_generative_start(
        model, tokenizer, settings.seed, texts, four_bit=settings.load_in_4bit
    )
    settings = settled(settings, start)
    rows, counts = text_rows(texts, prompter_of(settings, start, PromptTemplate()))
    require_rows(counts)
    run = create_generative_run(
        output,
        texts,
        "sft",
        start,
        settings,
        None,
        tokenizer=tokenizer,
        model_at_root=model_at_root,
    )
    return _train(run, rows, counts, on_event)


def resume_generative_sft(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    run = reopen_generative_run(folder, GenerativeSFTSettings)
    if run.template is None:
        rows, counts = text_rows(read_rows(folder.data_path, str), run.prompter)
    else:
        rows, counts = demonstration_rows(read_rows(folder.data_path, Demonstration), run.prompter)
    return _train(run, rows, counts, on_event)


def _preset_text(demonstration: Demonstration) -> str:
    """Return what a preset's tokenizer should know of a demonstration."""
    template = PromptTemplate()
    asked = template.render_prompt(demonstration.question_text, demonstration.context)
    return asked + "".join(template.render_completion(text) for text in demonstration.gold_texts)


def _train(
    run: GenerativeRun[GenerativeSFTSettings],
    rows: Sequence[Row],
    counts: RowCounts,
    on_event: OnEvent | None,
) -> TrainingResult:
    # Without max_length: TRL would cut off the end of a longer row, and no row is longer.
    arguments = trainer_arguments(run.settings, run.folder.checkpoints_dir)
    trainer = GenerativeSFTTrainer(
        args=SFTConfig(max_length=None, packing=False, **arguments),
        train_dataset=Dataset.from_list(list(rows)),
        **run.trainer_parts(),
    )
    facts = {"loss_on": "answers" if run.template else "all tokens"}
    return carry_out_generative_run(run, trainer, counts, on_event, facts)
