"""Datasets of the SDK that ask for answers."""

from __future__ import annotations

from goldspan.domain.answering import Answering, require_answering
from goldspan.sdk.base import DatasetBase


def answering(dataset: DatasetBase) -> Answering:
    """Find the fields and the question of a dataset that asks for answers.

    Raises:
        InvalidInput: if it has no field or question of the usual names and kinds.
    """
    return require_answering([field.name for field in dataset.fields], list(dataset.questions))
