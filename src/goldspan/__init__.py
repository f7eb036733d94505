"""Goldspan's public names, resolved on first use so that importing it stays light."""

from __future__ import annotations

import importlib
from typing import Any

from goldspan._version import __version__

_PUBLIC: dict[str, str] = {}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    """Import the module that holds a public name (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'goldspan' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
