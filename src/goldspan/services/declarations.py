"""What a dataset declares: fields, questions, metadata properties, kinds of vectors.

Fields and questions are fixed when the dataset is published; properties and vectors may be added
at any time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, assert_never

from goldspan.domain.field import Field
from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.permission import Action, Actor
from goldspan.domain.question import Question, SpanQuestion
from goldspan.domain.schema import VectorSettings, check_marked_field
from goldspan.errors import Conflict, NotFound
from goldspan.services.lookup import visible_dataset
from goldspan.storage.datasets import Declarations
from goldspan.storage.rows import DatasetRow, Declared, Definition
from goldspan.storage.store import Unit

Kind = Literal["fields", "questions", "metadata_properties", "vectors_settings"]


def _declarations(unit: Unit, kind: Kind) -> Declarations[Any]:
    match kind:
        case "fields":
            return unit.datasets.fields
        case "questions":
            return unit.datasets.questions
        case "metadata_properties":
            return unit.datasets.metadata_properties
        case "vectors_settings":
            return unit.datasets.vectors_settings
        case _:
            assert_never(kind)


def _require_draft(dataset: DatasetRow, kind: Kind) -> None:
    if kind in ("fields", "questions") and dataset.status == "ready":
        raise Conflict(
            f"dataset {dataset.name!r} is published, so its {kind} are fixed",
            dataset_id=dataset.id,
        )


def declare(
    unit: Unit,
    actor: Actor,
    dataset_id: str,
    kind: Kind,
    definition: Field | Question | MetadataProperty | VectorSettings,
) -> Declared[Any]:
    """Add something to a dataset.

    Raises:
        NotFound, Forbidden: as elsewhere.
        Conflict: if the name is taken, or a field or question comes after publication.
        InvalidSettings: if a span question marks what is not one of the text fields.
    """
    dataset = visible_dataset(unit, actor, dataset_id, Action.MANAGE_DATASET)
    _require_draft(dataset, kind)
    if isinstance(definition, SpanQuestion):
        fields = [field.definition for field in unit.datasets.fields.of(dataset_id)]
        check_marked_field(fields, definition)
    return _declarations(unit, kind).add(dataset_id, definition)


def list_declared(unit: Unit, actor: Actor, dataset_id: str, kind: Kind) -> list[Declared[Any]]:
    """Return what a dataset declares, as far as the actor may see it. Raises NotFound."""
    visible_dataset(unit, actor, dataset_id)
    declared = _declarations(unit, kind).of(dataset_id)
    if kind == "metadata_properties" and not actor.may(Action.SEE_ALL):
        return [one for one in declared if one.definition.visible_for_annotators]
    return declared


def get_declared(unit: Unit, actor: Actor, kind: Kind, declared_id: str) -> Declared[Any]:
    """Return one thing that a dataset declares and the actor may change.

    Raises:
        NotFound: if it does not exist for the actor.
        Forbidden: if the actor may not change it.
    """
    declared = _declarations(unit, kind).get(declared_id)
    dataset = None if declared is None else unit.datasets.get(declared.dataset_id)
    if declared is None or dataset is None or not actor.sees(dataset.workspace_id):
        what = kind.replace("_", " ")
        raise NotFound(f"there is no {declared_id!r} among the {what}", id=declared_id)
    actor.require(Action.MANAGE_DATASET)
    return declared


def change_declared(
    unit: Unit, actor: Actor, kind: Kind, declared_id: str, definition: Definition
) -> Declared[Any]:
    """Replace a definition by one of the same name.

    Raises:
        NotFound, Forbidden: as elsewhere.
        Conflict: if the dataset is published and values that fitted would not fit any more.
    """
    declared = get_declared(unit, actor, kind, declared_id)
    dataset = visible_dataset(unit, actor, declared.dataset_id, Action.MANAGE_DATASET)
    old = declared.definition
    if dataset.status == "ready" and _meaning(old) != _meaning(definition):
        raise Conflict(
            f"dataset {dataset.name!r} is published: titles, descriptions and appearance of "
            f"{old.name!r} may change, what it takes may not"
        )
    return _declarations(unit, kind).update(declared_id, definition)


def remove_declared(unit: Unit, actor: Actor, kind: Kind, declared_id: str) -> Declared[Any]:
    """Delete one. Raises NotFound, Forbidden, Conflict for a published field or question."""
    declared = get_declared(unit, actor, kind, declared_id)
    dataset = visible_dataset(unit, actor, declared.dataset_id, Action.MANAGE_DATASET)
    _require_draft(dataset, kind)
    _declarations(unit, kind).delete(declared_id)
    return declared


APPEARANCE = {
    "title": "title",
    "description": None,
    "use_markdown": False,
    "visible_labels": None,
    "labels_order": "natural",
    "visible_for_annotators": True,
    "template": "appearance",
    "advanced_mode": False,
}


def _meaning(definition: Any) -> Any:
    """Return the definition without what only concerns how it looks."""
    plain: dict[str, Any] = {
        name: value for name, value in APPEARANCE.items() if hasattr(definition, name)
    }
    for name in ("labels", "values"):
        options = getattr(definition, name, None)
        if options and hasattr(options[0], "text"):
            plain[name] = sorted((replace(o, text="", description=None) for o in options), key=str)
    return replace(definition, **plain)
