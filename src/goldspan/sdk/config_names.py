"""Changing a training's settings by the names that people know from other tools."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar, get_origin, get_type_hints

import msgspec

from goldspan.errors import InvalidSettings
from goldspan.training.generative_settings import GenerativeSettings, default_learning_rate
from goldspan.training.settings import TrainSettings, updated

Settings = TypeVar("Settings", bound=TrainSettings)

_HELD_OUT = "pass train_size to the trainer: the held-out part is scored before and after"
_SMOOTHING = "it is computed for every pair from how the annotators agreed"
_FOLDER = "pass it to train(output_dir=…); a folder that holds a run is never overwritten"
ELSEWHERE: dict[str, str] = {
    "batch_size": "it is per_device_train_batch_size",
    "dataset_text_field": "the column is found by prepare_for_training",
    "epochs": "it is num_train_epochs",
    "eval_strategy": _HELD_OUT,
    "evaluation_strategy": f"transformers renamed it to eval_strategy; {_HELD_OUT}",
    "formatting_func": "it belongs to the TrainingTask",
    "label_smoothing": _SMOOTHING,
    "lr": "it is learning_rate",
    "max_completion_length": "TRL removed it; max_length bounds prompt and answer together",
    "max_prompt_length": "TRL removed it; max_length bounds prompt and answer together",
    "max_seq_length": "TRL renamed it to max_length",
    "no_cuda": "transformers removed it; a GPU is used where there is one",
    "num_epochs": "it is num_train_epochs",
    "output_dir": _FOLDER,
    "overwrite_output_dir": f"transformers removed it; {_FOLDER}",
    "per_gpu_train_batch_size": "transformers renamed it to per_device_train_batch_size",
    "processing_class": "pass tokenizer to the trainer",
    "rpo_alpha": "TRL removed it; the weight of the anchor is sft_weight (span reader) or "
    "loss_weights (generative reader)",
    "tokenizer": "pass it to the trainer itself",
    "warmup_steps": "use warmup_ratio, the share of the steps",
}
"""Names of other tools that are no settings here, and what to do instead."""

TOO_FAST = 100.0
"""A learning rate this many times the recipe's own is warned about."""


def configured(settings: Settings, changes: dict[str, Any]) -> Settings:
    """Return the settings with changes.

    Raises:
        InvalidSettings: if a name is no setting; lists those that are, and says where a name
            that other tools have or had is found here. Also if a value is of the wrong type.
    """
    try:
        return updated(settings, **_typed(settings, changes))
    except InvalidSettings as error:
        known = {field.name for field in fields(settings)}
        advice = [
            f"  {name}: {ELSEWHERE[name]}"
            for name in changes
            if name in ELSEWHERE and name not in known
        ]
        raise InvalidSettings("\n".join([error.message, *advice]), **error.params) from None


def _usual_learning_rate(settings: TrainSettings) -> float:
    if isinstance(settings, GenerativeSettings):
        return default_learning_rate(settings, fresh=False, adapter=settings.use_peft)
    return type(settings)().learning_rate  # type: ignore[call-arg]


def _typed(settings: TrainSettings, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the values in the settings' types; a text may stand for a number or a list.

    Raises:
        InvalidSettings: if a value is of another type.
    """
    types = get_type_hints(type(settings))
    typed: dict[str, Any] = {}
    for name, value in changes.items():
        wanted = types.get(name, Any)
        if get_origin(wanted) is tuple and isinstance(value, str):
            value = value.split(",")
        try:
            typed[name] = msgspec.convert(value, wanted, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidSettings(f"the setting {name!r}: {error}, found {value!r:.80}") from None
    return typed


def too_fast(settings: TrainSettings) -> str | None:
    """Return a warning if the learning rate is far above the recipe's own, else None."""
    usual = _usual_learning_rate(settings)
    times = settings.learning_rate / usual
    if times <= TOO_FAST:
        return None
    harm = (
        "At such steps DPO reaches a perfect preference accuracy at once while the chosen "
        "answers themselves become less likely, and the model forgets how to answer. "
        if hasattr(settings, "beta")
        else "At such steps training mostly destroys what the model has learnt before. "
    )
    return (
        f"learning_rate={settings.learning_rate:g} is {times:,.0f} times the default of this "
        f"training, {usual:g}. {harm}It is used as given; compare the scores before and after."
    )
