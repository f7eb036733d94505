"""The guides' examples run.

Of every page, in order and in one namespace: blocks marked ``python`` are executed, and a block
marked ``text`` that follows one is what it prints. In blocks marked ``console`` every line
``$ goldspan …`` has to be a command that the command line knows, with options that it knows; those
that need no server and end soon are run as well, on untrained readers at ``runs/sft`` and
``runs/dpo``. ``$ make …`` has to name a target. Code of other projects is marked ``py``.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.sdk import embedded, session

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
RUN = {"evaluate", "ask", "version"}
FENCED = r"^```{}\n(.*?)^```$"
CONSOLE = re.compile(FENCED.format("console"), re.MULTILINE | re.DOTALL)
PYTHON = re.compile(
    FENCED.format("python") + rf"(?:\s*{FENCED.format('text')})?", re.MULTILINE | re.DOTALL
)
FILES = {
    "harbour.txt": "Ada Marsh built the harbour in 1894. It is still in use.",
    "train.csv": "question,context,answer\nWho came?,Ada came.,Ada\n",
    "dev.json": '{"id": "1", "question": "Who?", "context": "Ada Marsh.", "answer": "Ada Marsh"}',
}


def examples(page: Path) -> Iterator[tuple[str, str | None]]:
    """Yield a page's Python, each block at its own line number, and what it should print."""
    text = page.read_text(encoding="utf-8")
    for match in PYTHON.finditer(text):
        # Blank lines in front make a traceback name the page's own lines.
        yield "\n" * text.count("\n", 0, match.start(1)) + match[1], match[2]


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the commands of a page, as words."""
    for block in CONSOLE.finditer(page.read_text(encoding="utf-8")):
        for line in block[1].replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                yield shlex.split(line.removeprefix("$ "), comments=True)


def named(page: Path) -> str:
    return page.name


@pytest.fixture
def workbench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_span_parts: Callable[..., tuple[Any, Any]]
) -> Iterator[Path]:
    """A folder to work in, with the files and readers that the pages speak of."""
    began: list[session.Session] = []
    monkeypatch.setattr(session, "_active", began)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path / "home"))
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    for seed, name in enumerate(["sft", "dpo"]):
        model, tokenizer = make_span_parts(list(FILES.values()), seed=seed)
        model.save_pretrained(tmp_path / "runs" / name)
        tokenizer.save_pretrained(tmp_path / "runs" / name)
    yield tmp_path
    for one in began:
        one.close()
    embedded.stop()


@pytest.mark.parametrize("page", [p for p in PAGES if list(examples(p))], ids=named)
def test_the_python_of_a_page_runs_and_prints_what_it_says(
    page: Path, workbench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for code, expected in examples(page):
        exec(compile(code, str(page), "exec"), namespace)
        printed = capsys.readouterr().out
        assert expected is None or printed.strip() == expected.strip()


@pytest.mark.parametrize("page", [p for p in PAGES if list(commands(p))], ids=named)
def test_every_command_of_a_page_is_one_that_exists(page: Path) -> None:
    known = typer.main.get_command(build_app())
    targets = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    for program, *arguments in commands(page):
        if program == "make":
            assert set(a for a in arguments if "=" not in a) <= set(targets), arguments
        elif Path(program).name == "goldspan":
            name, *rest = arguments
            assert name in known.commands, f"{page.name}: goldspan {name}"  # type: ignore[attr-defined]
            known.commands[name].make_context(name, rest)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(c[1:2] and c[1] in RUN for c in commands(p))], ids=named
)
def test_the_commands_of_a_page_that_need_no_server_run(page: Path, workbench: Path) -> None:
    for program, *arguments in commands(page):
        if Path(program).name == "goldspan" and arguments[0] in RUN:
            done = CliRunner().invoke(build_app(), arguments)
            assert done.exit_code == 0, f"{shlex.join(arguments)}\n{done.output}{done.exception}"
