"""The page: its index with a fresh nonce and first answers, and the files that the index loads.

The files are built from ``web/`` into ``static/`` beside this module, by ``make web`` in a
checkout and by the build hook for a wheel; they are never committed.
"""

from __future__ import annotations

import functools
import gzip
import mimetypes
import secrets
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from goldspan.errors import NotFound
from goldspan.server.carried import carried

STATIC = Path(__file__).parent / "static"
NONCE = "GOLDSPAN_NONCE"
"""Stands in the built index wherever the nonce belongs (``cspNonce`` in web/vite.config.ts)."""

CARRIED = '"GOLDSPAN_CARRIED"'
"""Stands in the built index where the first screen's answers belong (see ``carried.py``)."""

NOT_BUILT = (
    "This server runs from a checkout whose page is not built yet. Run\n\n    make web\n\n"
    "there (it needs Node 20.19 or newer), then load this address again.\n"
    "The REST interface answers meanwhile: /schema/openapi.json describes it.\n"
)

# What the server answers itself; the page is never served in its place.
OURS = ("api", "schema", "healthz", "readyz", "metrics", "assets")
FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = {"text/javascript", "text/css", "image/svg+xml"}
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def policy(nonce: str) -> str:
    """Return the content security policy of a page whose style elements carry ``nonce``."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def index(answers: str = "{}") -> Response[str]:
    """Return the page's index, or how to build the page where there is none.

    Args:
        answers: JSON that the page begins with, without a ``<``.
    """
    try:
        template = (STATIC / "index.html").read_text(encoding="utf-8")
    except FileNotFoundError:
        return Response(NOT_BUILT, status_code=503, media_type="text/plain", headers=HEADERS)
    nonce = secrets.token_urlsafe(16)
    return Response(
        template.replace(NONCE, nonce).replace(CARRIED, answers),
        media_type="text/html",
        headers={
            **HEADERS,
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy(nonce),
        },
    )


@functools.lru_cache(maxsize=256)
def _content(path: Path, _changed_ns: int) -> tuple[bytes, bytes | None, str]:
    """Return a file, the same compressed where that makes it smaller, and its media type."""
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9) if media_type in COMPRESSIBLE else None
    return content, packed, media_type


def file(path: Path, accepts: str, lifetime: str) -> Response[bytes]:
    """Return a built file.

    Args:
        path: the file.
        accepts: the request's Accept-Encoding.
        lifetime: the answer's Cache-Control.

    Raises:
        NotFound: if there is no such file.
    """
    try:
        changed = path.stat().st_mtime_ns
        content, packed, media_type = _content(path, changed)
    except OSError as error:
        raise NotFound(f"/assets/{path.name} is not one of the page's files") from error
    headers = {**HEADERS, "Cache-Control": lifetime, "Vary": "Accept-Encoding"}
    if packed is not None and "gzip" in accepts:
        content = packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=media_type, headers=headers)


@get("/assets/{name:str}", exclude_from_auth=True, include_in_schema=False, sync_to_thread=False)
def asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Return a script, style or font; its name holds a hash of its content."""
    return file(
        STATIC / "assets" / Path(name).name, request.headers.get("accept-encoding", ""), FOREVER
    )


@get("/favicon.svg", exclude_from_auth=True, include_in_schema=False, sync_to_thread=False)
def favicon(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the icon of the browser's tab."""
    return file(
        STATIC / "favicon.svg", request.headers.get("accept-encoding", ""), "public, max-age=86400"
    )


@get(["/", "/{path:path}"], exclude_from_auth=True, include_in_schema=False)
async def page(request: Request[Any, Any, Any], path: FromPath[str] = "") -> Response[str]:
    """Return the page, whose own routes are its business, but for what the server answers."""
    if path.strip("/").split("/")[0] in OURS:
        raise NotFound(f"GET {request.url.path} is not one of this server's routes")
    return index(await carried(request, request.url.path))


HANDLERS = [asset, favicon, page]
