"""TRL's reward trainer on token rows, with shared prefixes computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trl import RewardTrainer

from goldspan.training.tree_batch import Collator
from goldspan.training.tree_scores import ScoreTreeCollator, share_scored_prefixes
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import OnTokens


class WholeAnswers:
    """Puts a pair's prompt before both of its answers, for a collator that expects it there.

    Args:
        plain: TRL's collator for rewards.
    """

    def __init__(self, plain: Any) -> None:
        self._plain: Collator = plain
        self.pad_token_id = plain.pad_token_id

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Make a batch; the chosen answers come first, then the rejected ones."""
        return self._plain(
            [
                {name: [*row["prompt_ids"], *row[name]] for name in ("chosen_ids", "rejected_ids")}
                for row in examples
            ]
        )


class ScoreTrainer(OnTokens, SharesPrefixes, RewardTrainer):
    """TRL's trainer on rows of ``prompt_ids``, ``chosen_ids`` and ``rejected_ids``."""

    tree_collator = ScoreTreeCollator

    def share_model(self, base: Any) -> None:
        """Let a model, without its adapters, take the collator's batches."""
        share_scored_prefixes(base)

    def _share(self) -> None:
        if not isinstance(self.data_collator, WholeAnswers | ScoreTreeCollator):
            self.data_collator = WholeAnswers(self.data_collator)
        super()._share()

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        if "prompt_ids" not in self._signature_columns:
            self._signature_columns.append("prompt_ids")
