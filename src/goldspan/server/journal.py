"""What every writing request leaves behind: an entry in the audit log, and its answer.

A middleware notes what a request's headers say; ``journaled`` wraps the service that a route runs
in a transaction, so that entry, idempotency key and change are kept or lost together. Routes and
services know nothing of it.

A sender that got no answer may repeat a request under the same ``Idempotency-Key``: it is carried
out once, and both get the same answer. The answer is kept right after the change; where a crash
came between the two, the repetition is told that the change stands. Requests that fail take no
key.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from goldspan.domain.permission import Actor
from goldspan.errors import Conflict, InvalidInput
from goldspan.server.etag import find_stale
from goldspan.storage.ids import new_id
from goldspan.storage.rows import KeptAnswer
from goldspan.storage.store import Store, Unit

log = logging.getLogger("goldspan.server")

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
SHOWS_SECRET = "shows_secret"
"""A route's option: its answer holds a key or token, so it is not kept for a repetition."""

LONGEST_KEY = 255
KEPT_FOR = timedelta(hours=24)
KEPT_BYTES = 2**20
KEPT_HEADERS = ("content-type", "etag")


@dataclass(slots=True)
class Sent:
    """What is known of the request under way.

    Args:
        scope: the server's, where authentication puts the user.
        request_id: tells it from others, in logs and in the audit log.
        address: whom it came from.
        method: GET, POST, ...
        target: path and query.
        route: method and path with its names in braces, such as
            ``DELETE /api/v1/records/{record_id}``.
        path: the ids in its path, by name.
        if_match: that header.
        key: its idempotency key, if it has one.
        shows_secret: whether its answer holds what the server must not keep.
        digest: of the body, as far as it has been read.
        claimed_by: the user whose key was taken for it, once it has changed something.
    """

    scope: HTTPScope
    request_id: str
    address: str | None
    method: str
    target: str
    route: str
    path: dict[str, str]
    if_match: str | None = None
    key: str | None = None
    shows_secret: bool = False
    digest: Any = field(default_factory=hashlib.sha256)
    claimed_by: str | None = None

    @property
    def actor(self) -> Actor | None:
        """Who sent it, once that is known; None for a stranger."""
        actor = self.scope.get("user")
        return actor if isinstance(actor, Actor) else None

    @property
    def fingerprint(self) -> str:
        """What tells this request from another under the same key."""
        return f"{self.method} {self.target} {self.digest.hexdigest()}"


SENT: ContextVar[Sent | None] = ContextVar("sent", default=None)


def go_on_unconditionally() -> None:
    """Ask for ``If-Match`` no more: the request's first change was kept, and changed the ETag."""
    if (sent := SENT.get()) is not None:
        sent.if_match = None


class Replayed(Exception):
    """The request was carried out before; this is its answer."""

    def __init__(self, answer: KeptAnswer) -> None:
        self.answer = answer


def on_replayed(_request: Request[Any, Any, Any], error: Replayed) -> Response[Any]:
    """Answer a repeated request as it was answered before."""
    answer = error.answer
    headers = {} if answer.headers_json is None else msgspec.json.decode(answer.headers_json)
    return Response(
        (answer.body or "").encode(),
        status_code=answer.status or 200,
        headers={**headers, "Idempotency-Replayed": "true"},
        media_type=headers.get("content-type", "application/json"),
    )


def journaled(
    service: Callable[Concatenate[Unit, Arguments], Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Callable[[Unit], Result]:
    """Return a job that runs a service and writes down, in the same transaction, that it did.

    The job raises what the service raises, PreconditionFailed, and for a key that is taken
    ``Replayed``, Conflict or InvalidInput. It is run again where its transaction was undone by
    what may pass, such as a lost connection.
    """
    sent = SENT.get()
    actor = sent.actor if sent else None

    def carry_out(unit: Unit) -> Result:
        stale = None
        if sent is not None and sent.if_match is not None:
            stale = find_stale(unit, sent.if_match, sent.path)
        result = service(unit, *args, **kwargs)
        if stale is not None:  # only now, as what the actor may not see has no ETag for them
            raise stale
        objects = {} if sent is None else dict(sent.path)
        made = getattr(result, "id", None)
        if isinstance(made, str) and made not in objects.values():
            objects["id"] = made
        unit.audit.add(
            sent.route if sent else service.__name__,
            objects,
            user_id=actor.user_id if actor else None,
            username=actor.username if actor else None,
            request_id=sent.request_id if sent else None,
            address=sent.address if sent else None,
        )
        return result

    claims = False

    def job(unit: Unit) -> Result:
        nonlocal claims
        if sent is None or sent.key is None or actor is None:
            return carry_out(unit)
        if claims:
            sent.claimed_by = None  # the transaction of the first run, with the claim, was undone
        if sent.claimed_by is not None:
            return carry_out(unit)
        _claim(unit, sent, actor)
        claims = True
        try:
            return carry_out(unit)
        except BaseException:
            sent.claimed_by = None  # the claim is undone with the rest
            raise

    return job


def _claim(unit: Unit, sent: Sent, actor: Actor) -> None:
    """Take the request's idempotency key."""
    assert sent.key is not None
    known = unit.idempotency_keys.claim(actor.user_id, sent.key, sent.fingerprint)
    if known is None:
        sent.claimed_by = actor.user_id
    elif known.request != sent.fingerprint:
        raise InvalidInput(
            f"Idempotency-Key {sent.key!r} was used for another request; use a new key for each",
            idempotency_key=sent.key,
        )
    elif known.status is None:
        raise Conflict(
            f"the request with Idempotency-Key {sent.key!r} was carried out, but its answer is "
            "not known: it is still under way, or the server stopped before it was kept. The "
            "change stands; repeat the request in a second, or read what it changed",
            idempotency_key=sent.key,
        )
    else:
        raise Replayed(known)


class Journal:
    """The middleware: notes each unsafe request, and keeps the answers of those with a key.

    Args:
        app: what comes next.
        store: where answers are kept.
    """

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run a request."""
        if scope["type"] == ScopeType.WEBSOCKET or scope["method"] not in UNSAFE:
            await self._app(scope, receive, send)
            return
        sent = _noted(scope)
        token = SENT.set(sent)
        try:
            if sent.key is None:
                await self._app(scope, receive, send)
            else:
                await self._keyed(sent, scope, receive, send)
        finally:
            SENT.reset(token)

    async def _keyed(self, sent: Sent, scope: Scope, receive: Receive, send: Send) -> None:
        if len(sent.key or "") > LONGEST_KEY:
            raise InvalidInput(f"an Idempotency-Key has at most {LONGEST_KEY} characters")
        start: dict[str, Any] = {}
        body = bytearray()

        async def read() -> Any:
            message = await receive()
            if message["type"] == "http.request":
                sent.digest.update(message["body"])
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body" and sent.claimed_by is not None:
                if len(body) <= KEPT_BYTES:
                    body.extend(message["body"])
                if not message.get("more_body"):
                    self._keep(sent, start, bytes(body))
            await send(message)

        await self._app(scope, read, answer)

    def _keep(self, sent: Sent, start: dict[str, Any], body: bytes) -> None:
        """Queue the answer, so that it is kept before a repetition can be carried out."""
        user_id, key = sent.claimed_by, sent.key
        assert user_id is not None
        assert key is not None
        if len(body) > KEPT_BYTES or start["status"] >= 500 or sent.shows_secret:
            return
        given = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        headers = {name: given[name] for name in KEPT_HEADERS if name in given}
        text = msgspec.json.encode(headers).decode()

        def job(unit: Unit) -> None:
            unit.idempotency_keys.keep(user_id, key, start["status"], text, body.decode())
            unit.idempotency_keys.forget(unit.now - KEPT_FOR)

        self._store.write(job)


def _noted(scope: HTTPScope) -> Sent:
    headers = Headers.from_scope(scope)
    client = scope["client"]
    query = scope["query_string"]
    return Sent(
        scope=scope,
        request_id=headers.get("x-request-id", "")[:64] or new_id(),
        address=client[0] if client else None,
        method=str(scope["method"]),
        target=scope["path"] + (f"?{query.decode('latin-1')}" if query else ""),
        route=f"{scope['method']} {scope.get('path_template', scope['path'])}",
        path={name: str(value) for name, value in scope.get("path_params", {}).items()},
        if_match=headers.get("if-match"),
        key=headers.get("idempotency-key") or None,
        shows_secret=bool(scope["route_handler"].opt.get(SHOWS_SECRET)),
    )
