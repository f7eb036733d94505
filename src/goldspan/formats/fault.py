"""What is wrong with a file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from goldspan.errors import Remedy


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Args:
        place: where in the file, such as ``line 3, column id``; "" for the file as a whole.
        message: what was expected, what was found.
        row: number of the row that is faulty, from 1; None where it is not one row's fault, so
            that leaving rows out does not mend it.
        remedies: parameters of the import that get past it.
    """

    place: str
    message: str
    row: int | None = None
    remedies: tuple[Remedy, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


SKIP = Remedy(gain="to go on without them", parameter="on_fault", value="skip")
"""What gets past the faults of rows, whatever they are."""


def distinct(remedies: Iterable[Remedy]) -> list[Remedy]:
    """Return each remedy once, in the order of the first that ask for it."""
    found: list[Remedy] = []
    for one in remedies:
        if one not in found:
            found.append(one)
    return found
