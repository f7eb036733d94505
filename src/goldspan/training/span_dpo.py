"""Direct preference optimisation of a span reader.

The policy is the reader's own distribution over the spans of all windows of a question's text and
"not answerable" (``span_policy``). The reference is the reader as it was at the start, kept as two
log-probabilities a pair. Chosen and rejected share their input, so the normaliser cancels in the
margin and nothing but the anchor −log π(chosen) holds the other spans down.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from transformers import Trainer, TrainingArguments

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.errors import InvalidSettings, UnusableModel
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig, length_limit
from goldspan.run.folder import RunFolder
from goldspan.run.rows import RowCounts, read_rows
from goldspan.training.alarm import displaced
from goldspan.training.arguments import trainer_arguments
from goldspan.training.held_out import freeze_held_out
from goldspan.training.losses import (
    hinge_loss,
    ipo_loss,
    nll_anchor,
    reward_margins,
    sigmoid_loss,
)
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.runs import (
    carry_out,
    create_run,
    require_rows,
    restore_settings,
)
from goldspan.training.sampler import LengthGroupedSampler
from goldspan.training.settings import SpanDPOSettings
from goldspan.training.span_model import (
    SpanStart,
    keep_start,
    load_start,
    reload_start,
    save_span_model,
)
from goldspan.training.span_pairs import PairCollator, QuestionPairs, prepare_pairs
from goldspan.training.span_policy import NO_ANSWER, joint_logps
from goldspan.training.span_reference import (
    ReferenceLogps,
    against_reference,
    reference_of,
)
from goldspan.training.span_sft import NO_ANSWER_THRESHOLD
from goldspan.training.span_tuning import measure_run

LOSS_TYPES = ("sigmoid", "ipo", "hinge")
WINDOWS_A_QUESTION = 2
"""Windows in memory at once, for each question of a batch: those of long passages take turns."""
REMEDY = "Other spans took their place; use sft_weight=1.0, or a smaller learning rate"


class SpanDPOTrainer(Trainer):
    """The stock trainer with DPO's loss over spans; dropout is off throughout.

    Args:
        rows: one a question; a batch counts questions.
        settings: beta, the anchor's weight and the loss.
        max_answer_length: tokens of a span at most.
        arguments: what ``Trainer`` takes.
    """

    def __init__(
        self,
        rows: Sequence[QuestionPairs],
        settings: SpanDPOSettings,
        max_answer_length: int,
        **arguments: Any,
    ) -> None:
        super().__init__(train_dataset=rows, **arguments)
        self._rows = rows
        self._settings = settings
        self._max_answer_length = max_answer_length
        self._figures: dict[str, list[float]] = defaultdict(list)
        self.loss_is_scaled_for_ga = False

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:
        lengths = [row.length for row in self._rows]
        return LengthGroupedSampler(lengths, self.args.per_device_train_batch_size, self.args.seed)

    def compute_loss(
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, **_: Any
    ) -> Any:
        """Return the mean over the batch's questions of their pairs' weighted mean loss."""
        # Policy and reference have to see the same network: no dropout.
        model.eval()
        logps = self._logps(model, inputs)
        reference, share = inputs["reference_logps"], inputs["share"]
        margins = self._margins(logps, reference)
        preference = self._preference_loss(margins, inputs["label_smoothing"])
        anchor = nll_anchor(logps[:, 0])
        questions = int(inputs["pair_question"].max()) + 1
        loss = (share * (preference + self._settings.sft_weight * anchor)).sum() / questions
        self._note(margins, logps, preference)
        return (loss, {"margins": margins}) if return_outputs else loss

    def _preference_loss(self, margins: Tensor, label_smoothing: Tensor) -> Tensor:
        if self._settings.loss_type == "ipo":
            return ipo_loss(margins, self._settings.beta)
        if self._settings.loss_type == "hinge":
            return hinge_loss(margins)
        return sigmoid_loss(margins, label_smoothing)

    def _margins(self, logps: Tensor, reference: Tensor) -> Tensor:
        return reward_margins(
            logps[:, 0], logps[:, 1], reference[:, 0], reference[:, 1], self._settings.beta
        )

    def _logps(self, model: Any, inputs: dict[str, Tensor]) -> Tensor:
        own = ("answer_tokens", "no_answer", "question", "places", "pair_question")
        extra = ("reference_logps", "label_smoothing", "share")
        features = {k: v for k, v in inputs.items() if k not in own + extra}
        at_once = WINDOWS_A_QUESTION * self.args.per_device_train_batch_size
        return joint_logps(
            *read_windows(model, features, at_once),
            max_answer_length=self._max_answer_length,
            **{name: inputs[name] for name in own},
        )

    def _note(self, margins: Tensor, logps: Tensor, preference: Tensor) -> None:
        figures = {
            "rewards/margins": margins,
            "rewards/accuracies": (margins > 0).float(),
            "logps/chosen": logps[:, 0],
            "logps/rejected": logps[:, 1],
            "preference_loss": preference,
        }
        for name, values in figures.items():
            self._figures[name] += values.detach().tolist()

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the means since the last log to what is logged."""
        means = {name: sum(found) / len(found) for name, found in self._figures.items() if found}
        self._figures.clear()
        super().log({**logs, **means}, start_time)

    @torch.no_grad()
    def all_logps(self) -> list[ReferenceLogps]:
        """Return the present policy's log-probabilities of all pairs, by their numbers."""
        self.model.eval()
        rows = sorted(self._rows, key=lambda row: -row.length)
        found: dict[int, ReferenceLogps] = {}
        for first in range(0, len(rows), self.args.per_device_train_batch_size):
            batch = rows[first : first + self.args.per_device_train_batch_size]
            logps = self._logps(self.model, self._prepare_inputs(self.data_collator(batch)))
            pairs = [pair for row in batch for pair in row.pairs]
            for pair, (chosen, rejected) in zip(pairs, logps.tolist(), strict=True):
                found[pair.number] = ReferenceLogps(chosen, rejected)
        return [found[number] for number in range(len(found))]


def read_windows(model: Any, features: dict[str, Tensor], at_once: int) -> tuple[Tensor, Tensor]:
    """Return the start and end logits of all windows of a batch.

    Of more windows than may be read at once, what lies between their inputs and logits is not kept
    but computed again for the gradient: a third more work in the memory of a few windows.

    Args:
        model: with dropout off.
        features: its inputs, each of the shape (windows, tokens).
        at_once: windows of one forward pass, >= 1.

    Returns:
        Two tensors of the shape (windows, tokens).
    """

    def read(part: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        output = model(**part)
        return output.start_logits, output.end_logits

    windows = len(features["input_ids"])
    if windows <= at_once:
        return read(features)
    parts = [
        {name: values[first : first + at_once] for name, values in features.items()}
        for first in range(0, windows, at_once)
    ]
    # Without dropout nothing is drawn, so no random state has to be kept.
    found = [
        checkpoint(read, each, use_reentrant=False, preserve_rng_state=False) for each in parts
    ]
    starts, ends = zip(*found, strict=True)
    return torch.cat(starts), torch.cat(ends)


def train_span_dpo(
    model: Any,
    pairs: Sequence[PreferencePair],
    output: Path,
    settings: SpanDPOSettings | None = None,
    *,
    tokenizer: Any | None = None,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train a span reader on preference pairs; the reader as it is now is the reference.

    Args:
        model: a trained reader: a run's folder, a Hugging Face folder, a hub id, or a model
            object, which is trained in place.
        pairs: what people preferred; ``label_smoothing`` and ``weight`` of each are used.
        output: the run's folder, made here.
        settings: of the training; None takes the defaults.
        tokenizer: an object, folder or hub id; None takes the model's own.
        model_at_root: whether the model goes into ``output`` itself instead of ``model/``.
        held_out: questions that the trained reader is scored on and, with ``tune``, learns
            temperature and threshold from; they are not trained on.
        on_event: gets every event; None shows a progress bar.

    Raises:
        InvalidSettings: if beta, the anchor's weight or the loss is out of range.
        UnusableModel: if the model may not be loaded or is no trained reader.
        NothingToTrain: if no pair is usable.
        ReferenceMismatch: if policy and reference disagree before the first step.
        Conflict: if ``output`` holds a run already.
    """
    settings = settings or SpanDPOSettings()
    _check(settings)
    start = load_start(model, tokenizer, settings.seed)
    if start.fresh:
        raise UnusableModel(
            f"DPO starts from a trained reader, but {start.parent!r} has no trained "
            "question-answering head; train it on demonstrations first",
            model=start.parent,
        )
    rows, counts, config = _prepare(start, pairs)
    folder = create_run(
        output,
        pairs,
        command="dpo",
        reader="span",
        parent=start.parent,
        settings=settings,
        model_at_root=model_at_root,
    )
    keep_start(folder, start, tokenizer_given=tokenizer is not None)
    freeze_held_out(folder, held_out)
    return _train(folder, start, rows, counts, config, settings, on_event)


def resume_span_dpo(folder: RunFolder, on_event: OnEvent | None = None) -> TrainingResult:
    """Go on with an interrupted run, from its folder alone."""
    settings = restore_settings(folder, SpanDPOSettings)
    start = reload_start(folder)
    rows, counts, config = _prepare(start, read_rows(folder.data_path, PreferencePair))
    return _train(folder, start, rows, counts, config, settings, on_event)


def _check(settings: SpanDPOSettings) -> None:
    if not settings.beta > 0:
        raise InvalidSettings(f"beta should be above 0, found {settings.beta!r}")
    if settings.sft_weight < 0:
        raise InvalidSettings(f"sft_weight should be at least 0, found {settings.sft_weight!r}")
    if settings.loss_type not in LOSS_TYPES:
        raise InvalidSettings(
            f"loss_type should be one of {', '.join(LOSS_TYPES)}, found {settings.loss_type!r}"
        )
    if settings.sft_weight == 0:
        warnings.warn(
            "sft_weight is 0: without the anchor −log π(chosen), DPO makes spans likelier that "
            "nobody chose. Measured on SQuAD, the reader loses 8 points of F1 while its reward "
            "accuracy rises. Use sft_weight=1.0 unless you want to see that",
            stacklevel=3,
        )


def _prepare(
    start: SpanStart, pairs: Sequence[PreferencePair]
) -> tuple[list[QuestionPairs], RowCounts, SpanReaderConfig]:
    config = start.config.limited_to(length_limit(start.model, start.tokenizer))
    encoder = SpanEncoder(start.tokenizer, config)
    rows, counts = prepare_pairs(pairs, encoder, config.max_answer_length)
    require_rows(counts)
    abstains = any(pair.chosen == (NO_ANSWER,) for row in rows for pair in row.pairs)
    if abstains and config.no_answer_threshold is None:
        config = replace(config, no_answer_threshold=NO_ANSWER_THRESHOLD)
    return rows, counts, config


def _train(
    folder: RunFolder,
    start: SpanStart,
    rows: Sequence[QuestionPairs],
    counts: RowCounts,
    config: SpanReaderConfig,
    settings: SpanDPOSettings,
    on_event: OnEvent | None,
) -> TrainingResult:
    arguments = trainer_arguments(settings, folder.checkpoints_dir)
    # Differences of log-probabilities are small; bfloat16 would drown them.
    arguments["bf16"] = False
    collator = PairCollator(start.tokenizer)
    trainer = SpanDPOTrainer(
        rows,
        settings,
        config.max_answer_length,
        model=start.model,
        args=TrainingArguments(remove_unused_columns=False, **arguments),
        data_collator=collator,
        processing_class=start.tokenizer,
    )
    reference = reference_of(folder, trainer.all_logps, settings.beta)
    collator.reference = reference.logps
    facts = {
        "reference": reference.name,
        "start_margins": {"largest": reference.step0_margin, "pairs": len(reference.logps)},
        "reading": asdict(config),
    }

    def after() -> Mapping[str, Any]:
        figures = against_reference(reference.logps, trainer.all_logps(), settings.beta)
        reader = SpanReader(start.model, start.tokenizer, config, name=folder.spec.id)
        tuned, scores = measure_run(folder, reader, tune=settings.tune)
        facts["reading"] = asdict(tuned)
        return {
            **scores,
            "preferences": figures,
            "warnings": displaced(figures, remedy=REMEDY),
        }

    return carry_out(
        folder,
        trainer,
        counts,
        save_model=lambda where: save_span_model(start.model, start.tokenizer, config, where),
        on_event=on_event,
        facts=facts,
        after=after,
    )
