"""Which training learns from which examples, behind one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.errors import InvalidInput, InvalidSettings
from goldspan.sdk.training_data import TrainingData
from goldspan.training.generative_settings import (
    GenerativeDPOSettings,
    GenerativeSettings,
    GenerativeSFTSettings,
    RewardSettings,
)
from goldspan.training.result import OnEvent, TrainingResult
from goldspan.training.settings import SpanDPOSettings, SpanSFTSettings, TrainSettings


@dataclass(frozen=True, slots=True)
class Start:
    """What a training starts from.

    Args:
        model: a run's folder, a Hugging Face folder, a hub id, a preset, or a model object.
        tokenizer: an object, folder or hub id; None takes the model's own.
        allow_other_prompt: whether DPO may use another prompt than the checkpoint's.
    """

    model: Any
    tokenizer: Any | None = None
    allow_other_prompt: bool = False


def default_settings(framework: str, data: TrainingData, *, reward: bool = False) -> TrainSettings:
    """Return the settings of the training that fits framework and examples.

    With ``reward`` it is the training of a model that scores answers, in place of one that
    prefers them.

    Raises:
        InvalidInput: if the framework has no such training.
    """
    if reward:
        if framework != "trl":
            raise InvalidInput(
                f"a model that scores answers is trained with framework='trl', found {framework!r}"
            )
        return RewardSettings()
    if framework == "transformers":
        return SpanDPOSettings() if data.pairs else SpanSFTSettings()
    return GenerativeDPOSettings() if data.pairs else GenerativeSFTSettings()


def run_training(
    start: Start,
    data: TrainingData,
    output: Path,
    settings: TrainSettings,
    *,
    model_at_root: bool = False,
    held_out: Sequence[Demonstration] = (),
    held_out_pairs: Sequence[PreferencePair] = (),
    launcher: Sequence[str] | None = None,
    on_event: OnEvent | None = None,
) -> TrainingResult:
    """Train; the settings' class says with which reader and objective.

    A model that scores answers is measured on ``held_out_pairs``, readers on ``held_out``.

    Raises:
        InvalidSettings: if a launcher is asked for where one process alone can train.
        TrainingError: as the training itself does.
    """
    common: dict[str, Any] = {
        "tokenizer": start.tokenizer,
        "model_at_root": model_at_root,
        "on_event": on_event,
    }
    if launcher is not None:
        if data.texts or not isinstance(settings, GenerativeSettings):
            raise InvalidSettings(
                "--launcher is for the generative reader's trainings on questions or preferences; "
                "the span reader trains in one process"
            )
        common["launcher"] = launcher
    match settings:
        case SpanSFTSettings():
            from goldspan.training.span_sft import train_span_sft

            return train_span_sft(
                start.model, data.demonstrations, output, settings, held_out=held_out, **common
            )
        case SpanDPOSettings():
            from goldspan.training.span_dpo import train_span_dpo

            decided = tuple(pair for pair in data.pairs if not pair.tie)
            return train_span_dpo(
                start.model, decided, output, settings, held_out=held_out, **common
            )
        case GenerativeSFTSettings() if data.texts:
            from goldspan.training.generative_sft import train_generative_sft_texts

            texts = [row.text for row in data.texts]
            return train_generative_sft_texts(start.model, texts, output, settings, **common)
        case GenerativeSFTSettings():
            from goldspan.training.generative_sft import train_generative_sft

            return train_generative_sft(
                start.model,
                data.demonstrations,
                output,
                settings,
                template=data.template,
                held_out=held_out,
                **common,
            )
        case GenerativeDPOSettings():
            from goldspan.training.generative_dpo import train_generative_dpo

            return train_generative_dpo(
                start.model,
                data.pairs,
                output,
                settings,
                template=data.template,
                allow_other_prompt=start.allow_other_prompt,
                held_out=held_out,
                **common,
            )
        case RewardSettings():
            from goldspan.training.reward import train_reward_model

            return train_reward_model(
                start.model,
                data.pairs,
                output,
                settings,
                template=data.template,
                held_out=held_out_pairs,
                **common,
            )
    raise AssertionError(f"no training has settings of the class {type(settings).__name__}")
