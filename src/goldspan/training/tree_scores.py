"""A reward model's forward over a forest of token rows: one score a row, at its last token."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutputWithPast

from goldspan.reader.prefix_tree import plant
from goldspan.training.tree_batch import LEAST_SHARING, TreeCollator, tensors
from goldspan.training.tree_forward import Forward, forest_inputs, replace_forward


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
    replace_forward(model, _over_forests)


def _over_forests(plain: Forward) -> Forward:
    def forward(
        self: PreTrainedModel, *args: Any, tree_ids: Tensor | None = None, **kwargs: Any
    ) -> Any:
        if tree_ids is None:
            return plain(*args, **kwargs)
        depth, end, cells = (kwargs[f"tree_{name}"] for name in ("depth", "end", "cells"))
        output = self.base_model(**forest_inputs(self, tree_ids, depth, end), use_cache=False)
        hidden = output["last_hidden_state"].flatten(0, 1).index_select(0, cells)
        return SequenceClassifierOutputWithPast(logits=self.score(hidden))

    return forward
