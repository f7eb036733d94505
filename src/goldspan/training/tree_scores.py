"""A reward model's forward over a forest of token rows: one score a row, at its last token."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutputWithPast

from goldspan.reader.prefix_tree import plant
from goldspan.reader.tree_attention import ATTENTION_TOKENS, ancestor_masks
from goldspan.training.tree_batch import LEAST_SHARING, Collator


class ScoreTreeCollator:
    """Adds a forest to the batches of another collator, where enough is shared.

    ``tree_ids``, ``tree_depth`` and ``tree_end`` are as in ``TreeCollator``; ``tree_cells`` says
    where each row's last token lies. Shape: (rows,)

    Args:
        plain: the collator whose batches are taken; it pads on the right.
        pad_token_id: what it pads with.
        attention_tokens: see ``prefix_tree.plant``.
    """

    def __init__(
        self, plain: Collator, pad_token_id: int, attention_tokens: int = ATTENTION_TOKENS
    ) -> None:
        self.plain = plain
        self.pad_token_id = pad_token_id
        self._attention_tokens = attention_tokens

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Collate, and share prefixes if that pays."""
        batch = self.plain(examples)
        ids, lengths = batch["input_ids"], batch["attention_mask"].sum(dim=1)
        rows = [row[:length].numpy() for row, length in zip(ids, lengths, strict=True)]
        forest = plant(rows, self._attention_tokens, self.pad_token_id)
        if ids.numel() < LEAST_SHARING * forest.ids.size:
            return batch
        return {
            **batch,
            "tree_ids": torch.from_numpy(forest.ids),
            "tree_depth": torch.from_numpy(forest.depth),
            "tree_end": torch.from_numpy(forest.end),
            "tree_cells": torch.tensor([int(cells[-1]) for cells in forest.cells]),
        }


def share_scored_prefixes(model: PreTrainedModel) -> None:
    """Let a sequence classifier's forward take forests; a second call does nothing."""
    if getattr(model.forward, "shares_prefixes", False):
        return
    plain = model.forward

    @functools.wraps(type(model).forward)
    def forward(
        self: PreTrainedModel,
        *args: Any,
        tree_ids: Tensor | None = None,
        tree_depth: Tensor | None = None,
        tree_end: Tensor | None = None,
        tree_cells: Tensor | None = None,
        **kwargs: Any,
    ) -> Any:
        if tree_ids is None:
            return plain(*args, **kwargs)
        assert tree_depth is not None
        assert tree_end is not None
        assert tree_cells is not None
        output = self.base_model(
            input_ids=tree_ids,
            attention_mask=ancestor_masks(self.config, tree_depth, tree_end, self.dtype),
            position_ids=tree_depth,
            use_cache=False,
        )
        hidden = output["last_hidden_state"].flatten(0, 1).index_select(0, tree_cells)
        return SequenceClassifierOutputWithPast(logits=self.score(hidden))

    forward.shares_prefixes = True  # type: ignore[attr-defined]
    model.forward = types.MethodType(forward, model)
