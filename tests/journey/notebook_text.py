"""A notebook that was saved as text: its code cells, and how names in them are exchanged."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

MARK = re.compile(r"In \[.*\]:")


def code_cells(path: Path) -> list[str]:
    """The code after each ``In [..]:`` line, without the prose that follows it.

    Prose and code stand under the same mark, so the code is the longest run of lines that is
    Python. A cell that is none (a magic command) is the empty text.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = [at for at, line in enumerate(lines) if MARK.fullmatch(line)]
    ends = [*marks[1:], len(lines)]
    return [_python(lines[at + 1 : end]) for at, end in zip(marks, ends, strict=True)]


def _python(block: list[str]) -> str:
    for length in range(len(block), 0, -1):
        code = "\n".join(block[:length])
        try:
            ast.parse(code)
        except SyntaxError:
            continue
        return code
    return ""


class Exchange(ast.NodeTransformer):
    """Exchanges imports and the names of models and datasets; everything else stays.

    Args:
        names: text constant to what stands in its place.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.used: set[str] = set()

    def code(self, cell: str) -> str:
        """Return a cell with the names exchanged."""
        return ast.unparse(ast.fix_missing_locations(self.visit(ast.parse(cell))))

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            alias.name = self._module(alias.name)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.AST]:
        node.module = self._module(node.module or "")
        gone = [alias for alias in node.names if alias.name == "pipeline"]
        if node.module != "transformers" or not gone:
            return node
        self.used.add("pipeline")
        node.names = [alias for alias in node.names if alias.name != "pipeline"]
        return [node, ast.ImportFrom(module="goldspan", names=gone, level=0)]

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if not isinstance(node.value, str) or node.value not in self.names:
            return node
        self.used.add(node.value)
        return ast.Constant(self.names[node.value])

    def _module(self, name: str) -> str:
        if name.partition(".")[0] != "argilla":
            return name
        self.used.add(name)
        return name.replace("argilla", "goldspan", 1)
