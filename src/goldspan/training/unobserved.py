"""What TRL's trainers do beside training, and do not do here."""

from __future__ import annotations

from typing import Any


class Unobserved:
    """Goes before one of TRL's trainers among the bases: no usage report, no model card.

    TRL reports every run to its makers, and writes a card of its own into the checkpoints.
    """

    def _send_telemetry(self) -> None:
        """Send nothing."""

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Write nothing."""
