"""What the services need of a store to keep records and their answers; a part of ``store.Unit``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from goldspan.domain.record import ResponseStatus
from goldspan.storage.query import RecordQuery
from goldspan.storage.rows import (
    Extent,
    NewRecord,
    NewResponse,
    NewSuggestion,
    RecordRow,
    RecordState,
    RecordStatus,
    ResponseRow,
    ResponseTally,
    SuggestionRow,
    TermCount,
)

ResponseGroup = tuple[str, RecordStatus, ResponseStatus]


class Records(Protocol):
    """Records."""

    def add(self, dataset_id: str, new: Sequence[NewRecord]) -> None:
        """Insert pending records. Raises Conflict if an external id is taken."""

    def get(self, record_id: str) -> RecordRow | None:
        """Return a record."""

    def some(self, dataset_id: str, record_ids: Collection[str]) -> dict[str, RecordRow]:
        """Return those of the records that the dataset has, by id."""

    def ids_by_external_id(self, dataset_id: str, external_ids: Collection[str]) -> dict[str, str]:
        """Return external id to id, for those of the external ids that the dataset has."""

    def page(self, query: RecordQuery) -> list[RecordRow]:
        """Return the records that a query selects."""

    def after(self, dataset_id: str, record_id: str, limit: int) -> list[RecordRow]:
        """Return a dataset's next records in the order of ids, vectors included.

        Args:
            dataset_id: whose records.
            record_id: the last one that was read; "" begins.
            limit: records to return at most.
        """

    def count(self, query: RecordQuery) -> int:
        """Return how many records pass a query's filters."""

    def update(self, changed: Sequence[RecordRow]) -> None:
        """Replace what records hold, except their state; sets their times. Raises Conflict.

        The rows must come from ``get`` or ``some``: a page leaves the vectors out.
        """

    def states(self, record_ids: Collection[str]) -> list[RecordState]:
        """Return the records' states."""

    def lock(self, record_ids: Collection[str], *, only_free: bool = False) -> list[RecordState]:
        """Return the records' states, which nobody else changes until the transaction ends.

        Waits for others who have locked one; ``only_free`` leaves those records out instead.
        """

    def set_states(self, states: Sequence[RecordState]) -> None:
        """Replace the records' states."""

    def ids_after(self, dataset_id: str, after: str, limit: int) -> list[str]:
        """Return ids of the dataset's records that are greater than ``after``, in order."""

    def disputed(self, dataset_id: str, before: str, limit: int) -> list[str]:
        """Return ids less than ``before`` of records with a disagreement, the last ones first."""

    def delete(self, dataset_id: str, record_ids: Collection[str]) -> None:
        """Delete records of a dataset with their suggestions and responses."""

    def terms(self, dataset_id: str, name: str) -> list[TermCount]:
        """Return the values under a metadata key, most frequent first, equals by value."""

    def extent(self, dataset_id: str, name: str) -> Extent:
        """Return the least and greatest number under a metadata key."""


class Suggestions(Protocol):
    """Suggestions."""

    def put(self, new: Sequence[NewSuggestion]) -> None:
        """Insert suggestions, or replace those for the same record and question."""

    def of(self, record_ids: Collection[str]) -> list[SuggestionRow]:
        """Return the suggestions of the records."""

    def get(self, suggestion_id: str) -> SuggestionRow | None:
        """Return a suggestion."""

    def delete(self, suggestion_ids: Collection[str]) -> None:
        """Delete suggestions."""

    def clear(self, record_ids: Collection[str]) -> None:
        """Delete all suggestions of the records."""

    def agents(self, dataset_id: str, question_id: str) -> list[str]:
        """Return who made suggestions for a question, in alphabetical order."""


class Responses(Protocol):
    """Responses."""

    def put(self, new: Sequence[NewResponse], first: Collection[tuple[str, str]]) -> None:
        """Insert responses, or replace those of the same user on the same record.

        ``first`` says, by (record id, user id), which are inserted.
        """

    def of(self, record_ids: Collection[str], user_id: str | None = None) -> list[ResponseRow]:
        """Return the responses to the records, of one user or of all, oldest first."""

    def get(self, response_id: str) -> ResponseRow | None:
        """Return a response."""

    def by_user(self, record_id: str, user_id: str) -> ResponseRow | None:
        """Return a user's response to a record."""

    def own(
        self,
        dataset_id: str,
        user_id: str,
        status: ResponseStatus,
        before: tuple[datetime, str],
        limit: int,
    ) -> list[ResponseRow]:
        """Return a user's responses of a status, last changed first.

        Only those that come after ``before`` in that order: the time of the last change and the
        record's id.
        """

    def delete(self, gone: ResponseRow) -> None:
        """Delete a response."""


class Tallies(Protocol):
    """How many records and responses a dataset has, by status."""

    def records(self, dataset_id: str) -> dict[RecordStatus, int]:
        """Return the number of records of each status."""

    def responses(self, dataset_id: str, user_id: str | None = None) -> list[ResponseTally]:
        """Return the number of responses by user and statuses; of one user's only, if given."""

    def add_records(self, dataset_id: str, changes: Mapping[RecordStatus, int]) -> None:
        """Add to the numbers of records."""

    def add_responses(self, dataset_id: str, changes: Mapping[ResponseGroup, int]) -> None:
        """Add to the numbers of responses by (user id, record's status, response's status)."""
