"""Settings of the generative reader's trainings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

from goldspan.errors import InvalidSettings
from goldspan.training.settings import Settings, TrainSettings

LOSS_TYPES = (
    "sigmoid",
    "hinge",
    "ipo",
    "exo_pair",
    "nca_pair",
    "robust",
    "bco_pair",
    "sppo_hard",
    "aot",
    "aot_unpaired",
    "apo_zero",
    "apo_down",
    "discopop",
    "sft",
    "sigmoid_norm",
)
"""The losses of TRL's DPO trainer."""

PAIRWISE_LOSS_TYPES = ("sigmoid", "hinge", "ipo", "robust", "sigmoid_norm", "sft")
"""The losses that know a label smoothing and a weight of each pair's own."""

SMOOTHED_BY_TRL = ("robust", "exo_pair", "aot", "aot_unpaired")
"""The losses in which TRL knows one label smoothing for all pairs."""

SWITCHED_OFF = "switched off by share_prefixes=False"
"""Why a training computes every row apart, if that was asked for."""


@dataclass(frozen=True, kw_only=True)
class GenerativeSettings(TrainSettings):
    """What the generative reader's trainings have in common.

    Args:
        learning_rate: the optimiser's peak step size; 0 takes the kind's own: see
            ``default_learning_rate``.
        use_peft: whether to train LoRA adapters instead of all weights. A model that comes with
            an adapter trains that one, whatever stands here.
        lora_r: rank of the adapters.
        lora_alpha: their scale; alpha / r is what counts.
        lora_dropout: share of their inputs dropped, 0 to 1.
        lora_target_modules: names of the layers to adapt; none means every linear layer but the
            last one.
        share_prefixes: whether a passage that several rows of a batch read is computed once.
            Losses and gradients stay the same; batches hold whole passages instead of rows at
            random. Models for which this is not proven compute every row.
        tokens_per_batch: where > 0, a forward pass of a training that shares prefixes holds
            whole passages of up to this many tokens to compute, instead of
            ``per_device_train_batch_size`` rows.
        load_in_4bit: whether the model is held in 4 bits while adapters are trained on it
            (QLoRA, arXiv 2305.14314); needs ``use_peft``, a CUDA device and bitsandbytes.
        eval_steps: optimiser steps from one measurement on held-out questions to the next; below
            1 it is a share of the run, 0 measures at the end alone.
        eval_questions: held-out questions that are asked then, at most.
        early_stopping_patience: measurements without a gain in F1 after which the training ends,
            and the best weights are kept; 0 never ends it. Needs ``eval_steps`` and held-out
            questions.
    """

    learning_rate: float = 0.0
    use_peft: bool = False
    lora_r: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    lora_target_modules: tuple[str, ...] = ()
    share_prefixes: bool = True
    tokens_per_batch: int = 0
    load_in_4bit: bool = False
    eval_steps: float = 0.0
    eval_questions: int = 200
    early_stopping_patience: int = 0

    def __post_init__(self) -> None:
        """Check what does not fit together.

        Raises:
            InvalidSettings: if settings need others that are not there.
        """
        super().__post_init__()
        if self.load_in_4bit and not self.use_peft:
            raise InvalidSettings(
                "load_in_4bit=True needs use_peft=True: weights of 4 bits cannot be trained, only "
                "adapters on them"
            )
        if self.early_stopping_patience and not self.eval_steps:
            raise InvalidSettings(
                f"early_stopping_patience={self.early_stopping_patience} needs eval_steps, such "
                "as 0.1: without measurements there is nothing to stop by"
            )


@dataclass(frozen=True, kw_only=True)
class GenerativeSFTSettings(GenerativeSettings):
    """Training a generative reader on demonstrations.

    Args:
        max_length: tokens of prompt, answer and end together; never above the model's own
            limit. Nothing is ever cut off to fit: passages are read in windows.
        max_question_length: room for the question, in tokens; longer ones are left out.
        doc_stride: tokens that neighbouring windows share.
        max_new_tokens: room for the answer and its end, in training and later in reading;
            longer answers are left out.
    """

    num_train_epochs: float = 3.0
    max_length: int = 512
    max_question_length: int = 64
    doc_stride: int = 128
    max_new_tokens: int = 32

    REMOVED: ClassVar[Mapping[str, str]] = {
        "max_seq_length": "it is called max_length now",
        "packing": "rows are never packed: packed rows attend to each other's texts or lose speed",
        "dataset_text_field": "pass texts to train_generative_sft_texts",
        "formatting_func": "pass it to TrainingTask.for_supervised_fine_tuning",
        "completion_only_loss": "the loss covers the answer alone wherever it can be told apart",
        "evaluation_strategy": "pass held_out questions; they are scored at the end",
        "overwrite_output_dir": "choose another output folder; runs are never overwritten",
    }


@dataclass(frozen=True, kw_only=True)
class GenerativeDPOSettings(GenerativeSettings):
    """Training a generative reader on preference pairs; windows are those it was trained with.

    Args:
        beta: strength of the pull to the reference, > 0; the authors' code says 0.1 to 0.5. For
            short answers log-ratios are small, and the upper end or more steps are needed.
        loss_type: one or more of TRL's losses, summed. ``sft`` anchors the chosen answer; alone,
            ``sigmoid`` may make both answers less likely.
        loss_weights: a factor for each of them; none means 1 each.
        label_smoothing: probability that a label is wrong, 0 to 0.5, for pairs that do not bring
            their own.
        ties: what becomes of pairs in which people found both answers equally good: ``dropped``,
            or learnt by the model of ``davidson`` or of ``rao_kupper`` (arXiv 2409.17431), which
            then stand in the place of ``sigmoid``.
        tie_strength: ν, how likely ties are; 0 takes the papers' 1 for ``davidson`` and 3 for
            ``rao_kupper``, at which half of all pairs of equal answers tie.
    """

    beta: float = 0.1
    loss_type: tuple[str, ...] = ("sigmoid", "sft")
    loss_weights: tuple[float, ...] = ()
    label_smoothing: float = 0.0
    ties: Literal["dropped", "davidson", "rao_kupper"] = "dropped"
    tie_strength: float = 0.0

    REMOVED: ClassVar[Mapping[str, str]] = {
        "rpo_alpha": "use loss_type=('sigmoid', 'sft') and loss_weights=(1.0, rpo_alpha)",
        "max_length": "the windows are those that the checkpoint was trained with",
        "max_prompt_length": "prompts are never cut; the windows are the checkpoint's",
        "max_completion_length": "answers are never cut; longer ones are left out and counted",
        "reference_free": "there is always a reference: the weights that the run starts from",
        "precompute_ref_log_probs": "the reference is always computed before the first step",
        "generate_during_eval": "pass held_out questions; they are answered at the end",
        "label_pad_token_id": "labels are made from masks",
        "is_encoder_decoder": "only causal language models are trained",
        "model_adapter_name": "pass the adapter's folder as the model",
        "ref_adapter_name": "the reference is the adapter as it is at the start",
        "force_use_ref_model": "the reference is always the weights that the run starts from",
        "sync_ref_model": "the reference does not move",
        "padding_free": "TRL has switched it off",
        "evaluation_strategy": "pass held_out questions; they are scored at the end",
        "overwrite_output_dir": "choose another output folder; runs are never overwritten",
    }

    def __post_init__(self) -> None:
        """Check the losses at once: TRL looks at them only after the reference pass.

        Raises:
            InvalidSettings: if a loss is not known, or the settings do not fit together.
        """
        super().__post_init__()
        given = (self.loss_type,) if isinstance(self.loss_type, str) else tuple(self.loss_type)
        object.__setattr__(self, "loss_type", given)
        object.__setattr__(self, "loss_weights", tuple(self.loss_weights))
        unknown = [name for name in given if name not in LOSS_TYPES]
        if unknown or not given:
            raise InvalidSettings(
                f"loss_type should be one or more of {', '.join(LOSS_TYPES)}; found {given!r}",
                unknown=unknown,
            )
        if self.loss_weights and len(self.loss_weights) != len(given):
            raise InvalidSettings(
                f"loss_weights needs one number for each of {given!r}, found {self.loss_weights!r}"
            )
        if self.beta <= 0:
            raise InvalidSettings(f"beta should be above 0, found {self.beta!r}")
        if not 0.0 <= self.label_smoothing < 0.5:
            raise InvalidSettings(
                f"label_smoothing lies in [0, 0.5), found {self.label_smoothing!r}"
            )
        deaf = [n for n in given if n not in PAIRWISE_LOSS_TYPES + SMOOTHED_BY_TRL]
        if self.label_smoothing and deaf:
            raise InvalidSettings(
                f"label_smoothing has no effect on {', '.join(map(repr, deaf))}; it is known to "
                f"{', '.join(PAIRWISE_LOSS_TYPES + SMOOTHED_BY_TRL)}"
            )
        if self.ties != "dropped":
            self._check_ties()
        if "exo_pair" in given and self.label_smoothing == 0.0:
            raise InvalidSettings("the loss 'exo_pair' needs label_smoothing above 0, such as 1e-3")

    def _check_ties(self) -> None:
        others = set(self.loss_type) - {"sigmoid", "sft"}
        if others or "sigmoid" not in self.loss_type:
            raise InvalidSettings(
                f"ties={self.ties!r} is a likelihood that takes the place of the loss 'sigmoid', "
                f"with or without 'sft'; found loss_type={self.loss_type!r}"
            )
        least = {"davidson": 0.0, "rao_kupper": 1.0}[self.ties]
        if self.tie_strength and self.tie_strength <= least:
            raise InvalidSettings(
                f"tie_strength should be above {least} for {self.ties!r}, found "
                f"{self.tie_strength!r}"
            )

    @property
    def tie_model(self) -> tuple[str, float] | None:
        """The model of ties and its strength; None where ties are left out."""
        if self.ties == "dropped":
            return None
        return self.ties, self.tie_strength or {"davidson": 1.0, "rao_kupper": 3.0}[self.ties]

    @property
    def weights(self) -> tuple[float, ...]:
        """The factor of each loss."""
        return self.loss_weights or (1.0,) * len(self.loss_type)


@dataclass(frozen=True, kw_only=True)
class GenerativeKTOSettings(GenerativeSettings):
    """Training a generative reader on verdicts (KTO, arXiv 2402.01306), single answers each.

    Every question is read with an answer to another passage's question, too, to measure how far
    the model has moved as a whole.

    Args:
        beta: strength of the pull to the reference, > 0.
        desirable_weight: factor of the loss of good answers; 0 balances both kinds, so that good
            and bad answers weigh the same in all.
        undesirable_weight: factor of the loss of the others, > 0.
        loss_type: ``kto``, or ``apo_zero_unpaired`` (arXiv 2408.06266).
    """

    beta: float = 0.1
    desirable_weight: float = 0.0
    undesirable_weight: float = 1.0
    loss_type: Literal["kto", "apo_zero_unpaired"] = "kto"

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            InvalidSettings: if the loss cannot be computed with them.
        """
        super().__post_init__()
        if self.beta <= 0:
            raise InvalidSettings(f"beta should be above 0, found {self.beta!r}")
        if self.loss_type == "kto" and self.per_device_train_batch_size < 2:
            raise InvalidSettings(
                "KTO compares the rows of a batch: per_device_train_batch_size should be 2 or "
                f"more, found {self.per_device_train_batch_size}"
            )


@dataclass(frozen=True, kw_only=True)
class RewardSettings(GenerativeSettings):
    """Training a reward model on preference pairs: it scores answers, and writes none.

    Args:
        center_rewards: factor of a term that keeps the mean reward near 0 (arXiv 2312.09244);
            0 leaves it out.
    """

    center_rewards: float = 0.0


AnyGenerativeSettings = TypeVar("AnyGenerativeSettings", bound=GenerativeSettings)


def with_learning_rate(settings: Settings, *, fresh: bool, adapter: bool) -> Settings:
    """Return the settings with a learning rate above 0: their own, or the kind's default."""
    if settings.learning_rate > 0:
        return settings
    adapter = adapter or getattr(settings, "use_peft", False)
    rate = default_learning_rate(settings, fresh=fresh, adapter=adapter)
    return replace(settings, learning_rate=rate)


def default_learning_rate(settings: TrainSettings, *, fresh: bool, adapter: bool) -> float:
    """Return the learning rate that suits what is trained.

    A pretrained model is moved gently (TRL's own default for SFT, a few times its default for
    DPO, whose sets of pairs are small here), adapters ten times faster, fresh weights fast.

    Args:
        settings: whose kind decides between SFT and DPO.
        fresh: whether the weights were just drawn.
        adapter: whether only an adapter is trained.
    """
    if isinstance(settings, RewardSettings):
        return 1e-3 if adapter or fresh else 2e-5
    if isinstance(settings, GenerativeDPOSettings | GenerativeKTOSettings):
        return 5e-5 if adapter else 5e-6
    if adapter:
        return 2e-4
    return 1e-3 if fresh else 2e-5
