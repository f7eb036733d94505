"""Who holds which of a record's places, and in what order people are given records.

A record needs a number of submitted responses. So many places it has; whoever is at work on it
holds one by a lease, whoever submitted holds one for good. Work that finds no place free is kept as
*extra*: it counts among the responses but fills no place, until one becomes free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Literal, Protocol, TypeVar

AssignmentState = Literal["leased", "submitted", "discarded", "skipped"]
AssignmentOrder = Literal["sequence", "score", "disagreement", "random", "length"]

LAST = 2**31 - 1
"""The position behind all others."""


class Assigned(Protocol):
    """What someone has to do with a record."""

    @property
    def state(self) -> AssignmentState:
        """How it stands."""

    @property
    def extra(self) -> bool:
        """Whether it was submitted without a place."""


Held = TypeVar("Held", bound=Assigned)


def seated(assignments: Iterable[Held], needed: int) -> tuple[list[Held], list[Held]]:
    """Return who holds a record's places, and whose submitted response is extra.

    Submitted responses come before leases, leases before what was extra until now; among equals
    the earlier comes first. A lease that finds no place stands in neither list: it is lost.

    Args:
        assignments: all of the record's, oldest first.
        needed: the record's places, >= 1.
    """
    ranked = sorted(
        (one for one in assignments if one.state in ("submitted", "leased")),
        key=lambda one: (one.extra, one.state == "leased"),
    )
    outside = [one for one in ranked[needed:] if one.state == "submitted"]
    return ranked[:needed], outside


def shown_order(user_id: str, record_id: str, candidates: Iterable[str]) -> list[str]:
    """Return the candidates in the order in which this user sees them on this record.

    It looks random, differs between users and records, and is the same whenever it is asked for.
    """
    key = blake2b(f"{user_id}\n{record_id}".encode()).digest()
    return sorted(candidates, key=lambda name: blake2b(name.encode(), key=key).digest())


def on_request(user_id: str, record_id: str, percent: int) -> bool:
    """Say whether this user is to ask for this record's suggestions before seeing them.

    It looks random, and says the same whenever it is asked.

    Args:
        user_id: who answers.
        record_id: the record.
        percent: of how many records, 0 to 100.
    """
    draw = blake2b(f"suggestions\n{user_id}\n{record_id}".encode(), digest_size=8).digest()
    return int.from_bytes(draw) % 100 < percent


def position(
    order: AssignmentOrder,
    record_id: str,
    *,
    length: int,
    score: float | None,
    disagreement: float,
) -> int:
    """Return a record's place in a dataset's order; lower comes first, equals by creation.

    Args:
        order: ``sequence`` is the order of creation; ``score`` begins with the least sure
            suggestion and ends with records that have none; ``disagreement`` begins where the
            submitted responses differ most; ``random`` is drawn once per record; ``length`` begins
            with the shortest.
        record_id: the record's id.
        length: code points of the record's fields.
        score: the lowest score of its suggestions, 0 to 1; None if none has one.
        disagreement: 0 (all agree, or fewer than two responses) to 1.
    """
    match order:
        case "sequence":
            return 0
        case "length":
            return min(length, LAST)
        case "score":
            return LAST if score is None else round(score * 1_000_000)
        case "disagreement":
            return -round(disagreement * 1_000_000)
        case "random":
            return _drawn(record_id)


def beginning(order: AssignmentOrder, user_id: str, dataset_id: str) -> int:
    """Return the position at which a user begins.

    In a random order everybody begins at another one, and goes on at the front after the last, so
    that not all work on the same records.
    """
    return _drawn(f"{user_id}\n{dataset_id}") if order == "random" else -LAST


def lowest(scores: Sequence[float | list[float] | None]) -> float | None:
    """Return the lowest of the suggestions' scores; None if none has one."""
    flat = [one for score in scores for one in (score if isinstance(score, list) else [score])]
    return min((one for one in flat if one is not None), default=None)


def _drawn(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest()) >> 1
