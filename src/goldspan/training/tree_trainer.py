"""What makes TRL's trainers share prefixes; their losses, metrics and loop stay their own."""

from __future__ import annotations

import logging
from typing import Any

import torch
from accelerate.utils import DistributedType
from peft import PeftModel
from torch.utils.data import DataLoader

from goldspan.reader.tree_attention import attention_tokens, why_not_shared
from goldspan.training.passage_batches import PassageBatches, Sizes, count_rows, count_tokens
from goldspan.training.tree_batch import TreeCollator
from goldspan.training.tree_model import share_prefixes

logger = logging.getLogger(__name__)

PASSAGE = "passage"
"""Column of the training data that names each row's passage."""

ANSWERS = ("chosen_ids", "rejected_ids", "completion_ids", "KL_completion_ids")
"""Columns of the training data that hold answers to ``prompt_ids``."""

PROVEN_PROCESSES = (DistributedType.NO, DistributedType.MULTI_CPU, DistributedType.MULTI_GPU)


class SharesPrefixes:
    """Goes before ``SFTTrainer``, ``DPOTrainer`` or another of TRL's among the bases.

    The trainer then computes each passage of a batch once. Where the model or the set-up is not
    among those proven, it computes plain batches, says why in one line and keeps that line as
    ``why_plain`` (None where prefixes are shared). A training set with a column ``passage`` is
    read a passage at a time, in batches of ``per_device_train_batch_size`` rows.

    Args:
        why_plain: why prefixes are not to be shared, if they are not.
        tokens_per_batch: where > 0, fills a forward pass with whole passages up to this many
            tokens to compute, instead of with a number of rows.
    """

    tree_collator: type[Any] = TreeCollator
    """What makes batches that share prefixes of plain ones."""
    _ready = False

    def __init__(
        self,
        *args: Any,
        why_plain: str | None = None,
        tokens_per_batch: int = 0,
        **kwargs: Any,
    ) -> None:
        self.why_plain = why_plain
        self._tokens_per_batch = tokens_per_batch
        self._tokens_computed = 0
        super().__init__(*args, **kwargs)
        self._share()

    def get_train_dataloader(self: Any) -> Any:
        """Return batches that keep passages together, where prefixes are shared."""
        if self.why_plain is not None or PASSAGE not in self.train_dataset.column_names:
            return super().get_train_dataloader()  # type: ignore[misc]
        batches = PassageBatches(
            self.train_dataset[PASSAGE],
            self._batch_sizes(),
            self.args.seed,
            epoch=lambda: int(self.state.epoch or 0),
        )
        loader = DataLoader(
            self._remove_unused_columns(self.train_dataset, description="training"),
            batch_sampler=batches,
            collate_fn=self.data_collator,
            num_workers=self.args.dataloader_num_workers,
            pin_memory=self.args.dataloader_pin_memory,
        )
        return self.accelerator.prepare(loader)

    def compute_loss(
        self: Any, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Compute TRL's loss, and count the tokens that it took, beside TRL's ``num_tokens``."""
        if self.model.training:
            names = ["tree_ids"] if "tree_ids" in inputs else ["input_ids", "KL_input_ids"]
            computed = sum(inputs[name].numel() for name in names if name in inputs)
            if self.accelerator.num_processes > 1:
                all_of_them = torch.tensor(computed, device=self.args.device)
                computed = int(self.accelerator.gather(all_of_them).sum())
            self._tokens_computed += computed
            self._metrics["train"]["num_tokens_computed"] = [self._tokens_computed]
        return super().compute_loss(model, inputs, *args, **kwargs)  # type: ignore[misc]

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Count the operations on the tokens that are computed."""
        if "tree_ids" in inputs:
            inputs = {"input_ids": inputs["tree_ids"]}
        operations: int = super().floating_point_ops(inputs)  # type: ignore[misc]
        return operations

    def _precompute_ref_logps(self, *args: Any, **kwargs: Any) -> Any:
        # TRL calls it before its own __init__ has returned.
        self._share()
        return super()._precompute_ref_logps(*args, **kwargs)  # type: ignore[misc]

    def _share(self: Any) -> None:
        if self._ready:
            return
        self._ready = True
        models = [self.model, getattr(self, "ref_model", None)]
        bases = [_base(self.accelerator.unwrap_model(each)) for each in models if each is not None]
        reasons = [self.why_plain, _why_not_here(self), *map(why_not_shared, bases)]
        self.why_plain = next(filter(None, reasons), None)
        if self.accelerator.distributed_type in PROVEN_PROCESSES:
            for base in bases:
                self.share_model(base)
        if self.why_plain is not None:
            logger.warning("Prefixes are not shared: %s", self.why_plain)
            return
        self.data_collator = self.tree_collator(
            self.data_collator, self.data_collator.pad_token_id, attention_tokens(bases[0])
        )

    def share_model(self, base: Any) -> None:
        """Let a model, without its adapters, take the collator's batches."""
        share_prefixes(base)

    def _batch_sizes(self: Any) -> Sizes:
        data = self.train_dataset
        if not self._tokens_per_batch:
            return count_rows(data[PASSAGE], self.args.per_device_train_batch_size)
        if "prompt_ids" in data.column_names:
            prompts = data["prompt_ids"]
            said = [data[name] for name in ANSWERS if name in data.column_names]
            answers = [sum(map(len, some)) for some in zip(*said, strict=True)]
        else:
            scored = [_first_scored(labels) for labels in data["labels"]]
            rows = list(zip(data["input_ids"], scored, strict=True))
            prompts = [ids[:first] for ids, first in rows]
            answers = [len(ids) - first for ids, first in rows]
        return count_tokens(data[PASSAGE], prompts, answers, self._tokens_per_batch)


def _base(model: Any) -> Any:
    return model.get_base_model() if isinstance(model, PeftModel) else model


def _first_scored(labels: list[int]) -> int:
    return next((i for i, label in enumerate(labels) if label != -100), len(labels))


def _why_not_here(trainer: Any) -> str | None:
    """Say what in the trainer's set-up rules sharing out, None if nothing does."""
    args = trainer.args
    kind = trainer.accelerator.distributed_type
    if kind not in PROVEN_PROCESSES:
        return f"it is not proven under {kind.value}"
    if args.torch_compile:
        return "it is not proven for compiled models"
    if getattr(args, "packing", False) or getattr(trainer, "padding_free", False):
        return "packed batches have another layout"
    if args.label_smoothing_factor or trainer.compute_metrics or trainer.compute_loss_func:
        return "smoothing over the vocabulary and metrics of logits need every logit"
    if trainer.accelerator.dispatch_batches or trainer.accelerator.split_batches:
        return "a batch that is cut by rows loses its forest"
    if isinstance(trainer.model, PeftModel) and trainer.model.active_peft_config.is_prompt_learning:
        return "prompt learning puts virtual tokens before every row"
    return None
