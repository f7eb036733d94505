"""Records whose vectors point the same way as a vector, or the other way: by the cosine.

Every vector is compared, so the result is exact. Vectors are kept at length 1, so that a cosine is
one product, and read a few thousand at a time, so that memory does not grow with the dataset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from goldspan.errors import InvalidInput
from goldspan.services.read_records import (
    Include,
    RecordPage,
    View,
    checked_query,
    read_rows,
)
from goldspan.storage.query import RecordQuery
from goldspan.storage.store import Unit
from goldspan.storage.vectors import UnitVector

if TYPE_CHECKING:
    import numpy as np  # at run time where it is used, so that the server starts without it

CHUNK = 4096
"""Vectors that are in memory together; of 384 numbers, 6 MB."""
FLOAT = "<f4"


class VectorQuery(Protocol):
    """A vector, or a record that has one."""

    @property
    def name(self) -> str:
        """The kind of vector."""

    @property
    def record_id(self) -> str | None:
        """The record whose vector is meant; it is not among the results."""

    @property
    def value(self) -> Sequence[float] | None:
        """The vector itself."""

    @property
    def order(self) -> str:
        """``most_similar`` or ``least_similar``."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Records in order of similarity; ``scores`` are the cosines, in [-1, 1]."""

    page: RecordPage
    scores: list[float]


def unit_of(vector: Sequence[float]) -> bytes | None:
    """Return a vector brought to length 1; None for one of zeros, which has no direction."""
    import numpy as np

    numbers = np.asarray(vector, dtype=np.float64)
    largest = np.abs(numbers).max(initial=0.0)
    if not largest:
        return None
    numbers = numbers / largest  # or squares of very large or small numbers would be lost
    direction: bytes = (numbers / math.sqrt(float(numbers @ numbers))).astype(FLOAT).tobytes()
    return direction


def put_vectors(unit: Unit, dataset_id: str, vectors: Mapping[str, str | None]) -> None:
    """Keep what records' vectors (record id to JSON) are compared by, in place of all before."""
    given = {record_id: text for record_id, text in vectors.items() if text is not None}
    if not given:
        return
    ids = {one.definition.name: one.id for one in unit.datasets.vectors_settings.of(dataset_id)}
    new = []
    for record_id, text in given.items():
        for name, vector in msgspec.json.decode(text, type=dict[str, list[float]]).items():
            direction = unit_of(vector)
            if direction is not None and name in ids:
                new.append(UnitVector(record_id=record_id, settings_id=ids[name], unit=direction))
    unit.vectors.put(given, new)


def read_similar(
    unit: Unit, view: View, query: RecordQuery, near: VectorQuery, include: Include
) -> Ranked:
    """Return the records that pass a query, ranked by the similarity of their vectors.

    Records without a vector of the kind are left out, and so does not count the page's total.
    Equals come in the order of creation.

    Raises:
        Forbidden: if the query uses what the view hides.
        InvalidInput: if there is no such vector, or none to compare with.
    """
    import numpy as np

    query = checked_query(view, query, include)
    settings_id, wanted = _target(unit, query.dataset_id, near)
    sign = -1.0 if near.order == "least_similar" else 1.0
    best = _Best(query.offset + query.limit)
    total = 0
    for chunk in unit.vectors.scan(query, settings_id, CHUNK):
        ids = [record_id for record_id, _ in chunk]
        rows = np.frombuffer(b"".join(vector for _, vector in chunk), FLOAT)
        scores = rows.reshape(len(ids), -1) @ wanted
        if near.record_id in ids:
            place = ids.index(near.record_id)
            scores = np.delete(scores, place)
            del ids[place]
        total += len(ids)
        best.add(ids, scores * sign)
    ranked = best.ranked()[query.offset :]
    found = unit.records.some(query.dataset_id, [record_id for record_id, _ in ranked])
    rows_found = [found[record_id] for record_id, _ in ranked]
    page = RecordPage(read_rows(unit, view, rows_found, include), total)
    return Ranked(page, [float(np.clip(score * sign, -1.0, 1.0)) for _, score in ranked])


class _Best:
    """The ``count`` best of what was added, and until they are ranked those that equal the last."""

    def __init__(self, count: int) -> None:
        import numpy as np

        self._count = count
        self._ids: list[str] = []
        self._scores: np.ndarray[Any, np.dtype[np.float32]] = np.empty(0, np.float32)

    def add(self, ids: Sequence[str], scores: np.ndarray[Any, Any]) -> None:
        import numpy as np

        if not self._count:
            return
        self._ids = [*self._ids, *ids]
        self._scores = np.concatenate([self._scores, scores])
        spare = len(self._ids) - self._count
        if spare > 0:
            # Equals of the last one stay until all are there: databases give them in any order.
            kept = np.flatnonzero(self._scores >= np.partition(self._scores, spare)[spare])
            self._ids = [self._ids[place] for place in kept]
            self._scores = self._scores[kept]

    def ranked(self) -> list[tuple[str, float]]:
        pairs = zip(self._ids, self._scores.tolist(), strict=True)
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[: self._count]


def _target(
    unit: Unit, dataset_id: str, near: VectorQuery
) -> tuple[str, np.ndarray[Any, np.dtype[np.float32]]]:
    """Return the id of the kind of vector, and the vector to compare with, of length 1."""
    import numpy as np

    kinds = {one.definition.name: one for one in unit.datasets.vectors_settings.of(dataset_id)}
    if near.name not in kinds:
        raise InvalidInput(f"vector {near.name!r} is not one of the dataset's {list(kinds)}")
    kind = kinds[near.name]
    if (near.record_id is None) == (near.value is None):
        raise InvalidInput("a search by vector takes either value or record_id, found both or none")
    if near.value is not None:
        dimensions = kind.definition.dimensions
        if len(near.value) != dimensions:
            raise InvalidInput(
                f"vector {near.name!r} has {dimensions} numbers, found {len(near.value)}"
            )
        direction = unit_of(near.value)
        missing = "the vector to compare with is all zeros, so it has no direction"
    else:
        record_id = near.record_id or ""
        own = unit.records.some(dataset_id, [record_id])
        direction = unit.vectors.get(record_id, kind.id) if own else None
        missing = (
            f"record {near.record_id!r} has no vector {near.name!r} to compare with, or is not "
            "one of the dataset's"
        )
    if direction is None:
        raise InvalidInput(missing)
    return kind.id, np.frombuffer(direction, FLOAT)
