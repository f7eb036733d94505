"""SQuAD's two forms: v1.1, where every question has an answer, and v2.0, where some have none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from goldspan.domain.demonstration import Demonstration

SquadVersion = Literal["v1.1", "v2.0"]


def version_for(demonstrations: Iterable[Demonstration]) -> SquadVersion:
    """Return the version that the questions need: v2.0 where one is not answerable."""
    return "v1.1" if all(d.answerable for d in demonstrations) else "v2.0"
