"""Every error of the layers below has a place in the table."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from goldspan import errors
from goldspan.errors import GoldspanError
from goldspan.server.error_map import STATUS, error_detail, status_of

SOURCE = Path(errors.__file__).parent
BELOW = ("domain", "storage", "services", "server", "evaluation", "formats")
CLASSES = {
    name: cls
    for name, cls in vars(errors).items()
    if isinstance(cls, type) and issubclass(cls, GoldspanError) and cls is not GoldspanError
}


def names_imported_from_errors() -> set[str]:
    found: set[str] = set()
    for part in BELOW:
        for path in (SOURCE / part).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "goldspan.errors":
                    found |= {alias.name for alias in node.names}
    return found & CLASSES.keys()


def test_every_error_that_a_lower_layer_raises_has_a_status() -> None:
    raised = names_imported_from_errors()
    assert {"InvalidSpan", "InvalidResponse", "NotFound", "StorageFailure"} <= raised
    assert sorted(name for name in raised if status_of(CLASSES[name]) is None) == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [(errors.InvalidSpan, 422), (errors.NotFound, 404), (errors.ServerUnreachable, None)],
)
def test_a_class_has_the_status_of_its_nearest_base(
    kind: type[GoldspanError], status: int | None
) -> None:
    assert status_of(kind) == status


def test_the_table_names_no_status_that_means_success() -> None:
    assert all(400 <= status < 600 for status in STATUS.values())


def test_what_json_cannot_hold_becomes_text() -> None:
    detail = error_detail(errors.Conflict("taken", where=Path("/home/ana"), port=6900))
    assert detail.code == "goldspan.Conflict"
    assert detail.params == {"where": "/home/ana", "port": 6900}


def test_the_server_starts_without_torch_and_its_kin() -> None:
    program = (
        "import sys, goldspan.server.serve\n"
        "print(sorted({'torch', 'transformers', 'datasets', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
