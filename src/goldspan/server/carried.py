"""What the page's index carries: the answers that its first screen would ask for first.

So the screen begins with the script and not with another round of requests. They are the routes'
own answers, asked for with the browser's cookie; one that is refused is left out, and the page
asks for it and shows why.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request

from goldspan.services.assignment import AHEAD

SESSION = "/api/v1/session"
ANNOTATING = re.compile(r"/datasets/(?P<id>[0-9A-Za-z-]+)/annotate")


def asked_first(path: str, *, again: bool = False) -> list[str]:
    """Return the addresses whose answers the page's screen at ``path`` asks for first.

    Args:
        path: of the page's address.
        again: the page is loaded anew. The one that goes hands its records back at this very
            moment, so the next ones are left for the page to ask for, once it has begun.
    """
    found = ANNOTATING.fullmatch(path)
    if found is None:
        return [SESSION]
    dataset = f"/api/v1/datasets/{found['id']}"
    ahead = f"/api/v1/me/datasets/{found['id']}/next?count={AHEAD}"
    known = [SESSION, dataset, f"{dataset}/fields", f"{dataset}/questions"]
    return known if again else [*known, ahead]


async def carried(request: Request[Any, Any, Any], path: str) -> str:
    """Return those answers as the text of a JSON object by address, fit to stand in HTML."""
    if request.cookies.get(request.app.state.security.cookie_name) is None:
        return "{}"
    # Browsers say so, of a page that is loaded anew.
    again = request.headers.get("cache-control", "") in ("max-age=0", "no-cache")
    addresses = asked_first(path, again=again)
    answers = await asyncio.gather(*(_answer(request, address) for address in addresses))
    return as_object(zip(addresses, answers, strict=True))


def as_object(answers: Iterator[tuple[str, bytes | None]]) -> str:
    """Return JSON answers by address as one object, without the signs that HTML makes sense of."""
    found = (
        f"{msgspec.json.encode(address).decode()}:{answer.decode()}"
        for address, answer in answers
        if answer is not None
    )
    return f"{{{','.join(found)}}}".replace("<", "\\u003c")


async def _answer(request: Request[Any, Any, Any], address: str) -> bytes | None:
    """Ask this very application; None where it refuses."""
    path, _, query = address.partition("?")
    given = request.scope
    kept = (b"host", b"cookie", b"x-forwarded-for", b"x-forwarded-proto")
    scope: Any = {
        "type": "http",
        "asgi": given["asgi"],
        "http_version": given["http_version"],
        "method": "GET",
        "scheme": given["scheme"],
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": given["root_path"],
        "headers": [pair for pair in given["headers"] if pair[0] in kept],
        "client": given["client"],
        "server": given["server"],
        "extensions": {},
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await request.app(scope, receive, send)
    if sent[0]["status"] != 200:
        return None
    return b"".join(message.get("body", b"") for message in sent[1:])
