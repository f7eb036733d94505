"""Ids of everything that is stored."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """Return a UUID of version 7: later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())
