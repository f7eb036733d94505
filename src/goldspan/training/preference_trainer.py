"""TRL's DPO trainer on token rows, with a reference that is the start, and pairs of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import PeftModel
from torch import Tensor
from torch.utils.data import DataLoader
from trl import DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.utils import use_adapter

from goldspan.training.kept_reference import with_reference
from goldspan.training.losses import (
    davidson_logps,
    hinge_loss,
    ipo_loss,
    rao_kupper_logps,
    reward_margins,
    robust_loss,
    sigmoid_loss,
    tied_loss,
)
from goldspan.training.tree_trainer import SharesPrefixes
from goldspan.training.unobserved import OnTokens, forget_reference

OWN_COLUMNS = ("label_smoothing", "weight", "tie")
NOT_FOR_THE_MODEL = (*OWN_COLUMNS, "completion_mask", "ref_chosen_logps", "ref_rejected_logps")
TIE_MODELS = {"davidson": davidson_logps, "rao_kupper": rao_kupper_logps}
OnPairs = Callable[[str, int, int], None]
"""Called with a stage's name, the pairs done and all pairs."""


class PairCollator(DataCollatorForPreference):
    """TRL's collator, with each pair's label smoothing and weight."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        """Make a batch; the chosen answers come first, then the rejected ones."""
        batch: dict[str, Any] = super().torch_call(examples)
        for name in OWN_COLUMNS:
            batch[name] = torch.tensor([float(example.get(name, 0.0)) for example in examples])
        return batch


class PreferenceTrainer(OnTokens, SharesPrefixes, DPOTrainer):
    """TRL's trainer with three differences.

    The reference is what the model says before the first step, whatever the model came from;
    TRL would load it from where the model's config says it once came from. It is kept in a file,
    so that a resumed run has the same one. And each pair's label smoothing and weight count; TRL
    has one smoothing for all, which its ``sigmoid`` loss ignores.

    Prefixes that rows have in common are computed once (``tree_trainer``).

    Args:
        rows: of ``prompt_ids``, ``chosen_ids``, ``rejected_ids``, ``label_smoothing``, ``weight``,
            ``tie`` (0 or 1) and, to keep a passage's pairs together, ``passage``.
        reference_path: where the reference's log-probabilities are, or will be, kept.
        own_loss: whether the pairs' smoothing and weights need the loss below instead of TRL's.
        tie_model: ``davidson`` or ``rao_kupper`` with its strength, in place of ``sigmoid``; None
            where no pair ties.
        on_pairs: told of the progress over the pairs before the first step.
        arguments: TRL's, without data set and collator.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        reference_path: Path,
        own_loss: bool,
        on_pairs: OnPairs,
        tie_model: tuple[str, float] | None = None,
        **arguments: Any,
    ) -> None:
        self._reference_path = reference_path
        self._own_loss = own_loss or tie_model is not None
        self._tie_model = tie_model
        self._on_pairs = on_pairs
        super().__init__(
            train_dataset=Dataset.from_list([dict(row) for row in rows]),
            data_collator=PairCollator(arguments["processing_class"].pad_token_id),
            **arguments,
        )
        forget_reference(self.model)

    def start_margins(self) -> Tensor:
        """Return each pair's implicit reward margin before the first step, as training sees it.

        All are 0 if the reference is what training starts from. Shape: (pairs,)
        """
        self.model.train()
        both = self._over_pairs(self.train_dataset, self._policy_logps, "start")
        return reward_margins(*both, *self._reference(), beta=self.beta)

    def figures(self) -> dict[str, float]:
        """Return what has become of the pairs: means of log π (nats), rewards, accuracy."""
        self.model.eval()
        chosen, rejected = self._over_pairs(self.train_dataset, self._policy_logps, "end")
        reference = self._reference()
        margins = reward_margins(chosen, rejected, *reference, beta=self.beta)
        return {
            "logps_chosen": float(chosen.mean()),
            "logps_rejected": float(rejected.mean()),
            "start_logps_chosen": float(reference[0].mean()),
            "start_logps_rejected": float(reference[1].mean()),
            "reward_margin": float(margins.mean()),
            "reward_accuracy": float((margins > 0).float().mean()),
        }

    def _reference(self) -> tuple[Tensor, Tensor]:
        """Return log π_ref of all chosen and all rejected answers."""
        chosen, rejected = (
            torch.tensor(self.train_dataset[name])
            for name in ("ref_chosen_logps", "ref_rejected_logps")
        )
        return chosen, rejected

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns += [n for n in OWN_COLUMNS if n not in self._signature_columns]

    def _precompute_ref_logps(self, dataset: Dataset, name: str, batch_size: int) -> Dataset:
        # TRL calls this before its own __init__ has returned.
        self._share()

        def compute() -> dict[str, list[float]]:
            self.model.eval()
            with self._as_reference():
                chosen, rejected = self._over_pairs(dataset, self._policy_logps, "reference")
            return {"ref_chosen_logps": chosen.tolist(), "ref_rejected_logps": rejected.tolist()}

        return with_reference(dataset, self._reference_path, compute)

    def _as_reference(self) -> AbstractContextManager[None]:
        """Have the model answer as it did when it came, without what TRL has put on it."""
        if not isinstance(self.model, PeftModel):
            return nullcontext()
        # An adapter that came with the model has a frozen copy; a new one is switched off.
        copied = "ref" if "ref" in self.model.peft_config else None
        context: AbstractContextManager[None] = use_adapter(self.model, copied)
        return context

    def _over_pairs(
        self,
        dataset: Dataset,
        logps_of: Callable[[dict[str, Tensor]], tuple[Tensor, Tensor]],
        stage: str,
    ) -> tuple[Tensor, Tensor]:
        """Return the log-probabilities of all chosen and all rejected answers, in order.

        The batches are the same in every stage: where arithmetic is coarse, as in bfloat16, the
        same batch still gives the same figures.
        """
        loader = DataLoader(
            dataset,
            batch_size=self.args.per_device_train_batch_size,
            collate_fn=self.data_collator,
        )
        found: list[tuple[Tensor, Tensor]] = []
        done = 0
        for batch in self.accelerator.prepare(loader):
            both = self.accelerator.gather_for_metrics(logps_of(batch))
            found.append((both[0].cpu(), both[1].cpu()))
            done += len(both[0])
            self._on_pairs(stage, done, len(dataset))
        chosen, rejected = zip(*found, strict=True)
        return torch.cat(chosen), torch.cat(rejected)

    def _policy_logps(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        labels = batch["input_ids"].masked_fill(batch["completion_mask"] == 0, -100)
        inputs = {name: value for name, value in batch.items() if name not in NOT_FOR_THE_MODEL}
        with torch.no_grad(), self.accelerator.autocast():
            output = self.model(**inputs, labels=labels, use_cache=False, fused_lm_head=True)
        chosen, rejected = output.log_probs.sum(dim=1).chunk(2)
        return chosen, rejected

    def _compute_loss(self, model: Any, inputs: Mapping[str, Tensor], return_outputs: bool) -> Any:
        known = {name: value for name, value in inputs.items() if name not in OWN_COLUMNS}
        if not self._own_loss:
            return super()._compute_loss(model, known, return_outputs)
        seen: list[Any] = []

        def looking_on(**arguments: Any) -> Any:
            seen.append(model(**arguments))
            return seen[-1]

        # TRL's own pass fills its metrics; of its loss nothing is used.
        result = super()._compute_loss(looking_on, known, return_outputs)
        loss = self._weighted_loss(seen[0].log_probs, inputs)
        return (loss, result[1]) if return_outputs else loss

    def _weighted_loss(self, token_logps: Tensor, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the mean over the pairs of weight · loss, for a batch made by ``PairCollator``.

        Args:
            token_logps: 0 outside the answers, nats. Shape: (2 · pairs, tokens - 1)
            inputs: the batch.
        """
        smoothing, weight, ties = (inputs[name] for name in OWN_COLUMNS)
        ties = ties.bool()
        lengths = inputs["completion_mask"].sum(dim=1)
        chosen_length, rejected_length = lengths.chunk(2)
        chosen, rejected = token_logps.sum(dim=1).chunk(2)
        reference = inputs["ref_chosen_logps"], inputs["ref_rejected_logps"]
        margin = reward_margins(chosen, rejected, *reference, beta=self.beta)
        # TRL's IPO and "sigmoid_norm" compare means over tokens.
        mean = reward_margins(
            chosen / chosen_length,
            rejected / rejected_length,
            reference[0] / chosen_length,
            reference[1] / rejected_length,
            beta=self.beta,
        )

        def smoothed(loss: Callable[[Tensor], Tensor], of: Tensor) -> Tensor:
            return (1.0 - smoothing) * loss(of) + smoothing * loss(-of)

        total = torch.zeros((), device=chosen.device)
        for name, factor in zip(self.loss_types, self.loss_weights, strict=True):
            if name == "sft":
                # TRL's anchor is the mean over all chosen tokens of the batch.
                # Of two answers that tie, neither is to become less likely than the other.
                anchored = torch.where(ties, (chosen + rejected) / 2, chosen)
                per_pair = -anchored * len(chosen) / chosen_length.sum()
            elif name == "sigmoid" and self._tie_model is not None:
                model, strength = self._tie_model
                logps_of = partial(TIE_MODELS[model], strength=strength)
                per_pair = tied_loss(margin, ties, smoothing, logps_of)
            elif name == "sigmoid":
                per_pair = sigmoid_loss(margin, smoothing)
            elif name == "robust":
                per_pair = robust_loss(margin, smoothing)
            elif name == "sigmoid_norm":
                per_pair = sigmoid_loss(mean, smoothing)
            elif name == "hinge":
                per_pair = smoothed(hinge_loss, margin)
            else:
                per_pair = smoothed(lambda m: ipo_loss(m, self.beta), mean)
            total = total + factor * (weight * per_pair).mean()
        return total
