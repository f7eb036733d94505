"""Datasets: create, change, publish, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from goldspan.domain.permission import Action, Actor
from goldspan.domain.schema import check_settings
from goldspan.errors import Conflict, InvalidInput
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.services.workspaces import visible_workspace
from goldspan.storage.rows import DatasetRow
from goldspan.storage.store import Unit

LONGEST_NAME = 200
LONGEST_GUIDELINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetChanges:
    """New values; None (where None is a value, UNSET) leaves a value as it is."""

    name: str | None = None
    guidelines: str | UnsetType | None = UNSET
    allow_extra_metadata: bool | None = None
    min_submitted: int | None = None
    metadata: dict[str, Any] | UnsetType | None = UNSET


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
) -> DatasetRow:
    """Create a draft. Raises NotFound, Forbidden, InvalidInput, Conflict."""
    visible_workspace(unit, actor, workspace_id)
    actor.require(Action.MANAGE_DATASET)
    _check(name, guidelines, min_submitted)
    return unit.datasets.add(
        workspace_id,
        name,
        guidelines=guidelines,
        allow_extra_metadata=allow_extra_metadata,
        min_submitted=min_submitted,
        metadata_json=_json(metadata),
    )


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
        Conflict: if the name is taken, or responses exist and ``min_submitted`` would change.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    changed = msgspec.structs.replace(
        dataset,
        name=changes.name or dataset.name,
        guidelines=dataset.guidelines if changes.guidelines is UNSET else changes.guidelines,
        allow_extra_metadata=(
            dataset.allow_extra_metadata
            if changes.allow_extra_metadata is None
            else changes.allow_extra_metadata
        ),
        min_submitted=changes.min_submitted or dataset.min_submitted,
        metadata_json=(
            dataset.metadata_json if changes.metadata is UNSET else _json(changes.metadata)
        ),
    )
    _check(changed.name, changed.guidelines, changed.min_submitted)
    if changed.min_submitted != dataset.min_submitted and unit.responses.exist_in(dataset_id):
        raise Conflict(
            f"dataset {dataset.name!r} has responses already, so min_submitted stays "
            f"{dataset.min_submitted}"
        )
    return unit.datasets.update(changed)


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
    return unit.datasets.update(msgspec.structs.replace(dataset, status="ready"))


def delete_dataset(unit: Unit, actor: Actor, dataset_id: str) -> DatasetRow:
    """Delete a dataset with everything in it. Raises NotFound, Forbidden."""
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
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
    if min_submitted < 1:
        raise InvalidInput(f"min_submitted is 1 or more, found {min_submitted}")


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
