"""Datasets: create, change, publish, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain.assignment import AssignmentOrder
from goldspan.domain.nesting import require_shallow
from goldspan.domain.permission import Action, Actor
from goldspan.domain.schema import check_settings
from goldspan.errors import Conflict, InvalidInput
from goldspan.services.announce import announce_dataset
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.services.ordering import CHUNK, reorder
from goldspan.services.record_state import set_needed
from goldspan.services.workspaces import visible_workspace
from goldspan.storage.rows import DatasetRow
from goldspan.storage.store import Unit

LONGEST_NAME = 200
LONGEST_GUIDELINES = 10_000
LONGEST_LEASE = 24 * 60
MOST_SUBMITTED = 10_000


@dataclass(frozen=True, slots=True)
class AssignmentRules:
    """How records are given out.

    Args:
        order: of the records.
        lease_minutes: how long a record stays with somebody who gives no sign of life, 1 to 1440.
        accept_late: whether work that finds no place free is kept as extra.
        suggestions_on_request: share of records whose suggestions are shown to whoever asks for
            them, 0 to 100 percent.
    """

    order: AssignmentOrder
    lease_minutes: int
    accept_late: bool
    suggestions_on_request: int = 0

    def columns(self) -> dict[str, Any]:
        """Return the dataset's attributes. Raises InvalidInput."""
        if not 1 <= self.lease_minutes <= LONGEST_LEASE:
            raise InvalidInput(f"lease_minutes is 1 to {LONGEST_LEASE}, found {self.lease_minutes}")
        if not 0 <= self.suggestions_on_request <= 100:
            raise InvalidInput(
                "suggestions_on_request is a share of records, 0 to 100 percent, found "
                f"{self.suggestions_on_request}"
            )
        return {
            "assignment_order": self.order,
            "lease_minutes": self.lease_minutes,
            "accept_late": self.accept_late,
            "suggestions_on_request": self.suggestions_on_request,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanges:
    """New values; None (where None is a value, UNSET) leaves a value as it is."""

    name: str | None = None
    guidelines: str | UnsetType | None = UNSET
    allow_extra_metadata: bool | None = None
    min_submitted: int | None = None
    metadata: dict[str, Any] | UnsetType | None = UNSET
    assignment: AssignmentRules | None = None


def create_dataset(
    unit: Unit,
    actor: Actor,
    workspace_id: str,
    name: str,
    *,
    guidelines: str | None = None,
    allow_extra_metadata: bool = True,
    min_submitted: int = 1,
    metadata: dict[str, Any] | None = None,
    assignment: AssignmentRules | None = None,
) -> DatasetRow:
    """Create a draft. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    visible_workspace(unit, actor, workspace_id)
    actor.require(Action.MANAGE_DATASET)
    _check(name, guidelines, min_submitted)
    dataset = unit.datasets.add(
        workspace_id,
        name,
        guidelines=guidelines,
        allow_extra_metadata=allow_extra_metadata,
        min_submitted=min_submitted,
        metadata_json=_json(metadata),
    )
    if assignment is not None:
        changed = msgspec.structs.replace(dataset, **assignment.columns())
        dataset = unit.datasets.update(changed)
    announce_dataset(unit, "dataset.created", dataset)
    return dataset


def list_datasets(
    unit: Unit, actor: Actor, workspace_id: str | None = None, name: str | None = None
) -> list[DatasetRow]:
    """Return the datasets that exist for the actor. Raises NotFound for an unseen workspace."""
    if workspace_id is not None:
        visible_workspace(unit, actor, workspace_id)
    found = unit.datasets.all(None if workspace_id is None else [workspace_id])
    return [one for one in found if actor.sees(one.workspace_id) and name in (None, one.name)]


def update_dataset(
    unit: Unit, actor: Actor, dataset_id: str, changes: DatasetChanges
) -> DatasetRow:
    """Change a dataset.

    Raises:
        NotFound, Forbidden, InvalidInput: as elsewhere.
        Conflict: if the name is taken.

    Where ``min_submitted`` or the order changed, ``renew`` has to be called until it is done.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    changed = msgspec.structs.replace(
        dataset,
        name=dataset.name if changes.name is None else changes.name,
        guidelines=dataset.guidelines if changes.guidelines is UNSET else changes.guidelines,
        allow_extra_metadata=(
            dataset.allow_extra_metadata
            if changes.allow_extra_metadata is None
            else changes.allow_extra_metadata
        ),
        min_submitted=(
            dataset.min_submitted if changes.min_submitted is None else changes.min_submitted
        ),
        metadata_json=(
            dataset.metadata_json if changes.metadata is UNSET else _json(changes.metadata)
        ),
        **({} if changes.assignment is None else changes.assignment.columns()),
    )
    _check(changed.name, changed.guidelines, changed.min_submitted)
    updated = unit.datasets.update(changed)
    announce_dataset(unit, "dataset.updated", updated)
    return updated


def renew(unit: Unit, actor: Actor, dataset_id: str, after: str) -> str | None:
    """Bring the next records up to what their dataset says of overlap and order.

    It goes by parts, so that work may go on meanwhile: each part is right when it is done.

    Args:
        unit: a transaction that writes.
        actor: who changed the dataset.
        dataset_id: the dataset.
        after: "" at the beginning, then what the last call returned.

    Returns:
        None when all is done.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    ids = unit.records.ids_after(dataset_id, after, CHUNK)
    set_needed(unit, dataset, ids, dataset.min_submitted)
    return reorder(unit, dataset, ids)


def publish_dataset(unit: Unit, actor: Actor, dataset_id: str) -> DatasetRow:
    """Make a draft ready for records.

    Raises:
        NotFound, Forbidden: as elsewhere.
        Conflict: if it is published already.
        InvalidSettings: if its fields and questions do not make a dataset.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    if dataset.status == "ready":
        raise Conflict(f"dataset {dataset.name!r} is published already")
    schema = schema_of(unit, dataset_id)
    check_settings(schema.fields, list(schema.questions.values()))
    published = unit.datasets.update(msgspec.structs.replace(dataset, status="ready"))
    announce_dataset(unit, "dataset.published", published)
    return published


def delete_dataset(unit: Unit, actor: Actor, dataset_id: str) -> DatasetRow:
    """Delete a dataset with everything in it. Raises NotFound, Forbidden."""
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    announce_dataset(unit, "dataset.deleted", dataset)
    unit.datasets.delete(dataset_id)
    return dataset


def require_ready(dataset: DatasetRow) -> None:
    """Raise Conflict for a draft."""
    if dataset.status != "ready":
        raise Conflict(
            f"dataset {dataset.name!r} is a draft; publish it before it takes records",
            dataset_id=dataset.id,
        )


def _check(name: str, guidelines: str | None, min_submitted: int) -> None:
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidInput(
            f"a dataset's name has 1 to {LONGEST_NAME} characters, found {name!r:.80}"
        )
    if guidelines is not None and len(guidelines) > LONGEST_GUIDELINES:
        raise InvalidInput(
            f"guidelines have at most {LONGEST_GUIDELINES} characters, found {len(guidelines)}"
        )
    if not 1 <= min_submitted <= MOST_SUBMITTED:
        raise InvalidInput(f"min_submitted is 1 to {MOST_SUBMITTED}, found {min_submitted}")


def _json(value: dict[str, Any] | None) -> str | None:
    require_shallow(value, "metadata")
    return None if value is None else msgspec.json.encode(value).decode()
