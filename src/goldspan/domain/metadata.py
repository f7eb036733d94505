"""What a dataset declares about its records' metadata, and which values fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from goldspan.domain.name import check_name
from goldspan.domain.nesting import require_shallow
from goldspan.errors import InvalidRecord

Term = str | int | float | bool


@dataclass(frozen=True, slots=True)
class _PropertyBase:
    """What every metadata property has."""

    name: str
    title: str = ""
    visible_for_annotators: bool = True
    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_name("metadata property", self.name)
        if not self.title:
            object.__setattr__(self, "title", self.name)


@dataclass(frozen=True, slots=True)
class TermsMetadataProperty(_PropertyBase):
    """A metadata key holding one term, or several, out of ``values`` (any if not given).

    A term is a text, a number or a truth value.
    """

    values: Sequence[Term] | None = None
    kind: ClassVar[str] = "terms"

    def __post_init__(self) -> None:
        _PropertyBase.__post_init__(self)
        if self.values is not None:
            object.__setattr__(self, "values", tuple(self.values))

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is an allowed term or a list of them."""
        for term in value if isinstance(value, list) else [value]:
            if not isinstance(term, Term) or (self.values is not None and term not in self.values):
                wanted = (
                    "texts or numbers" if self.values is None else f"one of {list(self.values)}"
                )
                raise InvalidRecord(
                    f"metadata {self.name!r} takes {wanted}, found {term!r:.80}",
                    metadata=self.name,
                )


@dataclass(frozen=True, slots=True)
class IntegerMetadataProperty(_PropertyBase):
    """A metadata key holding a whole number within [min, max]."""

    min: int | None = None
    max: int | None = None
    kind: ClassVar[str] = "integer"

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is a whole number in range."""
        _check_number(self, value, (int,))


@dataclass(frozen=True, slots=True)
class FloatMetadataProperty(_PropertyBase):
    """A metadata key holding a number within [min, max]."""

    min: float | None = None
    max: float | None = None
    kind: ClassVar[str] = "float"

    def check(self, value: Any) -> None:
        """Raise InvalidRecord unless ``value`` is a number in range."""
        _check_number(self, value, (int, float))


MetadataProperty = TermsMetadataProperty | IntegerMetadataProperty | FloatMetadataProperty
METADATA_KINDS: dict[str, type[Any]] = {
    cls.kind: cls for cls in (TermsMetadataProperty, IntegerMetadataProperty, FloatMetadataProperty)
}


def _check_number(
    prop: IntegerMetadataProperty | FloatMetadataProperty,
    value: Any,
    types: tuple[type[int | float], ...],
) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, types)
        or (prop.min is not None and value < prop.min)
        or (prop.max is not None and value > prop.max)
    ):
        raise InvalidRecord(
            f"metadata {prop.name!r} takes {prop.kind} numbers from "
            f"{prop.min if prop.min is not None else '-inf'} to "
            f"{prop.max if prop.max is not None else 'inf'}, found {value!r:.80}",
            metadata=prop.name,
        )


def check_metadata(
    declared: Mapping[str, MetadataProperty], given: Mapping[str, Any], allow_extra: bool
) -> None:
    """Raise InvalidInput unless the metadata fit; None counts as absent."""
    require_shallow(given, "metadata")
    for name, value in given.items():
        if name in declared:
            if value is not None:
                declared[name].check(value)
        elif not allow_extra:
            raise InvalidRecord(
                f"metadata {name!r} is not one of the dataset's properties {list(declared)}",
                metadata=name,
            )
