"""What the forwards of models that take forests (``tree_batch``) have in common."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from torch import Tensor
from transformers import PreTrainedModel

from goldspan.reader.tree_attention import ancestor_masks

Forward = Callable[..., Any]


def replace_forward(model: PreTrainedModel, made_of: Callable[[Forward], Forward]) -> None:
    """Give this instance a forward of its own that takes forests; a second call does nothing.

    Args:
        model: the class and its other instances keep theirs.
        made_of: makes the new forward, a function of the model, of the bound one before it.
    """
    if getattr(model.forward, "shares_prefixes", False):
        return
    # Wrapped as the class's own, because the trainer reads the columns it keeps off the signature.
    forward = functools.wraps(type(model).forward)(made_of(model.forward))
    forward.shares_prefixes = True  # type: ignore[attr-defined]
    model.forward = types.MethodType(forward, model)


def forest_inputs(
    model: PreTrainedModel, tree_ids: Tensor, tree_depth: Tensor, tree_end: Tensor
) -> dict[str, Any]:
    """Return what the model computes in place of separate rows. Shape of each: (rows, width)."""
    return {
        "input_ids": tree_ids,
        "attention_mask": ancestor_masks(model.config, tree_depth, tree_end, model.dtype),
        "position_ids": tree_depth,
    }
