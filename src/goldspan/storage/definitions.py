"""What datasets declare, to and from the JSON of their ``definition`` column."""

from __future__ import annotations

from typing import Any

import msgspec

from goldspan.domain.field import FIELD_KINDS, Field
from goldspan.domain.metadata import METADATA_KINDS, MetadataProperty
from goldspan.domain.question import QUESTION_KINDS, Option, Question
from goldspan.domain.schema import VectorSettings

OPTION_ATTRIBUTES = ("labels", "values")


def encode(definition: Field | Question | MetadataProperty | VectorSettings) -> str:
    """Return the JSON of a definition; ``kind`` stands beside its attributes."""
    plain = msgspec.to_builtins(definition)
    return msgspec.json.encode({"kind": getattr(definition, "kind", None), **plain}).decode()


def decode_field(text: str) -> Field:
    """Return the field that ``encode`` wrote."""
    kind, attributes = _attributes(text)
    field: Field = FIELD_KINDS[kind](**attributes)
    return field


def decode_question(text: str) -> Question:
    """Return the question that ``encode`` wrote."""
    kind, attributes = _attributes(text)
    for name in OPTION_ATTRIBUTES:
        if kind != "rating" and name in attributes:
            attributes[name] = tuple(Option(**option) for option in attributes[name])
    question: Question = QUESTION_KINDS[kind](**attributes)
    return question


def decode_metadata_property(text: str) -> MetadataProperty:
    """Return the metadata property that ``encode`` wrote."""
    kind, attributes = _attributes(text)
    prop: MetadataProperty = METADATA_KINDS[kind](**attributes)
    return prop


def decode_vector_settings(text: str) -> VectorSettings:
    """Return the kind of vector that ``encode`` wrote."""
    return VectorSettings(**_attributes(text)[1])


def _attributes(text: str) -> tuple[str, dict[str, Any]]:
    attributes: dict[str, Any] = msgspec.json.decode(text)
    return attributes.pop("kind"), attributes
