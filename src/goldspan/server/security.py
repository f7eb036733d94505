"""How the server is exposed, and what that means for browsers: cookies and other sites' pages."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from goldspan.errors import CrossSite, InvalidInput
from goldspan.services.sessions import LONGEST

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BODY_TYPES = ("application/json", "application/octet-stream")

Connection = ASGIConnection[Any, Any, Any, Any]


THREE_WAYS = (
    "--tls-cert FILE --tls-key FILE (the server speaks HTTPS itself), "
    "--tls-proxy ADDRESS (a proxy at that address speaks HTTPS for it), or "
    "--insecure-http (whoever is on the way can read passwords, keys and data)"
)


@dataclass(frozen=True, slots=True)
class Security:
    """How the server is exposed.

    Args:
        tls_cert: file with the certificate's chain, PEM; the server then speaks HTTPS itself.
        tls_key: file with the certificate's key, PEM.
        tls_proxy: address of the proxy that speaks HTTPS for the server; only what this address
            says in X-Forwarded-For and X-Forwarded-Proto is believed.
        insecure_http: whether browsers of other machines come over plain HTTP, where they drop
            cookies that ask for HTTPS.
        hosts: names that the server goes by, beside ``localhost`` and every address.
    """

    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_proxy: str | None = None
    insecure_http: bool = False
    hosts: tuple[str, ...] = ()

    @property
    def speaks_https(self) -> bool:
        """Whether the server itself speaks HTTPS."""
        return self.tls_cert is not None

    def check(self, host: str) -> None:
        """Check that what is asked for fits together and is safe on an address to listen on.

        Raises:
            InvalidInput: if not.
        """
        if (self.tls_cert is None) != (self.tls_key is None):
            raise InvalidInput("--tls-cert and --tls-key are given together or not at all")
        for file in (self.tls_cert, self.tls_key):
            if file is not None and not file.is_file():
                raise InvalidInput(f"there is no file {file}")
        if self.tls_proxy is not None and not _is_address(self.tls_proxy):
            raise InvalidInput(
                "--tls-proxy is the proxy's IP address as this server sees it, such as 127.0.0.1, "
                f"found {self.tls_proxy!r}"
            )
        ways = [self.speaks_https, self.tls_proxy is not None, self.insecure_http]
        if sum(ways) > 1:
            raise InvalidInput(f"choose one of {THREE_WAYS}")
        if not any(ways) and not is_loopback(host):
            raise InvalidInput(
                f"--host {host} would offer the server to other machines over plain HTTP, where "
                f"passwords and keys can be read on the way. Add one of {THREE_WAYS}; or leave "
                "--host out and reach the server through an SSH tunnel",
                host=host,
            )

    def goes_by(self, name: str) -> bool:
        """Say whether a request may call the server so; ``name`` is in lower case."""
        return name == "localhost" or name in self.hosts or _is_address(name)

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


def is_loopback(host: str) -> bool:
    """Say whether an address or name to listen on is reached from this machine only."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


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
