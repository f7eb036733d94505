"""Webhooks: where the server is to report what happens."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from goldspan.errors import InvalidInput

EVENTS = (
    "dataset.created",
    "dataset.updated",
    "dataset.deleted",
    "dataset.published",
    "record.created",
    "record.updated",
    "record.deleted",
    "record.completed",
    "response.created",
    "response.updated",
    "response.deleted",
)
LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 1_000


def check_webhook(url: str, events: Sequence[str], description: str | None) -> None:
    """Raise InvalidInput unless the URL is http(s) and the events are known, each once."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or len(url) > LONGEST_URL:
        raise InvalidInput(
            f"a webhook's url is an http(s) URL of up to {LONGEST_URL} characters, "
            f"found {url!r:.200}"
        )
    unknown = [event for event in events if event not in EVENTS]
    if unknown or not events or len(set(events)) < len(events):
        raise InvalidInput(
            f"a webhook names one or more of the events {', '.join(EVENTS)}, each once, "
            f"found {list(events)!r:.200}"
        )
    if description is not None and not 1 <= len(description) <= LONGEST_DESCRIPTION:
        raise InvalidInput(
            f"a webhook's description has 1 to {LONGEST_DESCRIPTION} characters, "
            f"found {len(description)}"
        )
