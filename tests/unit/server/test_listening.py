"""What happens to requests when the server ends."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from goldspan.server.listening import broken_off_quietly


def answered(app: Any, scope: dict[str, Any]) -> None:
    call = broken_off_quietly(app)(scope, None, None)  # type: ignore[arg-type]
    # A thread of its own: a browser of other tests may have left its event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, call).result()  # type: ignore[arg-type]


async def broken_off(*_given: Any) -> None:
    raise asyncio.CancelledError


def test_a_request_that_the_end_breaks_off_is_a_line_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, logger="goldspan.server"):
        answered(broken_off, {"type": "http", "method": "POST", "path": "/import"})
    (record,) = caplog.records
    assert record.getMessage().startswith("POST /import was broken off: the server stopped")
    assert record.exc_info is None


def test_the_application_itself_may_be_cancelled() -> None:
    with pytest.raises(asyncio.CancelledError):
        answered(broken_off, {"type": "lifespan"})
