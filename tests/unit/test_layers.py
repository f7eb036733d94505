"""Holds the direction of imports: who may import whom, and where imports may be lazy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "goldspan"

# Each part may import itself, `errors` and what stands here.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "domain": set(),
    "wire": {"domain"},
    "client": {"wire", "domain"},
    "formats": {"domain"},
    "evaluation": {"domain"},
    "run": {"domain"},
    "storage": {"domain"},
    "services": {"storage", "domain", "evaluation", "formats"},
    "server": {"services", "storage", "domain", "wire", "run", "evaluation"},
    "reader": {"domain"},
    "training": {"reader", "domain", "evaluation", "run"},
    "sdk": {"client", "wire", "domain", "training", "reader", "run", "evaluation", "formats"},
    "feedback": {"sdk"},
}
# The demo plays a notebook's part, with the SDK.
MAY_IMPORT["demo"] = MAY_IMPORT["sdk"] | {"sdk"}
EXTRA = {"sdk/embedded.py": {"server", "storage"}}
FREE = {"cli", "__init__", "_version", "__main__"}
NEEDS_TRAIN = {"torch", "transformers", "trl", "peft", "datasets", "accelerate", "tokenizers"}
MAY_USE_TORCH = {"reader", "training"}
# The only places whose imports may stand inside a function.
LAZY = ("__init__.py", "sdk/", "cli/", "demo/")


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(SOURCE)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """(module name, whether it is inside a function) of every import that runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, lazy: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                found.extend((alias.name, lazy) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path}: relative import"
                if child.module == "goldspan":
                    found.extend((f"goldspan.{alias.name}", lazy) for alias in child.names)
                else:
                    found.append((child.module or "", lazy))
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            visit(child, lazy or is_function)

    visit(tree, False)
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_module_imports_only_what_its_part_may(path: Path) -> None:
    name = str(path.relative_to(SOURCE))
    part = part_of(path)
    for imported, lazy in imports(path):
        root = imported.split(".")[0]
        if root == "goldspan" and part not in FREE:
            target = [*imported.split("."), ""][1]
            allowed = MAY_IMPORT[part] | EXTRA.get(name, set()) | {part, "errors", "_version"}
            assert target in allowed, f"{name} may not import {imported}"
        if root in NEEDS_TRAIN and part not in MAY_USE_TORCH:
            assert lazy, f"{name} imports {imported} at its head"
            assert part in {"sdk", "cli", "demo", "formats"}, f"{name} may not import {imported}"
        if lazy and root == "goldspan":
            assert name.startswith(LAZY), f"{name} imports {imported} inside a function"


def test_there_is_no_import_cycle() -> None:
    graph: dict[str, set[str]] = {}
    names = {}
    for path in modules():
        dotted = ".".join(("goldspan", *path.relative_to(SOURCE).with_suffix("").parts))
        names[dotted.removesuffix(".__init__")] = path
    for name, path in names.items():
        targets = {module for module, lazy in imports(path) if not lazy}
        graph[name] = {target for target in targets if target in names and target != name}

    state: dict[str, int] = {}

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, f"import cycle: {' -> '.join((*trail, name))}"
        if state.get(name) == 2:
            return
        state[name] = 1
        for target in sorted(graph[name]):
            walk(target, (*trail, name))
        state[name] = 2

    for name in graph:
        walk(name, ())


def test_importing_goldspan_and_its_server_needs_no_torch() -> None:
    program = (
        "import sys, goldspan, goldspan.server, goldspan.cli, goldspan.sdk\n"
        f"print(sorted({NEEDS_TRAIN!r} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
