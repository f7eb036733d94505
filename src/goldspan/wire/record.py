"""Records, suggestions and responses, to and from the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain import record as domain
from goldspan.domain.record import ResponseStatus
from goldspan.wire.base import Wire

Score = float | list[float] | None


class ResponseValue(Wire):
    """The answer to one question; its form depends on the question's kind."""

    value: Any


class ResponseCreate(Wire):
    """One user's answers; ``user_id`` is the caller if left out."""

    values: dict[str, ResponseValue] | None = None
    status: ResponseStatus = ResponseStatus.SUBMITTED
    user_id: str | None = None


class ResponseUpdate(Wire):
    """What a response is replaced by."""

    values: dict[str, ResponseValue] | None = None
    status: ResponseStatus = ResponseStatus.SUBMITTED


class Response(Wire):
    """One user's answers; the user may have been deleted since."""

    id: str
    record_id: str
    user_id: str
    values: dict[str, ResponseValue] | None
    status: ResponseStatus
    inserted_at: datetime
    updated_at: datetime


class SuggestionCreate(Wire):
    """A proposed value for the question of this id or name."""

    value: Any
    question_id: str | None = None
    question_name: str | None = None
    type: Literal["model", "human"] | None = None
    score: Score = None
    agent: str | None = None


class Suggestion(Wire):
    """A proposed value."""

    id: str
    question_id: str
    value: Any
    type: str | None
    score: Score
    agent: str | None
    inserted_at: datetime
    updated_at: datetime


class RecordCreate(Wire):
    """A new record, or in a bulk upsert the state to bring a record to.

    An upsert finds the record by ``id``, else by ``external_id``.
    """

    fields: dict[str, Any]
    metadata: dict[str, Any] | None = None
    external_id: str | None = None
    responses: list[ResponseCreate] | None = None
    suggestions: list[SuggestionCreate] | None = None
    vectors: dict[str, list[float]] | None = None
    id: str | None = None


class RecordsCreate(Wire):
    """Records to add or upsert together: all or none."""

    items: list[RecordCreate]


class RecordUpdate(Wire):
    """Changes to a record; what is left out stays as it is.

    ``suggestions`` replace all of the record's suggestions. ``id`` names the record where
    several are updated together.
    """

    id: str | None = None
    fields: dict[str, Any] | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType | None = UNSET
    suggestions: list[SuggestionCreate] | UnsetType | None = UNSET
    vectors: dict[str, list[float]] | UnsetType | None = UNSET


class RecordsUpdate(Wire):
    """Records to change together: all or none."""

    items: list[RecordUpdate]


class Adjudication(Wire):
    """What settles a record, by whom (a user's id), when, from which response."""

    values: dict[str, ResponseValue]
    by: str
    at: datetime
    response_id: str | None


class Record(Wire):
    """A record. ``responses``, ``suggestions`` and ``vectors`` are left out unless included.

    ``adjudication`` is there for those who see all, with the responses of a record that is settled.
    """

    id: str
    dataset_id: str
    fields: dict[str, Any]
    metadata: dict[str, Any] | None
    external_id: str | None
    status: Literal["pending", "completed"]
    inserted_at: datetime
    updated_at: datetime
    responses: list[Response] | UnsetType = UNSET
    suggestions: list[Suggestion] | UnsetType = UNSET
    vectors: dict[str, list[float]] | UnsetType = UNSET
    adjudication: Adjudication | UnsetType = UNSET


class RecordsBulk(Wire):
    """What a bulk upsert did; ids that are not in ``updated_item_ids`` are new."""

    items: list[Record]
    updated_item_ids: list[str]


class BulkResponse(Wire):
    """A response to store for the caller."""

    record_id: str
    values: dict[str, ResponseValue] | None = None
    status: ResponseStatus = ResponseStatus.SUBMITTED


class ResponsesBulk(Wire):
    """Responses to store for the caller; each succeeds or fails alone."""

    items: list[BulkResponse]


class BulkFault(Wire):
    """Why one item of a bulk was refused."""

    detail: dict[str, Any]


class BulkResponseResult(Wire):
    """What became of one item: exactly one of the two is filled."""

    item: Response | None = None
    error: BulkFault | None = None


class ResponsesBulkResult(Wire):
    """What became of every item, in order."""

    items: list[BulkResponseResult]


def response_body(response: domain.Response) -> ResponseCreate:
    """Return what creates the response."""
    return ResponseCreate(
        values={name: ResponseValue(value=v) for name, v in response.values.items()},
        status=response.status,
        user_id=response.user_id,
    )


def plain_values(values: Mapping[str, ResponseValue] | None) -> dict[str, Any]:
    """Return question name to value, without the ``{"value": ...}`` around each."""
    return {name: given.value for name, given in (values or {}).items()}


def suggestion_body(suggestion: domain.Suggestion) -> SuggestionCreate:
    """Return what creates the suggestion; the server finds the question by its name."""
    return msgspec.convert(
        {
            "question_name": suggestion.question_name,
            "value": suggestion.value,
            "score": suggestion.score,
            "agent": suggestion.agent,
            "type": suggestion.type,
        },
        SuggestionCreate,
    )


def suggestion_of(body: Suggestion, question_names: Mapping[str, str]) -> domain.Suggestion:
    """Return the domain's suggestion; ``question_names`` maps question ids to names."""
    return domain.Suggestion(
        question_name=question_names[body.question_id],
        value=body.value,
        score=body.score,
        agent=body.agent,
        type=body.type,
    )
