"""Supervised fine-tuning of a generative reader, by TRL's own trainer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.prompt import PromptTemplate
from goldspan.reader.generative_config import GenerativeReaderConfig, length_limit
from goldspan.reader.prompting import Prompter
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
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
from goldspan.training.generative_rows import Row, demonstration_rows, text_rows
from goldspan.training.generative_settings import (
    SWITCHED_OFF,
    GenerativeSFTSettings,
)
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


class GenerativeSFTTrainer(Unobserved, SharesPrefixes, SFTTrainer):
    """TRL's trainer on rows that are tokens already, with shared prefixes computed once.

    Args:
        why_plain: why prefixes are not to be shared, if they are not.
        arguments: TRL's.
    """

    def __init__(self, *, why_plain: str | None = None, **arguments: Any) -> None:
        self.why_plain = why_plain
        super().__init__(**arguments)


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
    config = _reader_config(settings, start)
    rows, counts = demonstration_rows(demonstrations, Prompter(start.tokenizer, template, config))
    require_rows(counts)
    folder = create_run(
        output,
        demonstrations,
        command="sft",
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
    return _train(folder, start, rows, counts, template, config, settings, on_event)


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
    config = _reader_config(settings, start)
    rows, counts = text_rows(texts, Prompter(start.tokenizer, PromptTemplate(), config))
    require_rows(counts)
    folder = create_run(
        output,
        texts,
        command="sft",
        reader="generative",
        parent=start.parent,
        settings=settings,
        model_at_root=model_at_root,
    )
    keep_start(folder, start, tokenizer)
    return _train(folder, start, rows, counts, None, config, settings, on_event)


def resume_generative_sft(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    settings = restore_settings(folder, GenerativeSFTSettings)
    start = load_generative_start(
        start_of(folder), None, settings.seed, four_bit=settings.load_in_4bit
    )
    config = _reader_config(settings, start)
    if folder.spec.template is None:
        template = None
        prompter = Prompter(start.tokenizer, PromptTemplate(), config)
        rows, counts = text_rows(read_rows(folder.data_path, str), prompter)
    else:
        template = PromptTemplate(**folder.spec.template)
        prompter = Prompter(start.tokenizer, template, config)
        rows, counts = demonstration_rows(read_rows(folder.data_path, Demonstration), prompter)
    return _train(folder, start, rows, counts, template, config, settings, on_event)


def _preset_text(demonstration: Demonstration) -> str:
    """Return what a preset's tokenizer should know of a demonstration."""
    template = PromptTemplate()
    asked = template.render_prompt(demonstration.question_text, demonstration.context)
    return asked + "".join(template.render_completion(text) for text in demonstration.gold_texts)


def _reader_config(
    settings: GenerativeSFTSettings, start: GenerativeStart
) -> GenerativeReaderConfig:
    return GenerativeReaderConfig(
        max_length=settings.max_length,
        max_question_length=settings.max_question_length,
        doc_stride=settings.doc_stride,
        max_new_tokens=settings.max_new_tokens,
    ).limited_to(length_limit(start.model, start.tokenizer))


def _train(
    folder: RunFolder,
    start: GenerativeStart,
    rows: Sequence[Row],
    counts: RowCounts,
    template: PromptTemplate | None,
    config: GenerativeReaderConfig,
    settings: GenerativeSFTSettings,
    on_event: OnEvent | None,
) -> TrainingResult:
    # Without max_length: TRL would cut off the end of a longer row, and no row is longer.
    arguments = SFTConfig(
        max_length=None, packing=False, **trainer_arguments(settings, folder.checkpoints_dir)
    )
    trainer = GenerativeSFTTrainer(
        model=start.model,
        args=arguments,
        train_dataset=Dataset.from_list(list(rows)),
        processing_class=start.tokenizer,
        peft_config=lora_config(settings, start),
        why_plain=None if settings.share_prefixes else SWITCHED_OFF,
        tokens_per_batch=settings.tokens_per_batch,
    )

    def save(_: Path) -> None:
        weights = whole_weights(trainer)
        save_trained(trainer.model, start.tokenizer, template, config, folder, start, weights)

    def after() -> Mapping[str, Any]:
        return check_saved(folder, template)

    def watchers(events: RunEvents) -> list[TrainerCallback]:
        if template is None:
            return []
        asked = partial(Quiz, trainer.model, start.tokenizer, template, config)
        return watchers_of(folder, settings, events, asked)

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=save,
        on_event=on_event,
        watchers=watchers,
        facts={
            "loss_on": "answers" if template else "all tokens",
            "reading": asdict(config),
            "trained": trained_share(trainer.model),
            "prefixes_shared": trainer.why_plain is None,
            "why_prefixes_not_shared": trainer.why_plain,
        },
        after=after,
    )
