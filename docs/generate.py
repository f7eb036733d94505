"""Writes ``docs/reference/``: the pages that are read off the code.

``python docs/generate.py`` renews them; a test fails while they are stale.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from pathlib import Path
from typing import Any

import typer.main

from goldspan import errors
from goldspan.cli import build_app
from goldspan.server.app import create_app
from goldspan.server.openapi import completed
from goldspan.storage.opening import open_store

REFERENCE = Path(__file__).parent / "reference"
HEAD = "<!-- Made by docs/generate.py; do not edit. -->\n\n"


def command_line() -> str:
    """Describe every command, argument and option."""
    root = typer.main.get_command(build_app())
    parts = ["# The command line\n"]

    def describe(command: Any, path: str) -> None:
        subcommands = getattr(command, "commands", None)
        if subcommands:
            for name in sorted(subcommands):
                describe(subcommands[name], f"{path} {name}")
            return
        parts.append(f"## {path}\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = []
        for parameter in command.params:
            names = ", ".join(f"`{name}`" for name in parameter.opts + parameter.secondary_opts)
            if parameter.param_type_name == "argument":
                names = f"`{parameter.metavar or str(parameter.name).upper()}`"
            text = getattr(parameter, "help", None) or ""
            default = parameter.default
            if default not in (None, ()) and default is not False and not callable(default):
                text += f" Default: `{default}`."
            rows.append(f"| {names} | {text.strip()} |")
        if rows:
            parts.append("\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n")

    describe(root, "goldspan")
    return "\n".join(parts)


def error_tree() -> str:
    """List every error class with its place in the tree and its meaning."""
    parts = [
        "# Errors\n",
        "Every error is a `goldspan.errors.GoldspanError`; its `code` stands in the server's JSON",
        'bodies: `{"detail": {"code": "goldspan.NotFound", "message": …, "params": …}}`.\n',
        "Where a parameter gets past an error, `params` has `remedies`, each with `gain`, "
        "`parameter` and `value`: Python is told `on_fault='skip'`, the command line "
        "`--on-fault skip`.\n",
        "| class | parent | meaning |",
        "|---|---|---|",
    ]
    for name, cls in vars(errors).items():
        if inspect.isclass(cls) and issubclass(cls, errors.GoldspanError):
            meaning = inspect.cleandoc(cls.__doc__ or "").splitlines()[0]
            parts.append(f"| `{name}` | `{cls.__base__.__name__}` | {meaning} |")
    return "\n".join(parts) + "\n"


def rest_routes() -> str:
    """List every route that the server's OpenAPI description has, by what it is about."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "goldspan.db")
        app = create_app(store)
        description = completed(app, app.openapi_schema.to_schema())
        store.close()
    groups: dict[str, list[str]] = {}
    for path, operations in sorted(description["paths"].items()):
        for method, operation in operations.items():
            groups.setdefault(_group_of(path), []).append(_route_row(path, method, operation))
    parts = [REST_HEAD]
    for group in sorted(groups, key=lambda one: (not one.startswith("/api/v1"), one)):
        table = ["| route | what it does | query | body | answer |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"## {group}\n", *table, *groups[group]]) + "\n")
    return "\n".join(parts)


REST_HEAD = """# The REST routes

The server describes itself at `/schema/openapi.json`; this is the overview, with the names of the
shapes that stand there. Routes below `/api/v1` that Argilla's server has, too, take and answer what
it does.

- **Who asks.** A key in `X-Goldspan-Api-Key`, `X-Argilla-Api-Key` or `Authorization: Bearer`, or a
  browser's session. Routes marked *open* need neither. What a user may not see is 404, what they
  may not do 403.
- **Errors** look alike everywhere: [errors](errors.md).
- **Repeating.** A writing request with an `Idempotency-Key` is carried out once, however often it
  is sent within a day.
- **Changing what others may have changed.** `ETag` of an answer, `If-Match` of the change; 412 if
  it was changed in between.
"""


def _group_of(path: str) -> str:
    parts = path.strip("/").split("/")
    if parts[:2] == ["api", "v1"]:
        return "/".join(["/api/v1", *parts[2:3]])
    return "/api (Argilla 1.29)" if parts[0] == "api" else "The server itself"


def _route_row(path: str, method: str, operation: dict[str, Any]) -> str:
    meaning = operation.get("description", "").partition("\n\n")[0]
    meaning = meaning.replace("\n", " ").replace("``", "`")
    is_open = " *open*" if operation.get("security") == [] else ""
    parameters = operation.get("parameters", [])
    query = ", ".join(f"`{one['name']}`" for one in parameters if one["in"] == "query")
    body = _shapes(operation.get("requestBody", {}).get("content", {}))
    status = min(operation["responses"])
    answer = _shapes(operation["responses"][status].get("content", {}))
    cells = [f"`{method.upper()} {path}`{is_open}", meaning, query, body, f"{status} {answer}"]
    return f"| {' | '.join(cell.strip() for cell in cells)} |"


def _shapes(content: dict[str, Any]) -> str:
    """Name the shape, or the kind of content where it has none."""
    names = []
    for kind, one in content.items():
        name = _name_of(one.get("schema", {}))
        plain = {"application/json": "JSON", "text/html": "a page"}.get(kind, "a file")
        names.append(f"`{name}`" if name else plain)
    return " or ".join(dict.fromkeys(names))


def _name_of(shape: dict[str, Any]) -> str:
    """Return a shape's name; that of a list of things as ``Items[Thing]``."""
    name = shape.get("$ref", "").rpartition("/")[2]
    return re.sub(r"^(Items|Page)_(?:.*\.)?(\w+)_$", r"\1[\2]", name)


PAGES = {"cli.md": command_line, "errors.md": error_tree, "rest.md": rest_routes}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(HEAD + page(), encoding="utf-8")


if __name__ == "__main__":
    main()
