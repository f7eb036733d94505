"""Ids of everything that is stored."""

from __future__ import annotations

import uuid_utils

FIRST_ID = ""
"""Less than every id."""
LAST_ID = "z"
"""Greater than every id: they are of hexadecimal digits and "-"."""


def new_id() -> str:
    """Return a UUID of version 7: later ones sort after earlier ones."""
    return str(uuid_utils.uuid7())
