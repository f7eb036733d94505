"""What a file's rows say to a dataset: records, and the gold answers that come with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldspan.domain.demonstration import Answer
from goldspan.formats.fault import Fault
from goldspan.formats.whole import Shape, WholeRecord


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row that a file offers.

    Args:
        row: its number, from 1.
        place: names it in messages.
        record: with the dataset's field names; not yet checked against the dataset.
        answers: gold answers to the dataset's question for the answer, an empty tuple for "not
            answerable"; None where the file says nothing.
        values: gold values of other questions, by name.
    """

    row: int
    place: str
    record: WholeRecord
    answers: tuple[Answer, ...] | None = None
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are read for.

    Args:
        shape: what the dataset declares.
        mapping: name within the dataset to the file's column for it, where they differ. The
            names are those of fields and questions, and ``answer``, ``answers``, ``id``,
            ``article``.
        answers_wanted: whether gold answers are read at all.
    """

    shape: Shape
    mapping: Mapping[str, str]
    answers_wanted: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """A file being read.

    Args:
        format: what it was found to be.
        columns: that it has, as it names them.
        mapping: name within the dataset to the column that is read for it.
        rows: rows and faults, in order, read once. A faulty row gives faults alone.
    """

    format: str
    columns: Sequence[str]
    mapping: Mapping[str, str]
    rows: Iterator[Incoming | Fault]
