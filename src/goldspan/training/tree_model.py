"""A causal language model's forward over a forest of token rows.

``share_prefixes`` is called on a model after TRL gave it its fused head. Batches that carry a
forest (``tree_batch``) are then computed once per shared token; batches that do not are computed
as before, except that on a CPU the head runs only where a token is scored, which TRL does on
CUDA alone. What comes out has TRL's layout, so that losses, metrics and reference log-probs stay
TRL's own.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput
from trl.trainer.utils import FusedCausalLMOutput

from goldspan.errors import InvalidInput

PROVEN = ("gemma", "gemma2", "gemma3_text", "gpt2", "llama", "mistral", "qwen2", "qwen3")
"""Model types for which tests prove log-probs and gradients equal to those of separate rows."""

PROVEN_ROPE = ("default", "linear", "llama3", "yarn")
"""Kinds of rotary positions that do not depend on how long the input is."""

AttentionMask = Tensor | BlockMask

PER_TOKEN = ("log_probs", "entropy", "log_sum_sq_probs", "mean_logits", "is_top1")
"""The fields of TRL's output with a value for each scored token."""


def why_not_shared(model: PreTrainedModel) -> str | None:
    """Say why this model computes every row apart; None where it can share prefixes."""
    config = model.config
    if config.model_type not in PROVEN:
        return f"prefix sharing is proven for {', '.join(PROVEN)}, not for {config.model_type!r}"
    attention = config._attn_implementation
    if attention not in ("eager", "sdpa", "flex_attention"):
        return f"attention implementation {attention!r} takes no mask of ancestors; use 'sdpa'"
    if attention == "flex_attention" and model.device.type != "cuda":
        return "FlexAttention has no backward pass outside CUDA; use 'sdpa'"
    if getattr(config, "use_bidirectional_attention", False):
        return "the model's attention is bidirectional"
    for rope_type in _rope_types(config):
        if rope_type not in PROVEN_ROPE:
            return f"rotary positions of type {rope_type!r} depend on the length of the input"
    return None


def ancestor_masks(
    config: Any, depth: Tensor, end: Tensor, dtype: torch.dtype
) -> AttentionMask | dict[str, AttentionMask]:
    """Build the mask by which a token sees the tokens of its own row, up to itself.

    Models whose config has ``layer_types`` take a mask for each type. A sliding window counts
    positions of the row, that is depths, not columns.

    Args:
        config: the model's.
        depth: position of each token in its row. Shape: (packed rows, width)
        end: column after the last one that may see the token. Same shape.
        dtype: the model's.
    """
    window = getattr(config, "sliding_window", None)
    layer_types = getattr(config, "layer_types", None)
    if layer_types is None:
        return _mask(config, depth, end, window, dtype)
    return {
        kind: _mask(config, depth, end, window if kind == "sliding_attention" else None, dtype)
        for kind in sorted(set(layer_types))
    }


def share_prefixes(model: PreTrainedModel) -> None:
    """Let the model's forward take forests; a second call does nothing.

    Only this instance's ``forward`` is replaced, as TRL's ``add_fused_lm_head`` does before.
    """
    if getattr(model.forward, "shares_prefixes", False):
        return
    fused = model.forward

    @functools.wraps(type(model).forward)
    def forward(
        self: PreTrainedModel,
        *args: Any,
        tree_ids: Tensor | None = None,
        tree_depth: Tensor | None = None,
        tree_end: Tensor | None = None,
        tree_cells: Tensor | None = None,
        tree_labels: Tensor | None = None,
        tree_slots: Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        if not kwargs.get("fused_lm_head"):
            if tree_ids is not None:
                raise InvalidInput("a batch that shares prefixes gives log-probs, not logits")
            return fused(*args, **kwargs)
        if tree_ids is None:
            if self.device.type == "cuda" or kwargs.get("shift_labels") is not None:
                return fused(*args, **kwargs)
            return _scored_only(self, fused, *args, **kwargs)
        assert tree_depth is not None
        assert tree_end is not None
        assert tree_cells is not None
        assert tree_labels is not None
        assert tree_slots is not None
        for replaced in ("input_ids", "attention_mask", "position_ids", "labels"):
            kwargs.pop(replaced, None)
        with _heads_at(self, tree_cells):
            output = fused(
                input_ids=tree_ids,
                attention_mask=ancestor_masks(self.config, tree_depth, tree_end, self.dtype),
                position_ids=tree_depth,
                shift_labels=tree_labels[None],
                **kwargs,
            )
        scored = tree_slots >= 0
        slots = tree_slots.clamp(min=0)
        for name in PER_TOKEN:
            values = output.get(name)
            if values is not None:
                output[name] = values[0][slots].masked_fill(~scored, 0)
        return _counted(output, scored, kwargs.get("num_items_in_batch"))

    forward.shares_prefixes = True  # type: ignore[attr-defined]
    model.forward = types.MethodType(forward, model)


def _scored_only(
    model: PreTrainedModel, fused: Any, *args: Any, labels: Tensor, **kwargs: Any
) -> FusedCausalLMOutput:
    """Run the head only at positions whose next token has a label."""
    following = labels[:, 1:]
    scored = following != -100
    # Columns of the hidden states: those of `following`, and the last, which predicts nothing.
    cells = torch.nn.functional.pad(scored, (0, 1)).flatten().nonzero().squeeze(1)
    with _heads_at(model, cells):
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


@contextmanager
def _heads_at(model: PreTrainedModel, cells: Tensor) -> Iterator[None]:
    """Hand the fused head only the hidden states at these cells of the flattened input.

    Shape of what the head gets: (1, cells, hidden)
    """

    def pick(_module: Any, _inputs: Any, output: BaseModelOutput) -> BaseModelOutput:
        hidden = output["last_hidden_state"]
        output["last_hidden_state"] = hidden.flatten(0, 1).index_select(0, cells)[None]
        return output

    handle = model.base_model.register_forward_hook(pick)
    try:
        yield
    finally:
        handle.remove()


def _mask(
    config: Any, depth: Tensor, end: Tensor, window: int | None, dtype: torch.dtype
) -> AttentionMask:
    def seen(row: Tensor, _head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        ancestor = (k <= q) & (q < end[row, k])
        if window is None:
            return ancestor
        return ancestor & (depth[row, q] - depth[row, k] < window)

    rows, width = end.shape
    if config._attn_implementation == "flex_attention":
        return create_block_mask(seen, rows, None, width, width, device=str(end.device))
    row = torch.arange(rows, device=end.device)[:, None, None, None]
    q = torch.arange(width, device=end.device)[None, None, :, None]
    k = torch.arange(width, device=end.device)[None, None, None, :]
    visible = seen(row, row, q, k)
    if config._attn_implementation == "sdpa":
        return visible
    # Eager attention adds its mask: a boolean one would be silently wrong.
    hidden = torch.zeros(visible.shape, dtype=dtype, device=end.device)
    return hidden.masked_fill(~visible, torch.finfo(dtype).min)


def _rope_types(config: Any) -> list[str]:
    parameters = getattr(config, "rope_parameters", None) or {}
    if "rope_type" in parameters:
        return [parameters["rope_type"]]
    return [each["rope_type"] for each in parameters.values() if isinstance(each, dict)]
