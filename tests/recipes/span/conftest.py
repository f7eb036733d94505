"""Made-up passages that a tiny reader learns in seconds, and the reader that learned them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft

COLOURS = ["red", "blue", "green", "white", "black", "grey"]
THINGS = ["cat", "dog", "house", "boat"]


def colour_questions(n: int = 24) -> list[Demonstration]:
    """Give n questions, the i-th about a thing (i mod 4) and its colour (i mod 6)."""
    made = []
    for i in range(n):
        thing, colour = THINGS[i % 4], COLOURS[i % 6]
        context = f"the {thing} that we saw is {colour} now"
        start = context.index(colour)
        answer = Answer(colour, Span(start, start + len(colour)))
        made.append(Demonstration(f"q{i}", f"which colour has the {thing} ?", context, (answer,)))
    return made


@pytest.fixture(scope="session")
def settings() -> SpanSFTSettings:
    return SpanSFTSettings(
        learning_rate=3e-3,
        per_device_train_batch_size=4,
        logging_steps=1,
        max_length=64,
        max_question_length=16,
        doc_stride=8,
    )


@pytest.fixture(scope="session")
def demonstrations() -> list[Demonstration]:
    return colour_questions()


@pytest.fixture(scope="session")
def start(
    tmp_path_factory: pytest.TempPathFactory, make_span_parts: Callable[..., tuple[Any, Any]]
) -> Path:
    """An untrained reader's folder; tests do not write into it."""
    folder = tmp_path_factory.mktemp("start")
    texts = [text for d in colour_questions() for text in (d.question_text, d.context)]
    model, tokenizer = make_span_parts(texts)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def trained(
    start: Path, settings: SpanSFTSettings, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The run folder of a reader that finds the colour; tests do not write into it."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    longer = replace(settings, num_train_epochs=12)
    train_span_sft(start, colour_questions(), folder, longer, on_event=lambda kind, values: None)
    return folder
