"""Kinds of vectors of a dataset, to and from the domain."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType

from goldspan.domain import schema as domain
from goldspan.wire.base import Wire


class VectorSettingsCreate(Wire):
    """A new kind of vector."""

    name: str
    dimensions: int
    title: str | None = None


class VectorSettingsUpdate(Wire):
    """Changes to a kind of vector; what is left out stays as it is."""

    title: str | UnsetType | None = UNSET


class VectorSettings(Wire):
    """A kind of vector."""

    id: str
    name: str
    title: str
    dimensions: int
    dataset_id: str
    inserted_at: datetime
    updated_at: datetime


def vector_settings_body(vector: domain.VectorSettings) -> VectorSettingsCreate:
    """Return what creates the kind of vector."""
    return VectorSettingsCreate(name=vector.name, title=vector.title, dimensions=vector.dimensions)


def vector_settings_of(body: VectorSettingsCreate | VectorSettings) -> domain.VectorSettings:
    """Return the domain's kind of vector. Raises InvalidSettings."""
    return domain.VectorSettings(body.name, body.dimensions, body.title or "")
