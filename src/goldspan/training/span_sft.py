"""Supervised fine-tuning of a span reader: −log Σ P(start) · P(end) over a question's answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import Tensor
from transformers import Trainer, TrainingArguments

from goldspan.domain.demonstration import Demonstration
from goldspan.errors import InvalidSettings
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig, length_limit
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
from goldspan.training.arguments import trainer_arguments
from goldspan.training.held_out import freeze_held_out
from goldspan.training.losses import span_nll
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import (
    carry_out,
    create_run,
    require_rows,
    restore_settings,
)
from goldspan.training.sampler import LengthGroupedSampler
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_model import (
    SpanStart,
    fresh_weights,
    keep_start,
    load_start,
    reload_start,
    save_span_model,
)
from goldspan.training.span_negatives import neighbouring_negatives
from goldspan.training.span_rows import SpanCollator, SpanRow, prepare_rows
from goldspan.training.span_tuning import measure_run

# A reader that has seen unanswerable questions says so when that is likelier than not.
NO_ANSWER_THRESHOLD = 0.5


class SpanSFTTrainer(Trainer):
    """The stock trainer with the objective above and batches of like length."""

    def __init__(self, rows: Sequence[SpanRow], *, dropout: bool, **arguments: Any) -> None:
        super().__init__(train_dataset=rows, **arguments)
        self._dropout = dropout
        self._lengths = [row.window.length for row in rows]
        # The loss is a mean over the batch: accumulated batches have still to be averaged.
        self.loss_is_scaled_for_ga = False

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:
        return LengthGroupedSampler(
            self._lengths, self.args.per_device_train_batch_size, self.args.seed
        )

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, **_: Any
    ) -> Any:
        """Return the mean loss of a batch made by ``SpanCollator``."""
        model.train(self._dropout)
        inputs = dict(inputs)
        valid, starts, ends = (inputs.pop(name) for name in ("valid", "starts", "ends"))
        output = model(**inputs)
        loss = span_nll(output.start_logits, output.end_logits, valid, starts, ends).mean()
        return (loss, output) if return_outputs else loss


def train_span_sft(
    model: Any,
    demonstrations: Sequence[Demonstration],
    output: Path,
    settings: SpanSFTSettings | None = None,
    *,
    tokenizer: Any | None = None,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a span reader on demonstrations.

    Args:
        model: a run's folder, a Hugging Face folder, a hub id, or a model object, which is
            trained in place. An encoder without a question-answering head gets a fresh one.
        demonstrations: what to learn; those without answers teach to say "not answerable".
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        held_out: questions that the trained reader is scored on and, with ``tune``, learns
            temperature and threshold from; they are not trained on.
        on_event: gets every event; None shows a progress bar.

    Raises:
        InvalidSettings: if negatives or empty windows are out of range.
        UnusableModel: if the model may not be loaded.
        NothingToTrain: if no demonstration is usable.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or SpanSFTSettings()
    start = load_start(model, tokenizer, settings.seed)
    rows, counts, config = _prepare(start, demonstrations, settings)
    folder = create_run(
        output,
        demonstrations,
        command="sft",
        reader="span",
        parent=start.parent,
        settings=settings,
        model_at_root=model_at_root,
    )
    keep_start(folder, start, tokenizer_given=tokenizer is not None)
    freeze_held_out(folder, held_out)
    return _train(folder, start, rows, counts, config, settings, on_event)


def resume_span_sft(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    settings = restore_settings(folder, SpanSFTSettings)
    start = reload_start(folder)
    demonstrations = read_rows(folder.data_path, Demonstration)
    rows, counts, config = _prepare(start, demonstrations, settings)
    return _train(folder, start, rows, counts, config, settings, on_event)


def _prepare(
    start: SpanStart, demonstrations: Sequence[Demonstration], settings: SpanSFTSettings
) -> tuple[list[SpanRow], RowCounts, SpanReaderConfig]:
    config = SpanReaderConfig(
        max_length=settings.max_length,
        max_question_length=settings.max_question_length,
        doc_stride=settings.doc_stride,
        max_answer_length=settings.max_answer_length,
        no_answer_threshold=start.config.no_answer_threshold,
        # A threshold means what it says only with the scale that it was learnt with.
        no_answer_scale=start.config.no_answer_scale,
        no_answer_offset=start.config.no_answer_offset,
    ).limited_to(length_limit(start.model, start.tokenizer))
    if not 0.0 <= settings.negatives <= 1.0:
        raise InvalidSettings(f"negatives lies between 0 and 1, found {settings.negatives!r}")
    if settings.empty_windows < 0:
        raise InvalidSettings(
            f"empty_windows should be at least 0, found {settings.empty_windows!r}"
        )
    negatives = neighbouring_negatives(demonstrations, settings.negatives, settings.seed)
    learnt = [*demonstrations, *negatives]
    rows, counts = prepare_rows(
        learnt,
        SpanEncoder(start.tokenizer, config),
        empty_windows=settings.empty_windows,
        seed=settings.seed,
    )
    require_rows(counts)
    # Windows without the answer of an answerable question teach no silence about the whole.
    if any(not d.answerable and d.context for d in learnt):
        config = replace(
            config,
            no_answer_threshold=NO_ANSWER_THRESHOLD,
            no_answer_scale=1.0,
            no_answer_offset=0.0,
        )
    return rows, counts, config


def _train(
    folder: RunFolder,
    start: SpanStart,
    rows: Sequence[SpanRow],
    counts: RowCounts,
    config: SpanReaderConfig,
    settings: SpanSFTSettings,
    on_event: OnEvent | None,
) -> TrainingResult:
    arguments = trainer_arguments(settings, folder.checkpoints_dir)
    trainer = SpanSFTTrainer(
        rows,
        dropout=settings.dropout,
        model=start.model,
        args=TrainingArguments(remove_unused_columns=False, **arguments),
        data_collator=SpanCollator(start.tokenizer),
        processing_class=start.tokenizer,
    )

    facts = {"fresh_weights": fresh_weights(folder), "reading": asdict(config)}

    def after() -> Mapping[str, Any]:
        reader = SpanReader(start.model, start.tokenizer, config, name=folder.spec.id)
        tuned, figures = measure_run(folder, reader, tune=settings.tune)
        facts["reading"] = asdict(tuned)
        return figures

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=lambda where: save_span_model(start.model, start.tokenizer, config, where),
        on_event=on_event,
        facts=facts,
        after=after,
    )
