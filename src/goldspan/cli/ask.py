"""``goldspan ask``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.errors import InvalidInput

if TYPE_CHECKING:
    from rich.text import Text

    from goldspan.reader.base import ReaderAnswer

STDIN = "-"
ACCEPTED = "A context is a text file in UTF-8"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def ask(
        question: Annotated[str, typer.Argument(help="What you want to know.")],
        model: Annotated[str, typer.Option(help="A run, a model folder or a hub id.")],
        context: Annotated[
            list[str],
            typer.Option(
                metavar="FILE",
                help="A text file to look in, in UTF-8; - reads standard input. Give it again "
                "for more files.",
            ),
        ],
        top_k: Annotated[int, typer.Option(min=1, help="Most answers to show.")] = 1,
        device: Annotated[
            str | None, typer.Option(help="A torch device; by default CUDA where there is one.")
        ] = None,
    ) -> None:
        """Ask a reader a question about texts."""
        from rich.console import Console

        from goldspan.reader.load import load_reader

        if not question.strip():
            raise InvalidInput("the question is empty; say what you want to know")
        texts = [_read(name) for name in context]
        reader = load_reader(model, device=device)
        console = Console(highlight=False)
        for answer in reader.answer(question, texts, top_k):
            console.print(render(answer, context, texts), soft_wrap=True)


def _read(name: str) -> str:
    """Return a context's text. Raises NotFound, or InvalidFile if it is no text in UTF-8."""
    from goldspan.errors import InvalidFile
    from goldspan.formats.source import check_source, decode_text, read_source

    if name == STDIN:
        data = check_source(sys.stdin.buffer.read(), _called(name), ACCEPTED)
    else:
        data = read_source(Path(name), ACCEPTED)
    try:
        return decode_text(data)
    except ValueError as error:
        raise InvalidFile(f"{_called(name)} is not readable: {error}.") from error


def _called(name: str) -> str:
    return "standard input" if name == STDIN else name


def render(answer: ReaderAnswer, names: list[str], texts: list[str]) -> Text:
    """Return one answer in its sentence, with its score and its place."""
    from rich.text import Text

    from goldspan.domain.sentence import sentence_around

    sure = f"score {answer.score:.2f}"
    if not answer.text:
        return Text(
            f"Not answerable from {'this text' if len(texts) == 1 else 'these texts'}; {sure}"
        )
    if answer.span is None or answer.context_index is None:
        return Text.assemble(
            (_plain(answer.text), "bold"), f"\n  {sure}, in the reader's own words"
        )
    text, span = texts[answer.context_index], answer.span
    sentence = sentence_around(text, span)
    line = text.count("\n", 0, span.start) + 1
    where = _called(names[answer.context_index])
    return Text.assemble(
        (_plain(answer.text), "bold"),
        "\n  ",
        _plain(text[sentence.start : span.start]),
        (_plain(span.of(text)), "bold"),
        _plain(text[span.end : sentence.end]),
        f"\n  {sure}, {where}, line {line}, characters {span.start} to {span.end}",
    )


def _plain(text: str) -> str:
    """Put a text on one line, without signs that steer a terminal."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in spaced)
