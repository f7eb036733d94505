"""The part of a dataset's settings that may change while it holds records.

Metadata properties and kinds of vectors are added, changed and taken away; what records hold under
a name stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypeVar

from goldspan.domain.metadata import MetadataProperty
from goldspan.domain.schema import VectorSettings
from goldspan.errors import Conflict, InvalidInput
from goldspan.sdk.settings import Settings

Kind = Literal["metadata_properties", "vectors_settings"]
Definition = MetadataProperty | VectorSettings
Made = TypeVar("Made", bound=Definition)


class Declaring:
    """Changes what a dataset declares in memory; a remote dataset overrides the three steps."""

    settings: Settings

    def metadata_property_by_name(self, name: str) -> MetadataProperty | None:
        """Return the metadata property of this name, or None."""
        return next((one for one in self.settings.metadata_properties if one.name == name), None)

    def vector_settings_by_name(self, name: str) -> VectorSettings | None:
        """Return the kind of vector of this name, or None."""
        return next((one for one in self.settings.vectors_settings if one.name == name), None)

    def add_metadata_property(self, metadata_property: MetadataProperty) -> MetadataProperty:
        """Declare a metadata property, so that records are filtered and sorted by it.

        Raises:
            Conflict: if there is one of this name.
        """
        self._add("metadata_properties", metadata_property)
        return metadata_property

    def update_metadata_properties(
        self, metadata_properties: MetadataProperty | Sequence[MetadataProperty]
    ) -> None:
        """Put these in the place of those of the same names.

        Properties are values: ``dataclasses.replace(property, title="New")`` makes a changed one.

        Raises:
            InvalidInput: if there is none of a name, or a dataset on the server is to take other
                values than before: there only the title and who sees it may change.
        """
        for one in _listed(metadata_properties):
            self._change("metadata_properties", one)

    def delete_metadata_properties(
        self, metadata_properties: str | Sequence[str]
    ) -> MetadataProperty | list[MetadataProperty]:
        """Take properties away by their names and return them, one alone as itself.

        Raises:
            InvalidInput: if there is none of a name; then none is taken away.
        """
        gone: MetadataProperty | list[MetadataProperty]
        gone = self._delete("metadata_properties", metadata_properties)
        return gone

    def add_vector_settings(self, vector_settings: VectorSettings) -> VectorSettings:
        """Declare a kind of vector, so that records may carry it.

        Raises:
            Conflict: if there is one of this name.
        """
        self._add("vectors_settings", vector_settings)
        return vector_settings

    def update_vectors_settings(
        self, vectors_settings: VectorSettings | Sequence[VectorSettings]
    ) -> None:
        """Put these in the place of those of the same names.

        Raises:
            InvalidInput: if there is none of a name, or the length of a vector on the server is to
                change.
        """
        for one in _listed(vectors_settings):
            self._change("vectors_settings", one)

    def delete_vectors_settings(
        self, vectors_settings: str | Sequence[str]
    ) -> VectorSettings | list[VectorSettings]:
        """Take kinds of vectors away by their names and return them, one alone as itself.

        Raises:
            InvalidInput: if there is none of a name; then none is taken away.
        """
        gone: VectorSettings | list[VectorSettings]
        gone = self._delete("vectors_settings", vectors_settings)
        return gone

    def _add(self, kind: Kind, definition: Definition) -> None:
        held = getattr(self.settings, kind)
        if any(one.name == definition.name for one in held):
            what = kind.replace("_", " ")
            raise Conflict(f"{definition.name!r} is taken already among the dataset's {what}")
        self._keep(kind, [*held, definition])

    def _change(self, kind: Kind, definition: Definition) -> None:
        self._find(kind, [definition.name])
        held = getattr(self.settings, kind)
        self._keep(kind, [definition if one.name == definition.name else one for one in held])

    def _remove(self, kind: Kind, names: Sequence[str]) -> None:
        held = getattr(self.settings, kind)
        self._keep(kind, [one for one in held if one.name not in names])

    def _delete(self, kind: Kind, given: str | Sequence[str]) -> Any:
        names = [given] if isinstance(given, str) else list(given)
        found = self._find(kind, names)
        self._remove(kind, names)
        return found[0] if len(found) == 1 else found

    def _find(self, kind: Kind, names: Sequence[str]) -> list[Any]:
        held = {one.name: one for one in getattr(self.settings, kind)}
        unknown = [name for name in names if name not in held]
        if unknown:
            what = kind.replace("_", " ")
            raise InvalidInput(f"{unknown} are none of the dataset's {what} {list(held)}")
        return [held[name] for name in names]

    def _keep(self, kind: Kind, definitions: Sequence[Definition]) -> None:
        changed: dict[str, Any] = {kind: tuple(definitions)}
        self.settings = replace(self.settings, **changed)


def _listed(given: Made | Sequence[Made]) -> list[Made]:
    return list(given) if isinstance(given, Sequence) else [given]
