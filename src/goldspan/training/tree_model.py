"""A causal language model's forward over a forest of token rows.

``share_prefixes`` is called on a model after TRL gave it its fused head. Batches that carry a
forest (``tree_batch``) are then computed once per shared token; batches that do not are computed
as before, except that on a CPU the head runs only where a token is scored, which TRL does on
CUDA alone. What comes out has TRL's layout, so that losses, metrics and reference log-probs stay
TRL's own.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from trl.trainer.utils import FusedCausalLMOutput

from goldspan.errors import InvalidInput
from goldspan.reader.tree_attention import heads_at
from goldspan.training.tree_forward import Forward, forest_inputs, replace_forward

PER_TOKEN = ("log_probs", "entropy", "log_sum_sq_probs", "mean_logits", "is_top1")
"""The fields of TRL's output with a value for each scored token."""

FOREST = ("depth", "end", "cells", "labels", "slots")
"""What a batch holds of a forest beside ``tree_ids``, each under ``tree_`` and its name."""


def share_prefixes(model: PreTrainedModel) -> None:
    """Let the model's forward take forests; a second call does nothing.

    Only this instance's ``forward`` is replaced, as TRL's ``add_fused_lm_head`` does before.
    """
    replace_forward(model, _over_forests)


def _over_forests(fused: Forward) -> Forward:
    def forward(
        self: PreTrainedModel, *args: Any, tree_ids: Tensor | None = None, **kwargs: Any
    ) -> Any:
        if not kwargs.get("fused_lm_head"):
            if tree_ids is not None:
                raise InvalidInput("a batch that shares prefixes gives log-probs, not logits")
            return fused(*args, **kwargs)
        if tree_ids is None:
            if self.device.type == "cuda" or kwargs.get("shift_labels") is not None:
                return fused(*args, **kwargs)
            return _scored_only(self, fused, *args, **kwargs)
        depth, end, cells, labels, slots = (kwargs.pop(f"tree_{name}") for name in FOREST)
        for replaced in ("input_ids", "attention_mask", "position_ids", "labels"):
            kwargs.pop(replaced, None)
        with heads_at(self, cells):
            output = fused(
                **forest_inputs(self, tree_ids, depth, end), shift_labels=labels[None], **kwargs
            )
        scored = slots >= 0
        slots = slots.clamp(min=0)
        for name in PER_TOKEN:
            values = output.get(name)
            if values is not None:
                output[name] = values[0][slots].masked_fill(~scored, 0)
        return _counted(output, scored, kwargs.get("num_items_in_batch"))

    return forward


def _scored_only(
    model: PreTrainedModel, fused: Any, *args: Any, labels: Tensor, **kwargs: Any
) -> FusedCausalLMOutput:
    """Run the head only at positions whose next token has a label."""
    following = labels[:, 1:]
    scored = following != -100
    # Columns of the hidden states: those of `following`, and the last, which predicts nothing.
    cells = torch.nn.functional.pad(scored, (0, 1)).flatten().nonzero().squeeze(1)
    with heads_at(model, cells):
        output = fused(*args, shift_labels=following[scored][None], **kwargs)
    for name in PER_TOKEN:
        values = output.get(name)
        if values is not None:
            # masked_scatter keeps the model in the graph where no token is scored at all.
            output[name] = values.new_zeros(scored.shape).masked_scatter(scored, values[0])
    return _counted(output, scored, kwargs.get("num_items_in_batch"))


def _counted(
    output: FusedCausalLMOutput, scored: Tensor, num_items_in_batch: Any
) -> FusedCausalLMOutput:
    """Set what follows from the log-probs of the separate rows."""
    items = scored.sum().clamp(min=1) if num_items_in_batch is None else num_items_in_batch
    output["loss"] = -output["log_probs"].sum() / items
    output["label_mask"] = scored
    return output
