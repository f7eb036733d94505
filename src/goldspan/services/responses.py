"""Responses: give, change, take back."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.errors import Conflict, NotFound
from goldspan.services.lookup import schema_of, visible_record
from goldspan.services.record_state import put_responses, remove_response
from goldspan.services.values import GivenValue, kept_response
from goldspan.storage.rows import DatasetRow, NewResponse, RecordRow, ResponseRow
from goldspan.storage.store import Unit

Values = Mapping[str, GivenValue] | None


def create_response(
    unit: Unit, actor: Actor, record_id: str, values: Values, status: ResponseStatus
) -> ResponseRow:
    """Store the actor's first response to a record.

    Raises:
        NotFound: for the record.
        InvalidResponse: if the values do not fit.
        Conflict: if the actor has responded already.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.RESPOND)
    if unit.responses.by_user(record_id, actor.user_id) is not None:
        raise Conflict(
            f"{actor.username!r} has responded to record {record_id!r} already; "
            "change that response instead",
            record_id=record_id,
        )
    return _put(unit, record, dataset, actor.user_id, values, status)


def put_response(
    unit: Unit, actor: Actor, record_id: str, values: Values, status: ResponseStatus
) -> ResponseRow:
    """Store the actor's response to a record, in place of an earlier one.

    Raises:
        NotFound: for the record.
        InvalidResponse: if the values do not fit.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.RESPOND)
    return _put(unit, record, dataset, actor.user_id, values, status)


def update_response(
    unit: Unit, actor: Actor, response_id: str, values: Values, status: ResponseStatus
) -> ResponseRow:
    """Replace a response: one's own, or anybody's for those who see all.

    Raises:
        NotFound: if there is none, or it is not the actor's to see.
        InvalidResponse: if the values do not fit.
    """
    response, record, dataset = _find(unit, actor, response_id)
    return _put(unit, record, dataset, response.user_id, values, status)


def delete_response(unit: Unit, actor: Actor, response_id: str) -> ResponseRow:
    """Take a response back: one's own, or anybody's for those who see all. Raises NotFound."""
    response, record, dataset = _find(unit, actor, response_id)
    remove_response(unit, dataset, response)
    unit.versions.add_deleted(record.id, response.user_id)
    return response


def _find(unit: Unit, actor: Actor, response_id: str) -> tuple[ResponseRow, RecordRow, DatasetRow]:
    response = unit.responses.get(response_id)
    hidden = NotFound(f"there is no response {response_id!r}", response_id=response_id)
    if response is None:
        raise hidden
    record, dataset = visible_record(unit, actor, response.record_id, Action.RESPOND)
    if response.user_id != actor.user_id and not actor.may(Action.SEE_ALL):
        raise hidden
    return response, record, dataset


def _put(
    unit: Unit,
    record: RecordRow,
    dataset: DatasetRow,
    user_id: str,
    values: Values,
    status: ResponseStatus,
) -> ResponseRow:
    fields = msgspec.json.decode(record.fields_json)
    new = NewResponse(
        record_id=record.id,
        user_id=user_id,
        values_json=kept_response(schema_of(unit, dataset.id), fields, values, status),
        status=status,
        dataset_id=dataset.id,
    )
    put_responses(unit, dataset, [new])
    stored = unit.responses.by_user(record.id, user_id)
    assert stored is not None
    return stored
