"""The OpenAPI description, completed by what the framework cannot see.

Errors look the same everywhere, so one rule documents them for every route; bodies and answers
that routes decode and encode themselves stand in two tables.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute

from goldspan.server.error_map import STATUS
from goldspan.wire.account import PasswordForm
from goldspan.wire.annotating import RecordIds, Task
from goldspan.wire.base import Own, Page
from goldspan.wire.error import ErrorBody
from goldspan.wire.record import Record, RecordsBulk, RecordsCreate, RecordsUpdate, Suggestion
from goldspan.wire.search import SearchPage

Operation = tuple[str, str]

ANSWERS: dict[Operation, Any] = {
    ("get", "/api/v1/datasets/{dataset_id}/records"): Page[Record],
    ("get", "/api/v1/me/datasets/{dataset_id}/records"): Page[Record],
    ("put", "/api/v1/datasets/{dataset_id}/records/bulk"): RecordsBulk,
    ("post", "/api/v1/datasets/{dataset_id}/records/bulk"): RecordsBulk,
    ("post", "/api/v1/datasets/{dataset_id}/records/search"): SearchPage,
    ("post", "/api/v1/me/datasets/{dataset_id}/records/search"): SearchPage,
    ("put", "/api/v1/records/{record_id}/suggestions"): Suggestion,
    ("get", "/api/v1/records/{record_id}/task"): Task,
}
"""What routes answer that encode their answers themselves."""

BODIES: dict[Operation, Any] = {
    ("post", "/api/v1/datasets/{dataset_id}/records"): RecordsCreate,
    ("post", "/api/v1/datasets/{dataset_id}/records/bulk"): RecordsCreate,
    ("put", "/api/v1/datasets/{dataset_id}/records/bulk"): RecordsCreate,
    ("patch", "/api/v1/datasets/{dataset_id}/records"): RecordsUpdate,
    ("post", "/api/v1/me/leases/release"): RecordIds,
}
"""What routes take that decode their bodies themselves."""

FORMS: dict[Operation, Any] = {("post", "/api/v1/token"): PasswordForm}
"""Those of them that take forms, of either kind."""

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

FILES: dict[Operation, str] = {
    ("get", "/api/v1/datasets/{dataset_id}/export"): "*/*",
    ("get", "/api/v1/snapshots/{snapshot_id}/export"): "*/*",
    ("get", "/api/v1/runs/{name}/report.html"): "text/html",
    ("get", "/api/v1/evaluations/{name}/report.html"): "text/html",
    ("get", "/api/v1/backup"): "*/*",
    ("get", "/metrics"): "*/*",
}
"""Routes that answer with a file, and its type; of an export it follows from the format."""

ERRORS = sorted(set(STATUS.values()))
REF = "#/components/schemas/{name}"
SECURITY: dict[str, Any] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Goldspan-Api-Key"},
    "argilla": {"type": "apiKey", "in": "header", "name": "X-Argilla-Api-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-goldspan"},
}


def open_operations(app: Litestar) -> set[Operation]:
    """Return the operations that need neither key nor session."""
    return {
        (method.lower(), route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, handler in handlers_of(route)
        if handler.opt.get("exclude_from_auth")
    }


def handlers_of(route: HTTPRoute) -> list[tuple[str, HTTPRouteHandler]]:
    """Return a route's handlers by method."""
    return [
        (str(method), handler)
        for handler in route.route_handlers
        for method in handler.http_methods
    ]


def completed(app: Litestar, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description with errors, security, and the bodies and answers of the tables."""
    kinds = [ErrorBody, *ANSWERS.values(), *BODIES.values(), *FORMS.values()]
    shapes, made = msgspec.json.schema_components(kinds, ref_template=REF)
    by_kind = dict(zip(map(str, kinds), shapes, strict=True))
    done: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    components = done.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **made}
    own = {shape.__name__ for shape in _subclasses(Own)}
    for name, shape in components["schemas"].items():
        if name not in own:
            _without_zones(shape)
    components["securitySchemes"] = SECURITY
    components["responses"] = {
        str(status): _answer(HTTPStatus(status).phrase, by_kind[str(ErrorBody)])
        for status in ERRORS
    }
    done["security"] = [{name: []} for name in SECURITY]
    is_open = open_operations(app)
    for path, operations in done["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            responses.pop("400", None)  # the framework's own, which is mapped to 422
            responses.get("204", {}).pop("content", None)
            for status in ERRORS:
                responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
            key = (method, path)
            if key in is_open:
                operation["security"] = []
            if key in ANSWERS:
                status = min(responses)
                responses[status] = _answer(
                    responses[status]["description"], by_kind[str(ANSWERS[key])]
                )
            if key in BODIES:
                operation["requestBody"] = _body(by_kind[str(BODIES[key])], "application/json")
            if key in FORMS:
                operation["requestBody"] = _body(by_kind[str(FORMS[key])], *FORM_TYPES)
            if key in FILES:
                responses["200"]["content"] = {FILES[key]: {"schema": {}}}
    return done


def _subclasses(base: type) -> set[type]:
    found: set[type] = set(base.__subclasses__())
    return found.union(*(_subclasses(direct) for direct in found))


def _without_zones(shape: Any) -> None:
    """Say that times are naive UTC, as the contract has it; OpenAPI's own format has a zone."""
    if isinstance(shape, list):
        for one in shape:
            _without_zones(one)
    elif isinstance(shape, dict):
        if shape.get("format") == "date-time":
            del shape["format"]
            shape.setdefault("description", "ISO 8601, UTC, without a zone.")
        for one in shape.values():
            _without_zones(one)


def _body(shape: Any, *types: str) -> dict[str, Any]:
    return {"content": {name: {"schema": shape} for name in types}, "required": True}


def _answer(description: str, shape: Any) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": shape}}}


class CompletedJson(JsonRenderPlugin):
    """Serves the completed description."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """Return it as JSON."""
        return msgspec.json.encode(completed(request.app, openapi_schema))
