"""Goldspan's public names, resolved on first use so that importing it stays light."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from goldspan._version import __version__

if TYPE_CHECKING:  # so that type checkers and editors see what the table resolves
    from goldspan.domain.field import ChatField as ChatField
    from goldspan.domain.field import CustomField as CustomField
    from goldspan.domain.field import ImageField as ImageField
    from goldspan.domain.field import TextField as TextField
    from goldspan.domain.metadata import FloatMetadataProperty as FloatMetadataProperty
    from goldspan.domain.metadata import IntegerMetadataProperty as IntegerMetadataProperty
    from goldspan.domain.metadata import TermsMetadataProperty as TermsMetadataProperty
    from goldspan.domain.question import LabelQuestion as LabelQuestion
    from goldspan.domain.question import MultiLabelQuestion as MultiLabelQuestion
    from goldspan.domain.question import RankingQuestion as RankingQuestion
    from goldspan.domain.question import RatingQuestion as RatingQuestion
    from goldspan.domain.question import SpanQuestion as SpanQuestion
    from goldspan.domain.question import TextQuestion as TextQuestion
    from goldspan.domain.record import ResponseStatus as ResponseStatus
    from goldspan.domain.schema import VectorSettings as VectorSettings
    from goldspan.reader.load import load_reader as load_reader
    from goldspan.reader.pipeline import pipeline as pipeline
    from goldspan.sdk.candidates import Candidates as Candidates
    from goldspan.sdk.candidates import make_candidates as make_candidates
    from goldspan.sdk.dataset import FeedbackDataset as FeedbackDataset
    from goldspan.sdk.filters import (
        FloatMetadataFilter as FloatMetadataFilter,
    )
    from goldspan.sdk.filters import (
        IntegerMetadataFilter as IntegerMetadataFilter,
    )
    from goldspan.sdk.filters import (
        SortBy as SortBy,
    )
    from goldspan.sdk.filters import (
        SortOrder as SortOrder,
    )
    from goldspan.sdk.filters import (
        TermsMetadataFilter as TermsMetadataFilter,
    )
    from goldspan.sdk.records import (
        FeedbackRecord as FeedbackRecord,
    )
    from goldspan.sdk.records import (
        RankingValueSchema as RankingValueSchema,
    )
    from goldspan.sdk.records import (
        ResponseSchema as ResponseSchema,
    )
    from goldspan.sdk.records import (
        SpanValueSchema as SpanValueSchema,
    )
    from goldspan.sdk.records import (
        SuggestionSchema as SuggestionSchema,
    )
    from goldspan.sdk.records import (
        UnifiedValueSchema as UnifiedValueSchema,
    )
    from goldspan.sdk.records import (
        ValueSchema as ValueSchema,
    )
    from goldspan.sdk.remote import RemoteFeedbackDataset as RemoteFeedbackDataset
    from goldspan.sdk.remote_record import RemoteFeedbackRecord as RemoteFeedbackRecord
    from goldspan.sdk.session import Session as Session
    from goldspan.sdk.session import connect as connect
    from goldspan.sdk.session import init as init
    from goldspan.sdk.suggest import suggest as suggest
    from goldspan.sdk.trainer import GoldspanTrainer as GoldspanTrainer
    from goldspan.sdk.training_task import TrainingTask as TrainingTask
    from goldspan.sdk.user import User as User
    from goldspan.sdk.workspace import Workspace as Workspace

_PUBLIC: dict[str, str] = {
    "Candidates": "goldspan.sdk.candidates",
    "ChatField": "goldspan.domain.field",
    "CustomField": "goldspan.domain.field",
    "FeedbackDataset": "goldspan.sdk.dataset",
    "FeedbackRecord": "goldspan.sdk.records",
    "FloatMetadataFilter": "goldspan.sdk.filters",
    "FloatMetadataProperty": "goldspan.domain.metadata",
    "GoldspanTrainer": "goldspan.sdk.trainer",
    "ImageField": "goldspan.domain.field",
    "IntegerMetadataFilter": "goldspan.sdk.filters",
    "IntegerMetadataProperty": "goldspan.domain.metadata",
    "LabelQuestion": "goldspan.domain.question",
    "MultiLabelQuestion": "goldspan.domain.question",
    "RankingQuestion": "goldspan.domain.question",
    "RankingValueSchema": "goldspan.sdk.records",
    "RatingQuestion": "goldspan.domain.question",
    "RemoteFeedbackDataset": "goldspan.sdk.remote",
    "RemoteFeedbackRecord": "goldspan.sdk.remote_record",
    "ResponseSchema": "goldspan.sdk.records",
    "ResponseStatus": "goldspan.domain.record",
    "Session": "goldspan.sdk.session",
    "SortBy": "goldspan.sdk.filters",
    "SortOrder": "goldspan.sdk.filters",
    "SpanQuestion": "goldspan.domain.question",
    "SpanValueSchema": "goldspan.sdk.records",
    "SuggestionSchema": "goldspan.sdk.records",
    "TermsMetadataFilter": "goldspan.sdk.filters",
    "TermsMetadataProperty": "goldspan.domain.metadata",
    "TextField": "goldspan.domain.field",
    "TextQuestion": "goldspan.domain.question",
    "TrainingTask": "goldspan.sdk.training_task",
    "UnifiedValueSchema": "goldspan.sdk.records",
    "User": "goldspan.sdk.user",
    "ValueSchema": "goldspan.sdk.records",
    "VectorSettings": "goldspan.domain.schema",
    "Workspace": "goldspan.sdk.workspace",
    "connect": "goldspan.sdk.session",
    "init": "goldspan.sdk.session",
    "load_reader": "goldspan.reader.load",
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
