"""Turns the padded batch of a TRL collator into one that shares prefixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from goldspan.reader.prefix_tree import Forest, plant, targets
from goldspan.reader.tree_attention import ATTENTION_TOKENS

LEAST_SHARING = 1.15
"""Padded cells that one cell of the forest must replace; below it the batch stays as it was."""


class Collator(Protocol):
    """TRL's collators for language modelling and preferences, and those derived from them."""

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return padded tensors."""
        ...


class TreeCollator:
    """Adds a forest to the batches of another collator, where enough is shared.

    The batch keeps its keys and its rows, in their order, with the prompt's columns taken out:
    column 0 stands for all of a row's tokens that are not scored, columns 1 .. hold its scored
    tokens. The sum of ``attention_mask`` over a row is still the row's length, which is what TRL
    counts as ``num_tokens``. The forest comes as six tensors:

    - ``tree_ids``, ``tree_depth``, ``tree_end``: the packed rows. Shape: (packed rows, width)
    - ``tree_cells``, ``tree_labels``: where the head predicts which token. Shape: (predictions,)
    - ``tree_slots``: the prediction of each scored token, -1 in padding. Shape:
      (rows, columns - 1)

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
        return self.share(self.plain(examples))

    def share(
        self, batch: dict[str, Any], *, least_sharing: float = LEAST_SHARING
    ) -> dict[str, Any]:
        """Return the batch with its forest, or as it was.

        Args:
            batch: ``input_ids``, ``attention_mask``, and ``labels`` or ``completion_mask``.
            least_sharing: padded cells that one cell of the forest must replace.
        """
        ids: Tensor = batch["input_ids"]
        scored = _scored(batch)
        positions = [row.nonzero().squeeze(1).numpy() for row in scored]
        # What follows the last prediction is not computed; nor is a row without one.
        rows = [
            row[: at[-1] if len(at) else 0].numpy() for row, at in zip(ids, positions, strict=True)
        ]
        forest = plant(rows, self._attention_tokens, self.pad_token_id)
        if not forest.ids.size or ids.numel() < least_sharing * forest.ids.size:
            return batch
        labels = [row[at].numpy() for row, at in zip(ids, positions, strict=True)]
        found = targets(forest, positions, labels)
        return self._compact(batch, scored) | {
            **tensors(forest),
            "tree_cells": torch.from_numpy(found.cells),
            "tree_labels": torch.from_numpy(found.labels),
            "tree_slots": torch.nn.utils.rnn.pad_sequence(
                [torch.from_numpy(slots) for slots in found.slots],
                batch_first=True,
                padding_value=-1,
            ),
        }

    def _compact(self, batch: dict[str, Any], scored: Tensor) -> dict[str, Any]:
        counts = scored.sum(dim=1)
        columns = int(counts.max())
        kept = torch.arange(columns)[None, :] < counts[:, None]
        ids = torch.full((len(counts), columns + 1), self.pad_token_id)
        ids[:, 1:][kept] = batch["input_ids"][scored]
        attention = torch.zeros_like(ids)
        attention[:, 1:] = kept
        attention[:, 0] = batch["attention_mask"].sum(dim=1) - counts
        compact = {**batch, "input_ids": ids, "attention_mask": attention}
        mask = torch.nn.functional.pad(kept, (1, 0))
        if "labels" in batch:
            compact["labels"] = ids.masked_fill(~mask, -100)
        else:
            compact["completion_mask"] = mask.long()
        return compact


def tensors(forest: Forest) -> dict[str, Tensor]:
    """Return a forest's packed rows under the names that a model's forward takes."""
    return {
        "tree_ids": torch.from_numpy(forest.ids),
        "tree_depth": torch.from_numpy(forest.depth),
        "tree_end": torch.from_numpy(forest.end),
    }


def _scored(batch: Mapping[str, Any]) -> Tensor:
    """Say which tokens are scored; a row's first is not, as nothing predicts it."""
    if "labels" in batch:
        scored = torch.as_tensor(batch["labels"] != -100)
    else:
        scored = torch.as_tensor(batch["completion_mask"] == 1)
    scored[:, 0] = False
    return scored
