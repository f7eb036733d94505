"""Whether the server keeps what its OpenAPI description promises, whatever is sent.

schemathesis makes requests from the description, fitting and unfitting ones, and each is sent by an
annotator, an admin and the owner. No answer may be a 5xx, have a status that the description does
not name, or a body that it does not describe.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.world import World, close_world, open_world

Case = schemathesis.Case[Any]
ROLES = ("annotator", "admin", "owner")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The key says who asks, and nothing else does.
WHO = {"x-argilla-api-key", "x-goldspan-api-key", "authorization", "cookie", "content-length"}
ID_OF_THE_WORLD = 4
"""In all but one of so many requests the ids in the path are those of things that exist."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = open_world(tmp_path_factory.mktemp("world"))
    yield made
    close_world(made)


class Sender:
    """Sends cases as everybody, and keeps what was wrong with the answers.

    Args:
        world: whom they are sent to.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: dict[tuple[str, str], str] = {}

    def send(self, case: Case) -> None:
        """Send a case as everybody, those who may least first."""
        number = self.sent.total()
        if number % ID_OF_THE_WORLD:
            known = self.world.ids
            for name in set(case.path_parameters or {}) & set(known):
                case.path_parameters[name] = known[name]
        for role in ROLES:
            self._send_as(case, role)

    def _send_as(self, case: Case, role: str) -> None:
        made = case.as_transport_kwargs(base_url="http://127.0.0.1")
        headers = {k: v for k, v in (made.get("headers") or {}).items() if k.lower() not in WHO}
        headers["X-Goldspan-Api-Key"] = self.world.keys[role]
        content = made.get("data")
        if content is not None and not isinstance(content, str | bytes):
            form = "urlencoded" in headers.get("Content-Type", "") and isinstance(content, dict)
            content = urlencode(content, doseq=True) if form else json.dumps(content)
        answer = self.world.http.request(
            made["method"],
            made["url"],
            headers=headers,
            params=made.get("params"),
            json=made.get("json"),
            content=content,
        )
        self.sent[role] += 1
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(schemathesis.Response.from_any(answer), checks=CHECKS)
        except (Failure, FailureGroup) as error:
            for one in getattr(error, "exceptions", [error]):
                request = answer.request
                self.faults.setdefault(
                    (case.operation.label, type(one).__name__),
                    f"{case.operation.label} as {role}: {one}\n"
                    f"  {request.method} {request.url} {request.content[:300]!r}\n"
                    f"  {answer.status_code} {answer.text[:300]}",
                )
        if answer.status_code < 300 and made["method"] == "DELETE":
            self.world.put_back()


def send_all(sender: Sender, operation: Any, count: int, mode: GenerationMode) -> None:
    """Send a number of cases of an operation, fewer where there are not so many."""

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case) -> None:
        sender.send(case)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing that is sent could be wrong


def test_the_server_keeps_what_its_description_promises(
    world: World, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    wanted = times(2_000, 10_000)
    description = world.http.get("/schema/openapi.json").json()
    found = schemathesis.openapi.from_dict(description).get_all_operations()
    operations = [one.ok() for one in found if isinstance(one, Ok)]
    sender = Sender(world)
    each = wanted // len(operations)
    for operation in operations:
        send_all(sender, operation, each, GenerationMode.POSITIVE)
        send_all(sender, operation, each // 3, GenerationMode.NEGATIVE)
    said = ", ".join(f"{role} {count:,}" for role, count in sender.sent.items())
    failed = sum(count for status, count in sender.statuses.items() if status >= 500)
    report(f"requests made from the description: {said}; 5xx {failed}; faults {len(sender.faults)}")
    assert not sender.faults, "\n\n".join(sender.faults.values())
    assert min(sender.sent.values()) >= wanted
    assert sender.statuses[200] > wanted / 2
