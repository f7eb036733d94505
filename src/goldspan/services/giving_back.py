"""What becomes of records that people hold: keep them, hand them back, put them off.

What is handed back, and what nobody kept in time, is free for others; ``services.assignment``
gives it out again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from goldspan.domain.permission import Action, Actor
from goldspan.errors import Conflict
from goldspan.services.lookup import visible_record
from goldspan.services.record_state import Assigned, change_assignments, lease_end
from goldspan.storage.rows import AssignmentRow, DatasetRow, RecordState
from goldspan.storage.store import Unit


def extend(
    unit: Unit, actor: Actor, record_ids: Collection[str]
) -> tuple[list[AssignmentRow], list[str]]:
    """Let the actor's leases on records last anew; return them, and the records without one.

    Raises:
        Forbidden: if the actor may not respond.
    """
    actor.require(Action.RESPOND)
    held = _held_by_dataset(unit, actor, record_ids)
    kept: list[AssignmentRow] = []
    for dataset, ids in held:
        unit.records.lock(ids)
        until = lease_end(unit, dataset)
        extended = set(unit.assignments.extend(ids, actor.user_id, until))
        kept += [
            msgspec.structs.replace(lease, expires_at=until)
            for lease in unit.assignments.leases(dataset.id, actor.user_id)
            if lease.record_id in extended
        ]
    alive = {lease.record_id for lease in kept}
    return kept, [record_id for record_id in record_ids if record_id not in alive]


def release(unit: Unit, actor: Actor, record_ids: Collection[str]) -> None:
    """Hand back records that the actor holds; others are passed over. Raises Forbidden."""
    actor.require(Action.RESPOND)
    for dataset, ids in _held_by_dataset(unit, actor, record_ids):
        _remove_lease(unit, dataset, ids, actor.user_id)


def release_all(unit: Unit, user_id: str) -> None:
    """Hand back everything that a user holds."""
    by_dataset: dict[str, list[str]] = {}
    for lease in unit.assignments.leases_of_user(user_id):
        by_dataset.setdefault(lease.dataset_id, []).append(lease.record_id)
    for dataset_id, ids in by_dataset.items():
        dataset = unit.datasets.get(dataset_id)
        if dataset is not None:
            _remove_lease(unit, dataset, ids, user_id)


def skip(unit: Unit, actor: Actor, record_id: str) -> None:
    """Put a record at the end of the actor's order.

    Raises:
        NotFound, Forbidden: for the record.
        Conflict: if the actor has submitted or discarded it.
    """
    record, dataset = visible_record(unit, actor, record_id, Action.RESPOND)

    def put_off(_state: RecordState, assigned: Assigned) -> None:
        held = assigned.get(actor.user_id)
        if held is not None and held.state in ("submitted", "discarded"):
            raise Conflict(
                f"{actor.username!r} has {held.state} a response to record {record_id!r}; "
                "take that back before skipping the record",
                record_id=record_id,
            )
        assigned[actor.user_id] = AssignmentRow(
            record_id=record.id,
            user_id=actor.user_id,
            dataset_id=dataset.id,
            state="skipped",
            extra=False,
            expires_at=None,
            since=unit.now,
        )

    change_assignments(unit, dataset, [record_id], put_off)


def reap(unit: Unit, dataset: DatasetRow) -> None:
    """End the leases that have run out; records that others have locked wait for the next time."""
    expired = unit.assignments.expired(dataset.id)
    if not expired:
        return

    def end(_state: RecordState, assigned: Assigned) -> None:
        for user_id, one in list(assigned.items()):
            if one.expires_at is not None and one.expires_at < unit.now:
                del assigned[user_id]

    change_assignments(unit, dataset, set(expired), end, only_free=True)


def _held_by_dataset(
    unit: Unit, actor: Actor, record_ids: Collection[str]
) -> list[tuple[DatasetRow, list[str]]]:
    """Return those of the records that the actor holds and still sees, by dataset."""
    wanted = set(record_ids)
    by_dataset: dict[str, list[str]] = {}
    for lease in unit.assignments.leases_of_user(actor.user_id):
        if lease.record_id in wanted:
            by_dataset.setdefault(lease.dataset_id, []).append(lease.record_id)
    found = [(unit.datasets.get(dataset_id), ids) for dataset_id, ids in by_dataset.items()]
    return [
        (dataset, ids)
        for dataset, ids in found
        if dataset is not None and actor.sees(dataset.workspace_id)
    ]


def _remove_lease(unit: Unit, dataset: DatasetRow, record_ids: Sequence[str], user_id: str) -> None:
    def remove(_state: RecordState, assigned: Assigned) -> None:
        held = assigned.get(user_id)
        if held is not None and held.state == "leased":
            del assigned[user_id]

    change_assignments(unit, dataset, record_ids, remove)
