"""Which records to read, and in what order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RecordProperty = Literal["id", "external_id", "status", "inserted_at", "updated_at"]


@dataclass(frozen=True, slots=True)
class MetadataKey:
    """A value of the records' metadata."""

    name: str


@dataclass(frozen=True, slots=True)
class RecordKey:
    """A property of the records themselves."""

    property: RecordProperty


@dataclass(frozen=True, slots=True)
class ResponseStatusKey:
    """The status of a response; ``user_id`` limits whose responses count.

    The value ``pending`` stands for "no response".
    """

    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class ResponseValueKey:
    """The value that a response gives to the question named ``question_name``."""

    question_name: str
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class SuggestionKey:
    """A property of the suggestion for a question."""

    question_id: str
    property: Literal["value", "score", "agent", "type"]


Key = MetadataKey | RecordKey | ResponseStatusKey | ResponseValueKey | SuggestionKey


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Keeps records whose key has, or whose key's list holds, one of the values."""

    key: Key
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Keeps records whose key lies within [least, most]; None leaves an end open.

    Times are naive and mean UTC.
    """

    key: MetadataKey | RecordKey | ResponseValueKey | SuggestionKey
    least: float | str | datetime | None
    most: float | str | datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """A key to sort by; of a suggestion, its score, the first where there are several."""

    key: MetadataKey | RecordKey | SuggestionKey
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Records of one dataset that pass every filter.

    Args:
        dataset_id: whose records.
        filters: all must hold.
        order: earlier keys first; then the order of creation.
        text: its phrases must all occur in a field; see ``domain/text_search.py``.
        text_field: the field that must hold it; any if None.
        offset: records to pass over.
        limit: records to return at most.
        with_vectors: whether to read the vectors.
    """

    dataset_id: str
    filters: tuple[AnyOf | Within, ...] = ()
    order: tuple[Order, ...] = ()
    text: str | None = None
    text_field: str | None = None
    offset: int = 0
    limit: int = 50
    with_vectors: bool = False
