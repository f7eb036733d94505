"""Metadata properties of a dataset, to and from the domain."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from msgspec import UNSET, UnsetType

from goldspan.domain import metadata as domain
from goldspan.wire.base import Wire


class TermsSettings(Wire, tag_field="type", tag="terms"):
    """Texts, numbers or truth values, out of ``values`` if they are given."""

    values: list[str | int | float | bool] | None = None


class IntegerSettings(Wire, tag_field="type", tag="integer"):
    """Whole numbers within [min, max]."""

    min: int | None = None
    max: int | None = None


class FloatSettings(Wire, tag_field="type", tag="float"):
    """Numbers within [min, max]."""

    min: float | None = None
    max: float | None = None


MetadataSettings = TermsSettings | IntegerSettings | FloatSettings


class MetadataPropertyCreate(Wire):
    """A new metadata property."""

    name: str
    settings: MetadataSettings
    title: str | None = None
    visible_for_annotators: bool | None = None


class MetadataPropertyUpdate(Wire):
    """Changes to a metadata property; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET
    visible_for_annotators: bool | UnsetType | None = UNSET


class MetadataProperty(Wire):
    """A metadata property."""

    id: str
    name: str
    title: str
    visible_for_annotators: bool
    settings: MetadataSettings
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


def metadata_property_body(prop: domain.MetadataProperty) -> MetadataPropertyCreate:
    """Return what creates the metadata property."""
    return MetadataPropertyCreate(
        name=prop.name,
        title=prop.title,
        visible_for_annotators=prop.visible_for_annotators,
        settings=metadata_settings(prop),
    )


def metadata_settings(prop: domain.MetadataProperty) -> MetadataSettings:
    """Return the settings of a metadata property."""
    match prop:
        case domain.TermsMetadataProperty():
            return TermsSettings(values=None if prop.values is None else list(prop.values))
        case domain.IntegerMetadataProperty():
            return IntegerSettings(min=prop.min, max=prop.max)
        case domain.FloatMetadataProperty():
            return FloatSettings(min=prop.min, max=prop.max)
        case _:
            assert_never(prop)


def metadata_property_of(
    body: MetadataPropertyCreate | MetadataProperty,
) -> domain.MetadataProperty:
    """Return the domain's metadata property. Raises InvalidSettings."""
    visible = body.visible_for_annotators is not False
    title, settings = body.title or "", body.settings
    match settings:
        case TermsSettings():
            values = None if settings.values is None else tuple(settings.values)
            return domain.TermsMetadataProperty(body.name, title, visible, values)
        case IntegerSettings():
            return domain.IntegerMetadataProperty(
                body.name, title, visible, settings.min, settings.max
            )
        case FloatSettings():
            return domain.FloatMetadataProperty(
                body.name, title, visible, settings.min, settings.max
            )
        case _:
            assert_never(settings)
