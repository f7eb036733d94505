"""What TRL's trainers do beside training, and do not do here."""

from __future__ import annotations

from typing import Any

from datasets import Dataset
from peft import PeftModel


class Unobserved:
    """Goes before one of TRL's trainers among the bases: no usage report, no model card.

    TRL reports every run to its makers, and writes a card of its own into the checkpoints.
    """

    def _send_telemetry(self) -> None:
        """Send nothing."""

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Write nothing."""


class OnTokens(Unobserved):
    """The same, and rows are tokens already."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any, **__: Any) -> Dataset:
        return dataset


def forget_reference(model: Any) -> None:
    """Drop TRL's frozen copy of a trained adapter, once the reference has been computed."""
    if isinstance(model, PeftModel) and "ref" in model.peft_config:
        model.delete_adapter("ref")
