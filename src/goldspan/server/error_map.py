"""How every error looks over HTTP: the one table, and the one JSON shape.

::

    {"detail": {"code": "goldspan.<Class>", "message": "...", "params": {...}}}
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from goldspan import errors
from goldspan.errors import GoldspanError
from goldspan.wire.error import ErrorBody, ErrorDetail

log = logging.getLogger("goldspan.server")

STATUS: dict[type[GoldspanError], int] = {
    errors.InvalidInput: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.TooManyRequests: 429,
    errors.UnknownHost: 421,
    errors.HomeBusy: 503,
    errors.StorageFailure: 503,
    errors.EndpointFailed: 502,
    errors.WebhookFailed: 502,
    errors.MissingExtra: 501,
    errors.TrainingError: 422,
}
"""Status of each class and, unless they have their own, of its subclasses."""

# What the framework raises by itself, by status; other 4xx count as invalid input.
FRAMEWORK: dict[int, tuple[int, type[GoldspanError]]] = {
    401: (401, errors.Unauthenticated),
    403: (403, errors.Forbidden),
    404: (404, errors.NotFound),
    405: (405, errors.NotFound),
    413: (413, errors.TooLarge),
}


# What the JSON decoder raises; the last two on bytes that are no UTF-8 or nested too deeply.
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def status_of(error: type[GoldspanError]) -> int | None:
    """Return the status of a class of errors; None if neither it nor a base is in the table."""
    return next((STATUS[base] for base in error.__mro__ if base in STATUS), None)


def error_detail(error: GoldspanError) -> ErrorDetail:
    """Return an error as it stands in JSON; what JSON cannot hold becomes text."""
    params = msgspec.to_builtins(error.params, enc_hook=str, str_keys=True)
    return ErrorDetail(code=error.code, message=error.message, params=params)


def _response(status: int, error: GoldspanError) -> Response[Any]:
    return Response(
        msgspec.json.encode(ErrorBody(detail=error_detail(error))),
        status_code=status,
        media_type=MediaType.JSON,
        headers=(
            {"Retry-After": str(error.retry_after_s)}
            if isinstance(error, errors.TooManyRequests)
            else None
        ),
    )


def on_goldspan_error(request: Request[Any, Any, Any], error: GoldspanError) -> Response[Any]:
    """Answer an error of the layers below."""
    status = status_of(type(error))
    if status is None:
        return on_any_error(request, error)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error.message)
    return _response(status, error)


def on_framework_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer an error that the framework found: no such route, a body of the wrong shape."""
    if error.status_code >= 500:
        return on_any_error(request, error)
    status, kind = FRAMEWORK.get(error.status_code, (422, errors.InvalidInput))
    faults: list[str] = []
    message = error.detail
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        faults = [f"{fault.get('key', 'body')}: {fault.get('message')}" for fault in error.extra]
        message = f"the request does not fit: {'; '.join(faults)}"
    elif status in (404, 405):
        message = f"{request.method} {request.url.path} is not one of this server's routes"
    params = {"faults": faults} if faults else {}
    return _response(status, kind(message, **params))


def on_undecodable(_request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a body that is no JSON in a way that the framework does not know."""
    return _response(422, errors.InvalidInput(f"the request does not fit: {error}"))


def on_any_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer what nobody expected; the traceback is for the log, not for the caller."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _response(500, GoldspanError("the server failed at this; its log says why"))
