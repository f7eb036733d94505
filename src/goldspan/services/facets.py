"""What values there are to filter by."""

from __future__ import annotations

from dataclasses import dataclass

from goldspan.domain.metadata import TermsMetadataProperty
from goldspan.domain.permission import Action, Actor
from goldspan.errors import NotFound
from goldspan.services.lookup import schema_of, visible_dataset
from goldspan.storage.rows import Extent, TermCount
from goldspan.storage.store import Unit


@dataclass(frozen=True, slots=True)
class PropertyFacet:
    """The values that a dataset's records have for one metadata property.

    Args:
        kind: of the property: terms, integer or float.
        terms: every term with its number of records, most frequent first; for terms only.
        extent: the least and the greatest number; for numbers only.
    """

    kind: str
    terms: list[TermCount] | None
    extent: Extent | None


def property_facet(unit: Unit, actor: Actor, property_id: str) -> PropertyFacet:
    """Return the values of a metadata property. Raises NotFound where the actor may not see it."""
    declared = unit.datasets.metadata_properties.get(property_id)
    dataset = None if declared is None else unit.datasets.get(declared.dataset_id)
    if (
        declared is None
        or dataset is None
        or not actor.sees(dataset.workspace_id)
        or not (declared.definition.visible_for_annotators or actor.may(Action.SEE_ALL))
    ):
        raise NotFound(f"there is no {property_id!r} among the metadata properties", id=property_id)
    prop = declared.definition
    if isinstance(prop, TermsMetadataProperty):
        return PropertyFacet(prop.kind, unit.records.terms(dataset.id, prop.name), None)
    return PropertyFacet(prop.kind, None, unit.records.extent(dataset.id, prop.name))


def suggestion_agents(unit: Unit, actor: Actor, dataset_id: str) -> dict[str, list[str]]:
    """Return question name to the agents of its suggestions, in alphabetical order.

    Annotators who compare candidates learn of no agents, because those could tell where a
    candidate comes from.

    Raises:
        NotFound: if the dataset does not exist for the actor.
    """
    visible_dataset(unit, actor, dataset_id)
    schema = schema_of(unit, dataset_id)
    if schema.asks_for_preferences and not actor.may(Action.SEE_ALL):
        return {name: [] for name in schema.question_ids}
    return {
        name: unit.suggestions.agents(dataset_id, question_id)
        for name, question_id in schema.question_ids.items()
    }
