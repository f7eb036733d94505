"""Who may see and answer which datasets."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user may do; the tables of ``permission`` give the words their meaning."""

    OWNER = "owner"
    ADMIN = "admin"
    ANNOTATOR = "annotator"
