import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from rich.console import Console
from typer.testing import CliRunner

from goldspan.cli import ask, build_app, main
from goldspan.domain.span import Span
from goldspan.errors import InvalidFile, InvalidInput
from goldspan.reader.base import ReaderAnswer

TEXT = "It stood long.\nIt opened in\n1894. All liked it."
SPAN = Span(28, 32)


def shown(answer: ReaderAnswer, texts: list[str], terminal: bool = False) -> str:
    file = io.StringIO()
    color: Literal["standard"] | None = "standard" if terminal else None
    console = Console(file=file, force_terminal=terminal, color_system=color, highlight=False)
    names = [f"{number}.txt" for number in range(len(texts))]
    console.print(ask.render(answer, names, texts), soft_wrap=True)
    return file.getvalue()


def test_an_answer_is_shown_in_its_sentence_with_its_place() -> None:
    answer = ReaderAnswer("1894", SPAN, 1, 0.875)
    assert shown(answer, ["Nothing here.", TEXT]) == (
        "1894\n  It opened in 1894.\n  score 0.88, 1.txt, line 3, characters 28 to 32\n"
    )


def test_on_a_terminal_the_answer_is_bold_within_its_sentence() -> None:
    answer = ReaderAnswer("1894", SPAN, 0, 0.875)
    assert "It opened in \x1b[1m1894\x1b[0m." in shown(answer, [TEXT], terminal=True)


def test_not_answerable_is_said_plainly() -> None:
    answer = ReaderAnswer("", None, None, 0.5)
    assert shown(answer, [TEXT]) == "Not answerable from this text; score 0.50\n"
    assert shown(answer, [TEXT, TEXT]) == "Not answerable from these texts; score 0.50\n"


def test_an_answer_in_other_words_says_so() -> None:
    answer = ReaderAnswer("late 19th century", None, None, 0.5)
    assert shown(answer, [TEXT]) == "late 19th century\n  score 0.50, in the reader's own words\n"


def test_signs_that_steer_a_terminal_are_not_passed_on() -> None:
    assert "\x1b" not in shown(ReaderAnswer("a\x1b[2Jb", Span(0, 6), 0, 1.0), ["a\x1b[2Jb"])


@pytest.fixture(scope="module")
def reader(
    tmp_path_factory: pytest.TempPathFactory, make_span_parts: Callable[..., tuple[Any, Any]]
) -> str:
    model, tokenizer = make_span_parts([TEXT, "When did it open?"])
    folder = tmp_path_factory.mktemp("reader")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Any:
    return CliRunner().invoke(build_app(), ["ask", *map(str, arguments)], input=stdin)


def test_files_and_standard_input_are_read_together(reader: str, tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_text("Nothing but mist.", encoding="utf-8")
    done = run(
        "--model", reader, "--context", path, "--context", "-", "--top-k", "20", "When?", stdin=TEXT
    )
    assert done.exit_code == 0, done.output
    assert f"{path}, line 1" in done.output
    assert "standard input, line 3" in done.output


def test_what_is_no_text_is_refused_by_name(reader: str, tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Käse".encode("latin-1"))
    refused = run("--model", reader, "--context", latin, "What?").exception
    assert isinstance(refused, InvalidFile)
    assert "latin.txt is not readable: line 1, column 2: byte 0xe4" in str(refused)
    refused = run("--model", reader, "--context", "-", "What?", stdin=b"\0\1").exception
    assert "standard input is not a text file. A context is a text file" in str(refused)


def test_main_turns_an_error_into_one_message_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reader: str
) -> None:
    arguments = ["goldspan", "ask", "--model", reader, "--context", "none.txt", "What?"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "error: there is no file none.txt\n"


def test_an_empty_question_is_refused(tmp_path: Path) -> None:
    context = tmp_path / "context.txt"
    context.write_text(TEXT, encoding="utf-8")
    words = ["ask", " ", "--model", "no/such/reader", "--context", str(context)]
    done = CliRunner().invoke(build_app(), words)
    assert isinstance(done.exception, InvalidInput)
