"""Stories: what can be told about one kind of subject, and asked about it.

A story is a text file of this package, ``stories/<kind>.txt``. Its first line is the title of an
article; its blocks are facts, the first one the opening. A line that starts with ``=`` is one
wording of the fact; the other lines hold a place's name and the wordings of the question that its
value answers::

    {name}

    = The {ship.name} was built in {founded.built} by {person.builder}.
    builder: Who built the {name}? | Whose work was the {name}?

A place is written ``{kind.name}``: ``kind`` says which words may stand there, ``name`` is how the
questions and later sentences of the same article refer to the value, as ``{name}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

PLACE = re.compile(r"\{(?:(?P<kind>\w+)\.)?(?P<name>\w+)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a passage may tell.

    Args:
        statements: wordings; each holds all the places that ``asks`` names.
        asks: place name to the wordings of a question that its value answers. A question may
            mention other places of this fact and of the opening.
    """

    statements: tuple[str, ...]
    asks: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Story:
    """What can be told about one kind of subject.

    Args:
        kind: names it.
        title: what an article is called.
        opening: stands first in every passage of an article, in one wording or another.
        facts: in the order of time; a passage tells some of them.
    """

    kind: str
    title: str
    opening: Fact
    facts: tuple[Fact, ...]


@cache
def stories() -> tuple[Story, ...]:
    """Return every story of the package, by kind."""
    files = resources.files("goldspan.demo") / "stories"
    names = sorted(file.name for file in files.iterdir() if file.name.endswith(".txt"))
    return tuple(
        _read(name.removesuffix(".txt"), (files / name).read_text(encoding="utf-8"))
        for name in names
    )


def _read(kind: str, text: str) -> Story:
    title, *blocks = text.strip().split("\n\n")
    opening, *facts = (_read_fact(block) for block in blocks)
    return Story(kind, title, opening, tuple(facts))


def _read_fact(block: str) -> Fact:
    statements: list[str] = []
    asks: dict[str, tuple[str, ...]] = {}
    for line in block.splitlines():
        if line.startswith("= "):
            statements.append(line.removeprefix("= "))
        else:
            name, _, wordings = line.partition(": ")
            asks[name] = tuple(wordings.split(" | "))
    return Fact(tuple(statements), asks)
