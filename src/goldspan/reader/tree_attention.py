"""What a causal language model's attention may see when token rows share their beginnings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.attention.flex_attention import BlockMask, create_block_mask
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

PROVEN = ("gemma", "gemma2", "gemma3_text", "gpt2", "llama", "mistral", "qwen2", "qwen3")
"""Model types for which tests prove log-probs and gradients equal to those of separate rows."""

PROVEN_ROPE = ("default", "linear", "llama3", "yarn")
"""Kinds of rotary positions that do not depend on how long the input is."""

ATTENTION_TOKENS = 2000
"""Length of a packed row at which attention costs as much as all else, on a CPU.

Measured with GPT-2 and Llama, hidden sizes 320 to 768.
"""
OPERATIONS_A_TOKEN = 6
"""The same on CUDA, a unit of the hidden size: counted operations, not measured."""
SPARSE = 10**6
"""The same where hidden tokens are never computed."""

Mask = Tensor | BlockMask
Masks = Mask | dict[str, Mask]


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


def attention_tokens(model: PreTrainedModel) -> int:
    """Return the length of a packed row at which this model's attention costs as much as the rest.

    FlexAttention skips what the mask hides, so that long rows cost it nothing.
    """
    if model.device.type != "cuda":
        return ATTENTION_TOKENS
    if model.config._attn_implementation == "flex_attention":
        return SPARSE
    return OPERATIONS_A_TOKEN * int(model.config.hidden_size)


def ancestor_masks(config: Any, depth: Tensor, end: Tensor, dtype: torch.dtype) -> Masks:
    """Build the mask by which a token of a forest sees its own row, up to itself.

    Args:
        config: the model's.
        depth: position of each token in its row. Shape: (packed rows, width)
        end: column after the last one that may see the token. Same shape.
        dtype: the model's.
    """

    def ancestor(row: Tensor, _head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        return (k <= q) & (q < end[row, k])

    rows, width = end.shape
    if config._attn_implementation == "flex_attention":
        return _by_layer(config, lambda window: _blocks(ancestor, depth, window))
    row = torch.arange(rows, device=end.device)[:, None, None]
    q = torch.arange(width, device=end.device)[None, :, None]
    k = torch.arange(width, device=end.device)[None, None, :]
    return path_masks(config, ancestor(row, row, q, k), depth, depth, dtype)


def path_masks(
    config: Any, visible: Tensor, query_depth: Tensor, key_depth: Tensor, dtype: torch.dtype
) -> Masks:
    """Turn what each query may see into what the model's attention takes.

    Models whose config has ``layer_types`` take a mask for each type. A sliding window counts
    positions of the row, that is depths, not columns.

    Args:
        config: the model's; its attention is sdpa or eager.
        visible: whether a query may see a key, bool. Shape: (packed rows, queries, keys)
        query_depth: position of each query in its row. Shape: (packed rows, queries)
        key_depth: position of each key. Shape: (packed rows, keys)
        dtype: the model's.
    """

    def dense(window: int | None) -> Tensor:
        seen = visible[:, None]
        if window is not None:
            distance = query_depth[:, None, :, None] - key_depth[:, None, None, :]
            seen = seen & (distance < window)
        if config._attn_implementation == "sdpa":
            return seen
        # Eager attention adds its mask: a boolean one would be silently wrong.
        nothing = torch.zeros(seen.shape, dtype=dtype, device=seen.device)
        return nothing.masked_fill(~seen, torch.finfo(dtype).min)

    return _by_layer(config, dense)


@contextmanager
def heads_at(model: PreTrainedModel, cells: Tensor) -> Iterator[None]:
    """Hand the model's head only the hidden states at these cells of the flattened input.

    Args:
        model: a causal language model.
        cells: Shape: (cells,); what the head gets has the shape (1, cells, hidden)
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


def _by_layer(config: Any, make: Callable[[int | None], Mask]) -> Masks:
    window = getattr(config, "sliding_window", None)
    layer_types = getattr(config, "layer_types", None)
    if layer_types is None:
        return make(window)
    return {
        kind: make(window if kind == "sliding_attention" else None)
        for kind in sorted(set(layer_types))
    }


def _blocks(
    ancestor: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
    depth: Tensor,
    window: int | None,
) -> BlockMask:
    def seen(row: Tensor, head: Tensor, q: Tensor, k: Tensor) -> Tensor:
        if window is None:
            return ancestor(row, head, q, k)
        return ancestor(row, head, q, k) & (depth[row, q] - depth[row, k] < window)

    rows, width = depth.shape
    return create_block_mask(seen, rows, None, width, width, device=str(depth.device))


def _rope_types(config: Any) -> list[str]:
    parameters = getattr(config, "rope_parameters", None) or {}
    if "rope_type" in parameters:
        return [parameters["rope_type"]]
    return [each["rope_type"] for each in parameters.values() if isinstance(each, dict)]
