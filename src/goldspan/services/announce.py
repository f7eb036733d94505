"""Write down, in the transaction of a change, what webhooks are to be told of it.

Where no webhook wants an event this is one small read a transaction, and nothing is put together.
The messages have the shape of Argilla 2's: ``type``, ``version``, ``timestamp`` and ``data``, which
is the dataset, record or response as it is after the change, or was before it was deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from goldspan.storage.rows import DatasetRow, RecordRow, ResponseRow
from goldspan.storage.store import Unit

VERSION = 1


def announce_dataset(unit: Unit, event: str, dataset: DatasetRow) -> None:
    """Announce what happened to a dataset."""
    if unit.deliveries.wanted_by(event):
        _add(unit, event, [_dataset(unit, dataset)])


def announce_records(
    unit: Unit, event: str, dataset: DatasetRow, record_ids: Collection[str]
) -> None:
    """Announce what happened to records that are there."""
    if record_ids and unit.deliveries.wanted_by(event):
        found = unit.records.some(dataset.id, record_ids)
        of = _encoded(_dataset(unit, dataset))
        _add(unit, event, [_record(record, of) for record in found.values()])


def announce_responses(
    unit: Unit, event: str, dataset: DatasetRow, places: Collection[tuple[str, str]]
) -> None:
    """Announce what happened to the responses of these (record id, user id)."""
    if not places or not unit.deliveries.wanted_by(event):
        return
    wanted = set(places)
    record_ids = sorted({record_id for record_id, _ in wanted})
    rows = [row for row in unit.responses.of(record_ids) if (row.record_id, row.user_id) in wanted]
    records = unit.records.some(dataset.id, record_ids)
    of = _encoded(_dataset(unit, dataset))
    users = {user_id: _user(unit, user_id) for user_id in {row.user_id for row in rows}}
    data = [_response(row, _record(records[row.record_id], of), users[row.user_id]) for row in rows]
    _add(unit, event, data)


def message(event: str, now: object, data: Mapping[str, Any]) -> str:
    """Return a message as it is sent."""
    whole = {"type": event, "version": VERSION, "timestamp": now, "data": data}
    return msgspec.json.encode(whole).decode()


def _add(unit: Unit, event: str, data: Sequence[Mapping[str, Any]]) -> None:
    unit.deliveries.add(event, [message(event, unit.now, one) for one in data])


def _encoded(value: Mapping[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _json(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text)


def _dataset(unit: Unit, row: DatasetRow) -> dict[str, Any]:
    workspace = unit.workspaces.get(row.workspace_id)
    assert workspace is not None
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status,
        "guidelines": row.guidelines,
        "allow_extra_metadata": row.allow_extra_metadata,
        "distribution": {"strategy": "overlap", "min_submitted": row.min_submitted},
        "metadata": _json(row.metadata_json),
        "workspace": {
            "id": workspace.id,
            "name": workspace.name,
            "inserted_at": workspace.inserted_at,
            "updated_at": workspace.updated_at,
        },
        "last_activity_at": row.last_activity_at,
        "inserted_at": row.inserted_at,
        "updated_at": row.updated_at,
    }


def _record(row: RecordRow, dataset: msgspec.Raw) -> dict[str, Any]:
    return {
        "id": row.id,
        "external_id": row.external_id,
        "status": row.status,
        "fields": _json(row.fields_json),
        "metadata": _json(row.metadata_json or "{}"),
        "dataset": dataset,
        "inserted_at": row.inserted_at,
        "updated_at": row.updated_at,
    }


def _response(
    row: ResponseRow, record: Mapping[str, Any], user: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status.value,
        "values": _json(row.values_json),
        "record": record,
        "user": user,
        "inserted_at": row.inserted_at,
        "updated_at": row.updated_at,
    }


def _user(unit: Unit, user_id: str) -> dict[str, Any]:
    """Return who responded; of somebody who was deleted, or never was here, the id alone."""
    user = unit.users.get(user_id)
    return {
        "id": user_id,
        "username": user and user.username,
        "first_name": user and user.first_name,
        "last_name": user and user.last_name,
        "role": user and str(user.role),
    }
