"""Settings of a training: frozen, named as in Hugging Face's ``TrainingArguments``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, ClassVar, Literal, TypeVar

from goldspan.errors import InvalidSettings

Settings = TypeVar("Settings", bound="TrainSettings")

TRACKERS = ("tensorboard", "trackio", "wandb", "mlflow")
"""Where a training can be watched from elsewhere; each is the package's name, too."""


@dataclass(frozen=True, kw_only=True)
class TrainSettings:
    """What every training has in common.

    Args:
        learning_rate: the optimiser's peak step size, > 0.
        num_train_epochs: passes over the rows; fractions are allowed.
        max_steps: optimiser steps; where > 0 it replaces ``num_train_epochs``.
        per_device_train_batch_size: rows in one forward pass of one process.
        gradient_accumulation_steps: forward passes in one optimiser step.
        lr_scheduler_type: how the learning rate falls, by transformers' names.
        warmup_ratio: share of the steps in which the learning rate rises from 0, 0 to 1.
        weight_decay: AdamW's, on all weights but biases and layer norms.
        max_grad_norm: gradients are scaled down to this norm; 0 leaves them alone.
        logging_steps: optimiser steps from one ``step`` event to the next.
        save_steps: optimiser steps from one checkpoint to the next; below 1 it is a share of
            the run, so that a short run is saved too.
        save_total_limit: checkpoints kept, the newest ones.
        seed: of shuffling, fresh weights and dropout.
        report_to: trackers that the trainer reports to, by transformers' names, such as
            ``tensorboard``, ``trackio``, ``wandb`` or ``mlflow``; none unless asked for.
    """

    learning_rate: float
    num_train_epochs: float = 1.0
    max_steps: int = -1
    per_device_train_batch_size: int = 8
    gradient_accumulation_steps: int = 1
    lr_scheduler_type: str = "linear"
    warmup_ratio: float = 0.06
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    logging_steps: int = 10
    save_steps: float = 0.25
    save_total_limit: int = 2
    seed: int = 42
    report_to: tuple[str, ...] = ()

    REMOVED: ClassVar[Mapping[str, str]] = {}
    """Settings that older versions of the libraries had, and what stands in their place."""

    def __post_init__(self) -> None:
        """Check the trackers at once, before anything is loaded.

        Raises:
            InvalidSettings: if a tracker is not known or not installed.
        """
        given = (self.report_to,) if isinstance(self.report_to, str) else tuple(self.report_to)
        object.__setattr__(self, "report_to", given)
        for name in given:
            if name not in TRACKERS:
                raise InvalidSettings(
                    f"report_to takes {', '.join(TRACKERS)}; found {name!r}", unknown=[name]
                )
            if find_spec(name) is None:
                raise InvalidSettings(
                    f"report_to={name!r} needs a package that is not installed: pip install {name}"
                )


@dataclass(frozen=True, kw_only=True)
class SpanSFTSettings(TrainSettings):
    """Training a span reader on demonstrations.

    Args:
        max_length: tokens of one model input at most; never above the model's own limit.
        max_question_length: tokens kept of a question; a window's size does not depend on the
            question, it is ``max_length - max_question_length`` less the special tokens.
        doc_stride: tokens that neighbouring windows share.
        max_answer_length: tokens of an answer at most, in the trained reader's search.
        dropout: whether the model's own dropout is on. Over one pass it costs CPU time and a third
            of what would have been learned (docs/experiments.md); over many passes it may pay.
        negatives: questions without an answer to add, per demonstration, 0 to 1: each asked of
            another passage of its article that does not hold its answer.
        empty_windows: of a passage of several windows, so many at most that do not hold the answer
            are trained on too, as "not answerable here".
        tune: whether temperature and threshold are learnt from the held-out questions afterwards,
            where there are enough of them.
    """

    learning_rate: float = 2e-4
    max_length: int = 384
    max_question_length: int = 64
    doc_stride: int = 128
    max_answer_length: int = 30
    dropout: bool = False
    negatives: float = 0.0
    empty_windows: int = 0
    tune: bool = True


@dataclass(frozen=True, kw_only=True)
class SpanDPOSettings(TrainSettings):
    """Training a span reader on preference pairs; windows are those it was trained with before.

    Args:
        beta: strength of the pull to the reference, > 0. Under Adam beta / (2 * sft_weight) is
            what matters; 0.05 to 0.25 is safe.
        sft_weight: factor of the anchor −log π(chosen). At 0 the reader forgets how to read.
        loss_type: ``sigmoid`` (DPO), ``ipo`` or ``hinge``.
        tune: whether temperature and threshold are learnt anew from the held-out questions
            afterwards, where there are enough of them; else the reader keeps those it had.
    """

    learning_rate: float = 5e-5
    beta: float = 0.1
    sft_weight: float = 1.0
    loss_type: Literal["sigmoid", "ipo", "hinge"] = "sigmoid"
    tune: bool = True


def updated(settings: Settings, **changes: Any) -> Settings:
    """Return the settings with some of them changed.

    Raises:
        InvalidSettings: if a name is not a setting; lists those that are.
    """
    known = sorted(field.name for field in fields(settings))
    unknown = sorted(changes.keys() - set(known))
    if unknown:
        gone = [f"{name}: {settings.REMOVED[name]}" for name in unknown if name in settings.REMOVED]
        close = [match for name in unknown for match in get_close_matches(name, known, 1)]
        hint = f" Did you mean {', '.join(map(repr, close))}?" if close else ""
        hint = f" {'; '.join(gone)}." if gone else hint
        raise InvalidSettings(
            f"{type(settings).__name__} has no setting {', '.join(map(repr, unknown))}.{hint} "
            f"It has: {', '.join(known)}",
            unknown=unknown,
            known=known,
        )
    return replace(settings, **changes)
