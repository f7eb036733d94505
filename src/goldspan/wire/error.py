"""The one shape of every error answer: ``{"detail": {"code", "message", "params"}}``."""

from __future__ import annotations

from typing import Any

import msgspec

from goldspan.wire.base import Wire


class ErrorDetail(Wire):
    """What went wrong.

    ``code`` is ``goldspan.`` and the name of a class of ``goldspan.errors``; ``params`` holds
    the message's values.
    """

    code: str
    message: str = ""
    params: dict[str, Any] = msgspec.field(default_factory=dict)


class ErrorBody(Wire):
    """The body of an answer with a status of 400 or above."""

    detail: ErrorDetail
