"""What the server writes to its log: one line an event, as text or as JSON, never a secret."""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

LogFormat = Literal["text", "json"]

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered."""

FIELDS = ("method", "route", "status", "ms", "user_id", "address")
"""What an access line holds beside the message; ``ms`` is the time to the answer's end."""

# Keys as the server makes them, passwords in URLs, and tokens of links.
_SECRETS = (
    (re.compile(r"\bgs_([A-Za-z0-9]{1,32})_[A-Za-z0-9_\-]+"), r"gs_\1_***"),
    (re.compile(r"\bgs_[A-Za-z0-9_\-]{20,}"), "gs_***"),
    (re.compile(r"(?<=://)([^:/@\s]*):[^@\s/]+@"), r"\1:***@"),
    (re.compile(r"/(link|invite)#[^\s\"']+"), r"/\1#***"),
)


def without_secrets(text: str) -> str:
    """Return a text with every key, password and token in it masked."""
    for pattern, mask in _SECRETS:
        text = pattern.sub(mask, text)
    return text


class _Formatter(logging.Formatter):
    """Text lines, masked."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = REQUEST_ID.get()
        text = super().format(record)
        return without_secrets(f"{text} [{request_id}]" if request_id else text)


class _JsonFormatter(logging.Formatter):
    """A JSON object a line, masked."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request_id = REQUEST_ID.get()
        if request_id:
            line["request_id"] = request_id
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return without_secrets(msgspec.json.encode(line, enc_hook=str).decode())


def configure_logs(format: LogFormat) -> None:
    """Write the log to standard error: warnings, and in JSON every request as well."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter()
        if format == "json"
        else _Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("goldspan.access").setLevel(
        logging.INFO if format == "json" else logging.WARNING
    )
