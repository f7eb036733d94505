"""A reward model's forward over a forest of token rows: one score a row, at its last token."""

from __future__ import annotations

import functools
import types
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutputWithPast

from goldspan.reader.prefix_tree import plant
from goldspan.reader.tree_attention import ancestor_masks
from goldspan.training.tree_batch import LEAST_SHARING, TreeCollator, tensors


class ScoreTreeCollator(TreeCollator):
    """Adds a forest to the batches of another collator, where enough is shared.

    ``tree_ids``, ``tree_depth`` and ``tree_end`` are those of its base; ``tree_cells`` says where
    each row's last token lies. Shape: (rows,)
    """

    def share(
        self, batch: dict[str, Any], *, least_sharing: float = LEAST_SHARING
    ) -> dict[str, Any]:
        """Return the batch with its forest, or as it was; see the base."""
        ids, lengths = batch["input_ids"], batch["attention_mask"].sum(dim=1)
        rows = [row[:length].numpy() for row, length in zip(ids, lengths, strict=True)]
        forest = plant(rows, self._attention_tokens, self.pad_token_id)
        if ids.numel() < least_sharing * forest.ids.size:
            return batch
        cells = torch.tensor([int(path[-1]) for path in forest.cells])
        return {**batch, **tensors(forest), "tree_cells": cells}


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
