"""How deep a value may nest that a user makes up."""

from __future__ import annotations

from typing import Any

from goldspan.errors import InvalidInput

DEEPEST = 64
"""Levels of lists and objects; databases and other clients fail at some hundreds."""


def require_shallow(value: Any, what: str) -> None:
    """Raise InvalidInput if lists and objects are nested more than 64 levels deep."""
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
        if not level:
            return
    raise InvalidInput(
        f"{what} nests lists and objects more than {DEEPEST} levels deep; keep it flatter"
    )


def _inside(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
