"""Webhooks: where the server is to report what happens, and how what it sends is signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection, Sequence
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
PING = "ping"
"""The event that is sent on request, to try a webhook."""

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 1_000


def check_webhook(url: str, events: Sequence[str], description: str | None) -> None:
    """Raise InvalidInput unless the URL is http(s) and the events are known, each once."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
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


def refusal(scheme: str, host: str, port: int | None, hosts: Collection[str]) -> str | None:
    """Return why nothing is delivered to a host, or None if something is.

    Args:
        scheme: the URL's.
        host: the URL's, without brackets.
        port: the URL's; None is the scheme's own.
        hosts: what is allowed: ``host``, with any port, or ``host:port``; IPv6 in brackets.
    """
    name = f"[{host}]" if ":" in host else host
    full = f"{name}:{port or DEFAULT_PORTS[scheme]}"
    if {name.lower(), full.lower()} & {allowed.lower() for allowed in hosts}:
        return None
    return f"{full} is not among the hosts that GOLDSPAN_WEBHOOK_HOSTS names"


def url_refusal(url: str, hosts: Collection[str]) -> str | None:
    """Return why nothing is delivered to a URL that ``check_webhook`` passed, or None."""
    parts = urlsplit(url)
    return refusal(parts.scheme, parts.hostname or "", parts.port, hosts)


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the ``webhook-signature`` of a message, as standardwebhooks.com has it.

    Args:
        secret: ``whsec_`` and the key in base64.
        message_id: the ``webhook-id``, the same for every attempt.
        timestamp: the ``webhook-timestamp``, seconds since 1970.
        body: what is sent.
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
