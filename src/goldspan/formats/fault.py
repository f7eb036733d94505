"""What is wrong with a file, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Args:
        place: where in the file, such as ``line 3, column id``; "" for the file as a whole.
        message: what was expected, what was found.
        row: number of the row that is faulty, from 1; None where it is not one row's fault, so
            that leaving rows out does not mend it.
    """

    place: str
    message: str
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message
