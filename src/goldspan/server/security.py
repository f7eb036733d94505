"""How the server is exposed, and what that means for browsers: cookies and other sites' pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from goldspan.errors import CrossSite, InvalidInput
from goldspan.services.sessions import LONGEST

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BODY_TYPES = ("application/json", "application/octet-stream")

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Security:
    """How the server is exposed.

    Args:
        insecure_http: whether browsers of other machines come over plain HTTP, where they drop
            cookies that ask for HTTPS.
    """

    insecure_http: bool = False

    @property
    def cookie_name(self) -> str:
        """The session's cookie; browsers take the prefix as a promise of a secure origin."""
        return "goldspan" if self.insecure_http else "__Host-goldspan"

    def cookie(self, token: str) -> Cookie:
        """Return the cookie that gives a browser its session."""
        return Cookie(
            key=self.cookie_name,
            value=token,
            path="/",
            max_age=int(LONGEST.total_seconds()),
            secure=not self.insecure_http,
            httponly=True,
            samesite="strict",
        )

    def no_cookie(self) -> Cookie:
        """Return the cookie that makes a browser forget its session."""
        return Cookie(
            key=self.cookie_name,
            value="",
            path="/",
            max_age=0,
            secure=not self.insecure_http,
            httponly=True,
            samesite="strict",
        )


def _own_origin(connection: Connection) -> str:
    return f"{connection.scope['scheme']}://{connection.headers.get('host', '')}"


def require_own_page(connection: Connection) -> None:
    """Refuse what a browser's session comes with unless this server's page has sent it.

    Raises:
        CrossSite: if an unsafe method comes without ``Sec-Fetch-Site: same-origin`` and without
            an Origin that is the server's own.
        InvalidInput: if its body is of a type that plain forms of other sites can send.
    """
    if connection.scope["method"] not in UNSAFE:  # type: ignore[typeddict-item]
        return
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    is_own = site == "same-origin" if site else headers.get("origin") == _own_origin(connection)
    if not is_own:
        raise _cross_site(headers)
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and content_type not in BODY_TYPES:
        raise InvalidInput(
            f"a body with a session's cookie is of type {' or '.join(BODY_TYPES)}, "
            f"found {content_type!r}"
        )


def refuse_other_sites(connection: Connection) -> None:
    """Refuse what a browser says comes from another site's page; programs say nothing.

    For what gives a browser its session. Raises CrossSite.
    """
    headers = connection.headers
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_other = (
        site != "same-origin" if site else origin is not None and origin != _own_origin(connection)
    )
    if is_other:
        raise _cross_site(headers)


def _cross_site(headers: Mapping[str, str]) -> CrossSite:
    return CrossSite(
        "a browser sent this with its session, but not from this server's own page; programs "
        "send an API key instead of a cookie",
        origin=headers.get("origin"),
    )
