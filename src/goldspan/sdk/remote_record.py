"""A record on the server, and what changes it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from goldspan.client import error_of
from goldspan.domain.record import ResponseStatus, Suggestion
from goldspan.sdk.records import FeedbackRecord, ResponseSchema, plain_values, to_suggestion
from goldspan.wire import record as wire
from goldspan.wire.base import from_wire_time

if TYPE_CHECKING:
    from goldspan.sdk.remote import RemoteFeedbackDataset

Values = Mapping[str, Any]


class RemoteFeedbackRecord(FeedbackRecord):
    """A record on the server; its methods change it there at once."""

    def __init__(
        self, body: wire.Record, dataset: RemoteFeedbackDataset, names: Mapping[str, str]
    ) -> None:
        suggestions = [] if body.suggestions is UNSET else body.suggestions
        super().__init__(
            fields=body.fields,
            responses=[] if body.responses is UNSET else map(_response_of, body.responses),
            suggestions=[wire.suggestion_of(one, names) for one in suggestions],
            metadata=body.metadata,
            vectors={} if body.vectors is UNSET else body.vectors,
            external_id=body.external_id,
        )
        if body.adjudication is not UNSET:
            values = wire.plain_values(body.adjudication.values)
            self.adjudicated = ResponseSchema(body.adjudication.by, values)
        self.id: str = body.id
        self.status = body.status
        self.inserted_at: datetime = from_wire_time(body.inserted_at)
        self.updated_at: datetime = from_wire_time(body.updated_at)
        self._dataset = dataset

    def submit(self, values: Values) -> None:
        """Store the caller's own response as submitted, replacing an earlier one.

        Args:
            values: question name to answer, plain or as ``{"value": answer}``.

        Raises:
            InvalidResponse: if an answer does not fit, or one to a required question is missing.
        """
        self._respond(values, ResponseStatus.SUBMITTED)

    def save_draft(self, values: Values) -> None:
        """Store the caller's own response as a draft, which nothing is trained on.

        Raises:
            InvalidResponse: if an answer does not fit.
        """
        self._respond(values, ResponseStatus.DRAFT)

    def discard(self, values: Values | None = None) -> None:
        """Say that the caller will not answer this record.

        Raises:
            InvalidResponse: if an answer does not fit.
        """
        self._respond(values or {}, ResponseStatus.DISCARDED)

    def _respond(self, values: Values, status: ResponseStatus) -> None:
        (result,) = self._dataset.store_responses([(self, values)], status)
        if result.item is None:
            raise error_of(result)
        stored = _response_of(result.item)
        others = [one for one in self.responses if one.user_id != stored.user_id]
        self.responses = [*others, stored]

    def update(
        self,
        *,
        suggestions: Iterable[Suggestion | Mapping[str, Any]] | None = None,
        metadata: Mapping[str, Any] | None = None,
        vectors: Mapping[str, list[float]] | None = None,
    ) -> None:
        """Change the record on the server.

        Args:
            suggestions: each replaces the one for its question; the others stay.
            metadata: replaces all metadata.
            vectors: each replaces the one of its name; the others stay.

        Raises:
            InvalidInput: if a value does not fit the dataset.
            NotFound: if the record was deleted meanwhile.
        """
        if suggestions is not None:
            merged = {one.question_name: one for one in self.suggestions}
            merged |= {one.question_name: one for one in map(to_suggestion, suggestions)}
            self.suggestions = merged.values()
        if metadata is not None:
            self.metadata = dict(metadata)
        if vectors is not None:
            self.vectors = {**self.vectors, **vectors}
        self._dataset.update_records([self])

    def to_local(self) -> FeedbackRecord:
        """Return a copy that is not tied to the server but keeps the record's id."""
        local = FeedbackRecord(
            fields=self.fields,
            responses=self.responses,
            suggestions=self.suggestions,
            metadata=self.metadata,
            vectors=self.vectors,
            external_id=self.external_id,
        )
        local.id = self.id
        local.adjudicated = self.adjudicated
        return local

    def delete(self) -> None:
        """Delete the record with its responses."""
        self._dataset.delete_records([self])


def _response_of(body: wire.Response) -> ResponseSchema:
    """Return a stored response; several deleted users stay several."""
    user_id = body.user_id or f"deleted-user-{body.id}"
    return ResponseSchema(user_id, dict(wire.plain_values(body.values)), body.status)


def change_of(record: RemoteFeedbackRecord) -> wire.RecordUpdate:
    """Return what stores the suggestions, metadata and vectors that the record holds now."""
    return wire.RecordUpdate(
        id=record.id,
        metadata=record.metadata,
        suggestions=[wire.suggestion_body(one) for one in record.suggestions],
        vectors=record.vectors or UNSET,
    )


def response_to(
    record: RemoteFeedbackRecord, values: Values, status: ResponseStatus
) -> wire.BulkResponse:
    """Return what stores the caller's response to the record."""
    return wire.BulkResponse(
        record_id=record.id,
        values={name: wire.ResponseValue(value=v) for name, v in plain_values(values).items()},
        status=status,
    )
