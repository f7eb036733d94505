"""Windows with their targets: several golds, windows with and without the answer."""

from collections.abc import Callable
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.training.span_negatives import neighbouring_negatives
from goldspan.training.span_rows import SpanCollator, prepare_rows

TEXT = "Ada Marsh built the old harbour in the year 1894 for the town"


@pytest.fixture(scope="module")
def tokenizer(make_span_parts: Callable[..., tuple[Any, Any]]) -> Any:
    return make_span_parts([TEXT, "who ?"])[1]


@pytest.fixture(scope="module")
def encoder(tokenizer: Any) -> SpanEncoder:
    return SpanEncoder(tokenizer, SpanReaderConfig(max_length=40, max_question_length=8))


def asked(context: str, *golds: str, article: str = "harbour", id: str = "q") -> Demonstration:
    answers = tuple(
        Answer(gold, Span(context.index(gold), context.index(gold) + len(gold))) for gold in golds
    )
    return Demonstration(id, "who ?", context, answers, article)


def test_all_golds_of_a_window_are_targets_and_equal_ones_once(
    tokenizer: Any, encoder: SpanEncoder
) -> None:
    rows, _ = prepare_rows([asked(TEXT, "Ada Marsh", "Marsh", "Ada Marsh")], encoder)
    (row,) = rows
    marked = {
        TEXT[
            row.window.offsets[a - row.window.first][0] : row.window.offsets[b - row.window.first][
                1
            ]
        ]
        for a, b in row.spans
    }
    assert (len(row.spans), marked) == (2, {"Ada Marsh", "Marsh"})
    batch = SpanCollator(tokenizer)(prepare_rows([asked(TEXT, "1894")], encoder)[0] + rows)
    assert batch["starts"].shape == (2, 2)
    assert (batch["starts"] < 0).tolist() == [[False, True], [False, False]]


def test_windows_without_the_answer_are_trained_on_if_asked(encoder: SpanEncoder) -> None:
    context = TEXT + " and nobody says more about it than that" * 5
    windows = encoder.windows(context)
    question = asked(context, "Ada Marsh")
    alone, _ = prepare_rows([question], encoder)
    rows, counts = prepare_rows([question], encoder, empty_windows=2)
    assert (len(windows) > 3, len(alone), len(rows), counts.windows) == (True, 1, 3, 3)
    none = [(row.window.no_answer, row.window.no_answer) for row in rows[1:]]
    assert [row.spans for row in rows[1:]] == [(each,) for each in none]
    all_of_them, _ = prepare_rows([question], encoder, empty_windows=99)
    touched = sum(window.start < len("Ada Marsh") for window in windows)
    assert len(all_of_them) == 1 + len(windows) - touched


def test_a_negative_asks_of_another_passage_of_the_article_without_the_answer() -> None:
    here = asked("Ada came.", "Ada", id="a")
    # The second also names Ada; the last is about something else.
    others = [
        asked("ADA left.", "left", id="b"),
        asked("Bo stayed.", "Bo", id="c"),
        asked("Cy ran.", "Cy", article="ferry", id="d"),
    ]
    made = neighbouring_negatives([here, *others], 1.0, seed=0)
    found = {d.id: d.context for d in made}
    assert found["a#negative"] == "Bo stayed."
    assert found["b#negative"] in {"Ada came.", "Bo stayed."}
    assert found["c#negative"] in {"Ada came.", "ADA left."}
    assert "d#negative" not in found
    assert not any(d.answerable for d in made)


def test_as_many_negatives_are_made_as_asked_for_and_always_the_same() -> None:
    given = [asked(f"Name{n} came.", f"Name{n}", id=str(n)) for n in range(20)]
    made = neighbouring_negatives(given, 0.25, seed=3)
    assert len(made) == 5
    assert made == neighbouring_negatives(given, 0.25, seed=3)
    assert made != neighbouring_negatives(given, 0.25, seed=4)
    assert neighbouring_negatives(given, 0.0, seed=3) == []
