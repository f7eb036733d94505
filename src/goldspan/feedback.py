"""The names that notebooks import from ``argilla.feedback``."""

from goldspan.sdk.trainer import ArgillaTrainer, GoldspanTrainer
from goldspan.sdk.training_task import TrainingTask

__all__ = ["ArgillaTrainer", "GoldspanTrainer", "TrainingTask"]
