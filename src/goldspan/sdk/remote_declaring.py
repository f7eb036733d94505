"""Metadata properties and kinds of vectors, changed on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from goldspan.domain.schema import VectorSettings
from goldspan.errors import InvalidInput
from goldspan.sdk.declaring import Declaring, Definition, Kind
from goldspan.sdk.session import Session
from goldspan.wire.metadata import (
    MetadataPropertyUpdate,
    metadata_property_body,
    metadata_property_of,
)
from goldspan.wire.vectors import VectorSettingsUpdate, vector_settings_body, vector_settings_of


class RemoteDeclaring(Declaring):
    """Each change is made on the server, and the settings are what the server then has."""

    session: Session
    id: str

    def _add(self, kind: Kind, definition: Definition) -> None:
        if isinstance(definition, VectorSettings):
            self.session.client.add_vector_settings(self.id, vector_settings_body(definition))
        else:
            self.session.client.add_metadata_property(self.id, metadata_property_body(definition))
        self._read(kind)

    def _change(self, kind: Kind, definition: Definition) -> None:
        client = self.session.client
        ids = self._read(kind)
        (old,) = self._find(kind, [definition.name])
        if replace(definition, **_looks(old)) != old:
            raise InvalidInput(
                f"what {old.name!r} takes is fixed on the server: it is {old!r}, found "
                f"{definition!r}; only {', '.join(_looks(old))} may differ"
            )
        if isinstance(definition, VectorSettings):
            title = VectorSettingsUpdate(title=definition.title)
            client.update_vector_settings(ids[old.name], title)
        else:
            change = MetadataPropertyUpdate(**_looks(definition))
            client.update_metadata_property(ids[old.name], change)
        self._read(kind)

    def _remove(self, kind: Kind, names: Sequence[str]) -> None:
        client = self.session.client
        ids = self._read(kind)
        delete = (
            client.delete_vector_settings
            if kind == "vectors_settings"
            else client.delete_metadata_property
        )
        for name in names:
            delete(ids[name])
        self._read(kind)

    def _find(self, kind: Kind, names: Sequence[str]) -> list[Any]:
        self._read(kind)
        return super()._find(kind, names)

    def _read(self, kind: Kind) -> dict[str, str]:
        """Renew the settings by what the server has; return name to id."""
        if kind == "vectors_settings":
            vectors = self.session.client.vectors_settings(self.id)
            self._keep(kind, [vector_settings_of(one) for one in vectors])
            return {one.name: one.id for one in vectors}
        properties = self.session.client.metadata_properties(self.id)
        self._keep(kind, [metadata_property_of(one) for one in properties])
        return {one.name: one.id for one in properties}


def _looks(definition: Definition) -> dict[str, Any]:
    """Return what may change: the title, and of a property who sees it."""
    if isinstance(definition, VectorSettings):
        return {"title": definition.title}
    return {
        "title": definition.title,
        "visible_for_annotators": definition.visible_for_annotators,
    }
