"""Which records of a dataset, and in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

from goldspan.domain.record import ResponseStatus
from goldspan.errors import InvalidInput
from goldspan.wire.search import (
    AndFilter,
    MetadataScope,
    Order,
    Query,
    RangeFilter,
    RecordScope,
    ResponseScope,
    SearchBody,
    TermsFilter,
    TextQuery,
)


@dataclass(frozen=True, slots=True)
class TermsMetadataFilter:
    """Records whose metadata ``name`` is, or contains, one of ``values``."""

    name: str
    values: list[str]

    def matches(self, metadata: Mapping[str, Any]) -> bool:
        """Say whether a record with this metadata passes."""
        held = metadata.get(self.name)
        return any(one in self.values for one in (held if isinstance(held, list) else [held]))


@dataclass(frozen=True, slots=True)
class _RangeFilter:
    name: str
    ge: float | None = None
    le: float | None = None

    def __post_init__(self) -> None:
        if self.ge is None and self.le is None:
            raise InvalidInput(f"a filter on {self.name!r} needs ge, le or both")

    def matches(self, metadata: Mapping[str, Any]) -> bool:
        """Say whether a record with this metadata passes; both bounds are inclusive."""
        held = metadata.get(self.name)
        if not isinstance(held, int | float):
            return False
        return (self.ge is None or held >= self.ge) and (self.le is None or held <= self.le)


class IntegerMetadataFilter(_RangeFilter):
    """Records whose whole number ``name`` lies in [ge, le]."""

    __slots__ = ()


class FloatMetadataFilter(_RangeFilter):
    """Records whose number ``name`` lies in [ge, le]."""

    __slots__ = ()


MetadataFilter = TermsMetadataFilter | IntegerMetadataFilter | FloatMetadataFilter


class SortOrder(StrEnum):
    """Ascending or descending."""

    ASCENDING = "asc"
    DESCENDING = "desc"


_SORTABLE = re.compile(r"inserted_at|updated_at|metadata\..+")


@dataclass(frozen=True, slots=True)
class SortBy:
    """One key to sort records by.

    Args:
        field: ``inserted_at``, ``updated_at`` or ``metadata.<property>``.
        order: ascending or descending; texts ``asc`` and ``desc`` are taken.
    """

    field: str
    order: SortOrder | Literal["asc", "desc"] = SortOrder.ASCENDING

    def __post_init__(self) -> None:
        if not _SORTABLE.fullmatch(self.field):
            raise InvalidInput(
                "records are sorted by inserted_at, updated_at or metadata.<property>, "
                f"found {self.field!r}"
            )
        object.__setattr__(self, "order", SortOrder(self.order))


PENDING = "pending"
RESPONSE_STATUSES = (PENDING, *(status.value for status in ResponseStatus))


@dataclass(frozen=True, slots=True)
class View:
    """A selection of a dataset's records in an order; by default all, the oldest first.

    ``text`` is looked for on the server alone, in ``text_field`` or, if None, in every field.
    """

    response_status: tuple[str, ...] = ()
    metadata_filters: tuple[MetadataFilter, ...] = ()
    sort: tuple[SortBy, ...] = ()
    text: str = ""
    text_field: str | None = None

    def narrowed(
        self,
        response_status: str | Sequence[str] | None,
        metadata_filters: MetadataFilter | Sequence[MetadataFilter] | None,
    ) -> View:
        """Return the view with these filters too; statuses take the place of earlier ones.

        Raises:
            InvalidInput: if a status is none of ``RESPONSE_STATUSES``.
        """
        statuses = (response_status,) if isinstance(response_status, str) else response_status
        for one in statuses or ():
            if one not in RESPONSE_STATUSES:
                raise InvalidInput(f"response_status is one of {RESPONSE_STATUSES}, found {one!r}")
        added = metadata_filters or ()
        return replace(
            self,
            response_status=tuple(statuses or self.response_status),
            metadata_filters=(
                *self.metadata_filters,
                *(added if isinstance(added, Sequence) else (added,)),
            ),
        )

    def keeps(self, statuses: Sequence[str], metadata: Mapping[str, Any]) -> bool:
        """Say whether a record with these responses and this metadata belongs to the view."""
        wanted = set(self.response_status)
        held = set(statuses) or {PENDING}
        return (not wanted or bool(wanted & held)) and all(
            one.matches(metadata) for one in self.metadata_filters
        )

    def to_search(self) -> SearchBody:
        """Return the search that selects these records."""
        filters: list[TermsFilter | RangeFilter] = [_to_wire(one) for one in self.metadata_filters]
        if self.response_status:
            scope = ResponseScope(property="status")
            filters.append(TermsFilter(scope=scope, values=list(self.response_status)))
        return SearchBody(
            query=Query(text=TextQuery(q=self.text, field=self.text_field)) if self.text else None,
            filters=AndFilter(filters=filters) if filters else None,
            sort=[_to_order(one) for one in self.sort] or None,
        )


EVERYTHING = View()


def _to_wire(one: MetadataFilter) -> TermsFilter | RangeFilter:
    scope = MetadataScope(metadata_property=one.name)
    if isinstance(one, TermsMetadataFilter):
        return TermsFilter(scope=scope, values=list(one.values))
    return RangeFilter(scope=scope, ge=one.ge, le=one.le)


def _to_order(one: SortBy) -> Order:
    order: Literal["asc", "desc"] = "desc" if one.order is SortOrder.DESCENDING else "asc"
    if one.field == "inserted_at":
        return Order(scope=RecordScope(property="inserted_at"), order=order)
    if one.field == "updated_at":
        return Order(scope=RecordScope(property="updated_at"), order=order)
    return Order(scope=MetadataScope(metadata_property=one.field.partition(".")[2]), order=order)
