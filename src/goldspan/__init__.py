"""Goldspan's public names, resolved on first use so that importing it stays light."""

from __future__ import annotations

import importlib
from typing import Any

from goldspan._version import __version__

_PUBLIC: dict[str, str] = {
    "Candidates": "goldspan.sdk.candidates",
    "FeedbackDataset": "goldspan.sdk.dataset",
    "FeedbackRecord": "goldspan.sdk.records",
    "FloatMetadataFilter": "goldspan.sdk.filters",
    "FloatMetadataProperty": "goldspan.domain.schema",
    "GoldspanTrainer": "goldspan.sdk.trainer",
    "IntegerMetadataFilter": "goldspan.sdk.filters",
    "IntegerMetadataProperty": "goldspan.domain.schema",
    "LabelQuestion": "goldspan.domain.schema",
    "MultiLabelQuestion": "goldspan.domain.schema",
    "RankingQuestion": "goldspan.domain.schema",
    "RankingValueSchema": "goldspan.sdk.records",
    "RatingQuestion": "goldspan.domain.schema",
    "RemoteFeedbackDataset": "goldspan.sdk.remote",
    "RemoteFeedbackRecord": "goldspan.sdk.remote_record",
    "ResponseSchema": "goldspan.sdk.records",
    "ResponseStatus": "goldspan.domain.record",
    "Session": "goldspan.sdk.session",
    "SortBy": "goldspan.sdk.filters",
    "SortOrder": "goldspan.sdk.filters",
    "SpanQuestion": "goldspan.domain.schema",
    "SpanValueSchema": "goldspan.sdk.records",
    "SuggestionSchema": "goldspan.sdk.records",
    "TermsMetadataFilter": "goldspan.sdk.filters",
    "TermsMetadataProperty": "goldspan.domain.schema",
    "TextField": "goldspan.domain.schema",
    "TextQuestion": "goldspan.domain.schema",
    "TrainingTask": "goldspan.sdk.training_task",
    "User": "goldspan.sdk.user",
    "ValueSchema": "goldspan.sdk.records",
    "VectorSettings": "goldspan.domain.schema",
    "Workspace": "goldspan.sdk.workspace",
    "connect": "goldspan.sdk.session",
    "init": "goldspan.sdk.session",
    "make_candidates": "goldspan.sdk.candidates",
    "pipeline": "goldspan.reader.pipeline",
    "suggest": "goldspan.sdk.suggest",
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    """Import the module that holds a public name (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'goldspan' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
