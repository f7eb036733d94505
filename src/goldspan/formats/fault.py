"""What is wrong with a file, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from goldspan.errors import InvalidFile, Remedy

OnFault = Literal["refuse", "skip"]
"""Whether a file with faulty rows is refused, or those are left out."""


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


def counted(faults: int) -> str:
    """Return how many faults there are, in words."""
    return f"{faults} fault" if faults == 1 else f"{faults} faults"


SKIP = Remedy(gain="to go on without them", parameter="on_fault", value="skip")
"""What gets past the faults of rows, whatever they are."""


def distinct(remedies: Iterable[Remedy]) -> list[Remedy]:
    """Return each remedy once, in the order of the first that ask for it."""
    found: list[Remedy] = []
    for one in remedies:
        if one not in found:
            found.append(one)
    return found


def require_sound(name: str, faults: Sequence[Fault], sound: int, on_fault: OnFault | None) -> int:
    """Return how many rows of a file are faulty, where they may be left out.

    Args:
        name: of the file.
        faults: every one.
        sound: how many rows have none.
        on_fault: what was asked for; None where nobody is given the choice.

    Raises:
        InvalidFile: with all faults, if they may not be left out, or nothing remains.
    """
    whole = any(fault.row is None for fault in faults)
    if not faults or (on_fault == "skip" and sound and not whole):
        return len({fault.row for fault in faults})
    offered = on_fault is not None and sound and not whole
    raise InvalidFile(
        f"{name} has {counted(len(faults))}, so nothing was read. Correct and try again:",
        [str(fault) for fault in faults],
        remedies=[SKIP] if offered else [],
    )
