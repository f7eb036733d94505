"""How far a dataset's work has come, from counts that are kept, never by counting rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from goldspan.domain.permission import Action, Actor
from goldspan.domain.record import ResponseStatus
from goldspan.services.lookup import visible_dataset
from goldspan.storage.rows import RecordStatus
from goldspan.storage.store import Unit


@dataclass(frozen=True, slots=True)
class Progress:
    """Records by status, and the names of those who responded."""

    records: Mapping[RecordStatus, int]
    usernames: Sequence[str]


UserTallies = dict[str, dict[tuple[RecordStatus, ResponseStatus], int]]


def dataset_progress(unit: Unit, actor: Actor, dataset_id: str) -> Progress:
    """Return a dataset's progress; annotators do not learn who else works. Raises NotFound."""
    visible_dataset(unit, actor, dataset_id)
    names = [*_tallies(unit, dataset_id)] if actor.may(Action.SEE_ALL) else []
    return Progress(unit.tallies.records(dataset_id), names)


def users_progress(unit: Unit, actor: Actor, dataset_id: str) -> UserTallies:
    """Return, by username, counts by (record's status, response's status).

    Raises:
        NotFound, Forbidden: for the dataset.
    """
    visible_dataset(unit, actor, dataset_id, Action.SEE_ALL)
    return _tallies(unit, dataset_id)


def own_metrics(unit: Unit, actor: Actor, dataset_id: str) -> tuple[int, dict[ResponseStatus, int]]:
    """Return the number of records, and of the actor's responses by status. Raises NotFound."""
    visible_dataset(unit, actor, dataset_id)
    own = dict.fromkeys(ResponseStatus, 0)
    for tally in unit.tallies.responses(dataset_id, actor.user_id):
        own[tally.response_status] += tally.count
    return sum(unit.tallies.records(dataset_id).values()), own


def _tallies(unit: Unit, dataset_id: str) -> UserTallies:
    names = unit.users.names()
    found: UserTallies = {}
    for tally in unit.tallies.responses(dataset_id):
        if tally.user_id in names and tally.count:
            group = tally.record_status, tally.response_status
            found.setdefault(names[tally.user_id], {})[group] = tally.count
    return found
