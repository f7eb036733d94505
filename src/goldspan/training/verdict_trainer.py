"""TRL's KTO trainer on token rows, with both answers to a prompt computed in one forest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from torch.utils.data import DataLoader
from trl import KTOTrainer
from trl.trainer.utils import FusedCausalLMOutput

from goldspan.training.kept_reference import with_reference
from goldspan.training.tree_batch import LEAST_SHARING, TreeCollator
from goldspan.training.tree_model import PER_TOKEN
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import OnTokens, forget_reference

OTHER = "KL_"
"""Begins the names of what a batch holds of the answers to other prompts."""

REFERENCE = ("ref_logps", "ref_KL_logps")
"""Columns of what the reference says of a row's own answer, and of the other one."""

ROWS = ("input_ids", "attention_mask", "completion_mask")

PASSES = 1.5
"""Both kinds of rows in one forest cost 6 passes; apart, one kind has no backward pass: 4."""


class VerdictTreeCollator(TreeCollator):
    """Puts the rows that are judged and those with another prompt's answer into one forest.

    Both begin with the same prompts. Where sharing does not pay, the batch stays as TRL made it.
    """

    def __call__(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Collate, and share prefixes if that pays."""
        batch = self.plain(examples)
        if f"{OTHER}input_ids" not in batch:
            return self.share(batch)
        both = self.share(
            {name: _stacked(batch[name], batch[OTHER + name], self.pad_of(name)) for name in ROWS},
            least_sharing=PASSES * LEAST_SHARING,
        )
        if "tree_ids" not in both:
            return batch
        halves = {name: both.pop(name).chunk(2) for name in ROWS}
        own = {name: halves[name][0] for name in ROWS}
        other = {OTHER + name: halves[name][1] for name in ROWS}
        return {**batch, **own, **other, **both}

    def pad_of(self, name: str) -> int:
        """Return what fills up a row."""
        return self.pad_token_id if name == "input_ids" else 0


class VerdictTrainer(OnTokens, SharesPrefixes, KTOTrainer):
    """TRL's trainer on rows that are tokens already, with shared prefixes computed once.

    The reference is what the model says before the first step; TRL would keep it where another
    process does not find it.

    Args:
        reference_path: where the reference's log-probabilities are, or will be, kept.
        arguments: TRL's.
    """

    tree_collator = VerdictTreeCollator

    def __init__(self, *, reference_path: Path, **arguments: Any) -> None:
        self._reference_path = reference_path
        super().__init__(**arguments)
        forget_reference(self.model)

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:
        # TRL calls it before its own __init__ has returned.
        self._share()

        def compute() -> dict[str, list[float]]:
            loader = DataLoader(dataset, batch_size=batch_size, collate_fn=self.data_collator)
            found: dict[str, list[float]] = {}
            for batch in self.accelerator.prepare(loader):
                logps = self.compute_ref_log_probs(self.model, batch)
                for column, values in zip(REFERENCE, logps, strict=True):
                    if values is not None:
                        values = self.accelerator.gather_for_metrics(values)
                        found.setdefault(column, []).extend(values.tolist())
            return found

        return with_reference(dataset, self._reference_path, compute)

    def compute_ref_log_probs(self, model: Any, inputs: dict[str, Tensor]) -> Any:
        """Compute the reference of a batch: of its answers, and of those to other prompts."""
        if "tree_ids" not in inputs:
            return super().compute_ref_log_probs(model, inputs)

        def said() -> Iterator[FusedCausalLMOutput]:
            # Runs at TRL's first call, inside what it does to have the reference answer.
            yield from _halves(model, inputs)

        answers = said()
        return super().compute_ref_log_probs(lambda **_: next(answers), inputs)

    def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:
        if "tree_ids" not in inputs:
            return super()._compute_loss(model, inputs, return_outputs)
        own, *other = _halves(model, inputs)
        # TRL asks for the answers to other prompts first.
        answers = iter([*(other if self.calculate_KL else ()), own, own])
        return super()._compute_loss(lambda **_: next(answers), inputs, return_outputs)


def _stacked(own: Tensor, other: Tensor, filler: int) -> Tensor:
    """Put one batch of rows under another. Shape: (rows of both, the larger width)."""
    width = max(own.shape[1], other.shape[1])
    return torch.cat(
        [
            torch.nn.functional.pad(one, (0, width - one.shape[1]), value=filler)
            for one in (own, other)
        ]
    )


def _halves(model: Any, inputs: Mapping[str, Any]) -> list[FusedCausalLMOutput]:
    """Compute a forest; return the values of the judged rows and then, if any, of the others."""
    forest = {name: value for name, value in inputs.items() if name.startswith("tree_")}
    output = model(**forest, use_cache=False, fused_lm_head=True)
    values = {name: output[name] for name in PER_TOKEN if output.get(name) is not None}
    kinds = len(output["log_probs"]) // len(inputs["input_ids"])
    cut = {name: value.chunk(kinds) for name, value in values.items()}
    return [FusedCausalLMOutput(**{name: cut[name][i] for name in cut}) for i in range(kinds)]
