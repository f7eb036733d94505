"""Requests and answers: retries, and the server's errors turned back into their classes."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from goldspan import errors
from goldspan._version import __version__
from goldspan.errors import GoldspanError, InvalidInput, ServerUnreachable, UnexpectedAnswer
from goldspan.wire.error import ErrorBody, ErrorDetail
from goldspan.wire.shapes import decoder_of

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Params = Mapping[str, str | int | list[str]]
Answer = TypeVar("Answer")

_BLOCK_BYTES = 2**18
_PAUSES_S = (0.1, 0.4, 1.6)
"""Before the second, third and fourth try."""


def path(*parts: str) -> str:
    """Return a route of the API, each part escaped, so that a wrong id is one part still."""
    return "/api/v1/" + "/".join(quote(part, safe="") for part in parts)


class Transport:
    """Sends requests with the caller's key.

    Args:
        api_url: where the server is, such as ``http://127.0.0.1:6900``.
        api_key: the caller's key.
        timeout_s: longest silence of the server that is waited for, seconds.

    Raises:
        InvalidInput: if ``api_url`` is no http or https URL.
    """

    def __init__(self, api_url: str, api_key: str, *, timeout_s: float = 60.0) -> None:
        parts = urlsplit(api_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(
                f"api_url is a URL such as 'http://127.0.0.1:6900', found {api_url!r}"
            )
        self.api_url = api_url.rstrip("/")
        self._timeout_s = timeout_s
        self._client = httpx.Client(
            base_url=self.api_url,
            headers={"X-Argilla-Api-Key": api_key, "User-Agent": f"goldspan/{__version__}"},
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 10.0)),
            # Below the 5 s after which servers hang up, so that none does so under a request.
            limits=httpx.Limits(keepalive_expiry=2.0),
            # A proxy of the environment cannot reach this machine's own loopback.
            trust_env=not _is_loopback(parts.hostname),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def call(
        self,
        method: Method,
        path: str,
        *,
        params: Params | None = None,
        body: Any = None,
        idempotent: bool | None = None,
    ) -> bytes:
        """Send one request and return the answer's body.

        Args:
            method: of HTTP.
            path: begins with ``/``.
            params: of the URL; a list repeats its key.
            body: anything msgspec can encode; None sends no body.
            idempotent: whether sending twice does what sending once does, so that a lost
                connection may be answered by trying again; by default GET and DELETE are.

        Raises:
            ServerUnreachable: if no answer came.
            GoldspanError: the server's error, in its own class.
            UnexpectedAnswer: if an error is not one of Goldspan's.
        """
        if idempotent is None:
            idempotent = method in ("GET", "DELETE")
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        for pause_s in (*(_PAUSES_S if idempotent else ()), None):
            try:
                answer = self._client.request(
                    method, path, params=dict(params or {}), content=content, headers=headers
                )
            except httpx.TransportError as error:
                if pause_s is None or isinstance(error, httpx.TimeoutException):
                    raise self._unreachable(error) from error
                time.sleep(pause_s)
            else:
                break
        if answer.status_code >= 300:
            raise self._error_of(answer)
        return answer.content

    def ask(self, method: Method, path: str, answer: type[Answer], **options: Any) -> Answer:
        """Send one request and return its answer as the given shape.

        Raises:
            UnexpectedAnswer: if the answer has another shape.
        """
        content = self.call(method, path, **options)
        try:
            return decoder_of(answer).decode(content)
        except (msgspec.ValidationError, msgspec.DecodeError) as error:
            raise UnexpectedAnswer(
                f"{self.api_url}{path} answered something else than {answer.__name__} ({error}); "
                "is this the address of a Goldspan server of this version?"
            ) from error

    def send_file(
        self, path: str, file: Path, params: Params, advance: Callable[[int], None]
    ) -> bytes:
        """Post a file's bytes and return the answer's body, however long it takes.

        Raises:
            ServerUnreachable: if the connection was lost; the server then stored nothing, or
                stored a part that sending the file again completes.
            GoldspanError: the server's error, in its own class.
        """

        def blocks() -> Iterator[bytes]:
            with file.open("rb") as opened:
                while block := opened.read(_BLOCK_BYTES):
                    yield block
                    advance(len(block))

        try:
            answer = self._client.post(
                path,
                params=dict(params),
                content=blocks(),
                headers={"Content-Type": "application/octet-stream"},
                timeout=httpx.Timeout(None, connect=10.0),
            )
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        if answer.status_code >= 300:
            raise self._error_of(answer)
        return answer.content

    def receive_file(self, path: str, params: Params, file: Path) -> dict[str, str]:
        """Get a file, whole or not at all, and return the answer's headers.

        Raises:
            ServerUnreachable: if no answer came, or only a part of one.
            GoldspanError: the server's error, in its own class.
        """
        half = file.with_name(f"{file.name}.tmp")
        wait = httpx.Timeout(None, connect=10.0)
        try:
            with self._client.stream("GET", path, params=dict(params), timeout=wait) as answer:
                if answer.status_code >= 300:
                    answer.read()
                    raise self._error_of(answer)
                with half.open("wb") as opened:
                    for block in answer.iter_bytes(_BLOCK_BYTES):
                        opened.write(block)
            half.replace(file)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        finally:
            half.unlink(missing_ok=True)
        return dict(answer.headers)

    def _unreachable(self, error: httpx.TransportError) -> ServerUnreachable:
        if isinstance(error, httpx.ReadTimeout):
            return ServerUnreachable(
                f"{self.api_url} did not answer within {self._timeout_s:g} s; "
                "give more time with timeout_s, or look at the server's log",
                api_url=self.api_url,
            )
        return ServerUnreachable(
            f"no server answers at {self.api_url} ({str(error) or type(error).__name__}). "
            "Start one with `goldspan serve`, correct its address, or leave that out to have "
            "a server started for you",
            api_url=self.api_url,
        )

    def _error_of(self, answer: httpx.Response) -> GoldspanError:
        try:
            detail = decoder_of(ErrorBody).decode(answer.content).detail
        except (msgspec.ValidationError, msgspec.DecodeError):
            detail = None
        made = detail and rebuild(detail)
        if made:
            return made
        return UnexpectedAnswer(
            f"{answer.request.method} {answer.request.url} was answered with status "
            f"{answer.status_code} and no error of Goldspan's: {answer.text[:200]!r}; "
            "is this the address of a Goldspan server?",
            status=answer.status_code,
        )


def rebuild(detail: ErrorDetail) -> GoldspanError | None:
    """Return the error that the server raised, or None if its code names no class of errors."""
    found = getattr(errors, detail.code.removeprefix("goldspan."), None)
    if not (isinstance(found, type) and issubclass(found, GoldspanError)):
        return None
    # Some classes make their message of other arguments; the message is already made.
    made = found.__new__(found)
    GoldspanError.__init__(made, detail.message, **detail.params)
    if isinstance(made, errors.InvalidFile):
        made.faults = tuple(detail.params.get("faults", ()))
    return made


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
