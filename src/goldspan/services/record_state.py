"""The rule that completes records, and the counts that follow from it.

A record is completed when ``min_submitted`` of its responses are submitted. Whoever changes
responses or deletes records goes through here, so that responses, status and counts change
together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set

from goldspan.domain.record import ResponseStatus
from goldspan.storage.rows import DatasetRow, NewResponse, RecordRow, RecordStatus, ResponseRow
from goldspan.storage.store import ResponseGroup, Unit

State = tuple[RecordStatus, int]
NEW: State = ("pending", 0)
"""The state of a record that was just added."""


def record_status(submitted: int, min_submitted: int) -> RecordStatus:
    """Return the status of a record with so many submitted responses."""
    return "completed" if submitted >= min_submitted else "pending"


def put_responses(
    unit: Unit,
    dataset: DatasetRow,
    states: Mapping[str, State],
    responses: Sequence[NewResponse],
    *,
    just_added: Set[str] = frozenset(),
) -> None:
    """Store responses, each in place of the same user's earlier one.

    Args:
        unit: a transaction that writes.
        dataset: whose records they are for.
        states: id to status and number of submitted responses, for every record concerned.
        responses: at most one per record and user.
        just_added: ids of records that cannot have responses yet.
    """
    if not responses:
        return
    concerned = {response.record_id for response in responses}
    before = _by_record(unit.responses.of(concerned - just_added))
    after = {record_id: dict(before.get(record_id, {})) for record_id in concerned}
    for response in responses:
        after[response.record_id][response.user_id] = response.status
    unit.responses.put(responses)
    _settle(unit, dataset, {one: states[one] for one in concerned}, before, after)


def remove_response(unit: Unit, dataset: DatasetRow, record: RecordRow, gone: ResponseRow) -> None:
    """Delete one response."""
    before = _by_record(unit.responses.of([record.id]))
    kept = {user: status for user, status in before[record.id].items() if user != gone.user_id}
    unit.responses.delete(gone.id)
    states = {record.id: (record.status, record.submitted)}
    _settle(unit, dataset, states, before, {record.id: kept})


def remove_records(unit: Unit, dataset: DatasetRow, records: Collection[RecordRow]) -> None:
    """Delete records with their suggestions and responses."""
    ids = [record.id for record in records]
    statuses = {record.id: record.status for record in records}
    changes: Counter[ResponseGroup] = Counter()
    for response in unit.responses.of(ids):
        changes[response.user_id, statuses[response.record_id], response.status] -= 1
    unit.records.delete(ids)
    gone = Counter(statuses.values())
    unit.tallies.add_records(dataset.id, {status: -count for status, count in gone.items()})
    unit.tallies.add_responses(dataset.id, changes)
    unit.datasets.touch(dataset.id)


def _by_record(responses: Iterable[ResponseRow]) -> dict[str, dict[str, ResponseStatus]]:
    found: dict[str, dict[str, ResponseStatus]] = {}
    for response in responses:
        found.setdefault(response.record_id, {})[response.user_id] = response.status
    return found


def _settle(
    unit: Unit,
    dataset: DatasetRow,
    states: Mapping[str, State],
    before: Mapping[str, Mapping[str, ResponseStatus]],
    after: Mapping[str, Mapping[str, ResponseStatus]],
) -> None:
    """Bring states and counts from one set of responses (record to user to status) to another."""
    record_changes: Counter[RecordStatus] = Counter()
    response_changes: Counter[ResponseGroup] = Counter()
    new_states: list[tuple[str, RecordStatus, int]] = []
    for record_id, (old_status, old_submitted) in states.items():
        given = after[record_id]
        submitted = sum(status is ResponseStatus.SUBMITTED for status in given.values())
        status = record_status(submitted, dataset.min_submitted)
        if (status, submitted) != (old_status, old_submitted):
            new_states.append((record_id, status, submitted))
        record_changes[old_status] -= 1
        record_changes[status] += 1
        for user_id, response_status in before.get(record_id, {}).items():
            response_changes[user_id, old_status, response_status] -= 1
        for user_id, response_status in given.items():
            response_changes[user_id, status, response_status] += 1
    unit.records.set_states(new_states)
    unit.tallies.add_records(dataset.id, record_changes)
    unit.tallies.add_responses(dataset.id, response_changes)
    unit.datasets.touch(dataset.id)
