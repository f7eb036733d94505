"""How far an annotator has come in a dataset."""

from __future__ import annotations

from dataclasses import dataclass

from goldspan.domain.permission import Actor
from goldspan.domain.record import ResponseStatus
from goldspan.services.assignment import left_for
from goldspan.services.lookup import visible_dataset
from goldspan.storage.store import Unit


@dataclass(frozen=True, slots=True)
class OwnProgress:
    """A user's part in a dataset, and the dataset's own state.

    Args:
        submitted: the user's submitted responses.
        discarded: the user's discarded ones.
        draft: the user's drafts.
        today: of the submitted ones, those of this day (UTC).
        remaining: records that the user could still be given.
        waiting: records that the user could be given if others handed them back.
        total: the dataset's records.
        completed: those that are completed.
    """

    submitted: int
    discarded: int
    draft: int
    today: int
    remaining: int
    waiting: int
    total: int
    completed: int


def own_progress(unit: Unit, actor: Actor, dataset_id: str) -> OwnProgress:
    """Return the actor's progress, from kept counts. Raises NotFound."""
    visible_dataset(unit, actor, dataset_id)
    return progress_of(unit, actor.user_id, dataset_id)


def progress_of(unit: Unit, user_id: str, dataset_id: str) -> OwnProgress:
    """Return a user's progress in a dataset that is there for them."""
    left = left_for(unit, dataset_id, user_id)
    own = dict.fromkeys(ResponseStatus, 0)
    for tally in left.own:
        own[tally.response_status] += tally.count
    return OwnProgress(
        submitted=own[ResponseStatus.SUBMITTED],
        discarded=own[ResponseStatus.DISCARDED],
        draft=own[ResponseStatus.DRAFT],
        today=unit.days.submitted(dataset_id, user_id, unit.now.date().isoformat()),
        remaining=left.remaining,
        waiting=left.waiting,
        total=sum(left.records.values()),
        completed=left.records["completed"],
    )
