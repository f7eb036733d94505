"""What the server says of itself to the field's clients and pages, before anybody signs in."""

from __future__ import annotations

from typing import Any

from litestar import get

from goldspan._version import __version__

SPOKEN_VERSION = "2.8.0"
"""The version of the contract that `/api/v1` speaks; clients compare it with their own."""


@get("/api/v1/version", exclude_from_auth=True, sync_to_thread=False)
def version() -> dict[str, str]:
    """Return the version of the routes, and the server's own."""
    return {"version": SPOKEN_VERSION, "goldspan": __version__}


@get("/api/v1/settings", exclude_from_auth=True, sync_to_thread=False)
def settings() -> dict[str, Any]:
    """Return what a page switches on and off: nothing is reported to anybody from here."""
    return {
        "argilla": {
            "show_huggingface_space_persistent_storage_warning": False,
            "share_your_progress_enabled": False,
        },
        "huggingface": None,
    }


HANDLERS = [version, settings]
