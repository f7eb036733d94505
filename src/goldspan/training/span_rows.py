"""From demonstrations to the rows that a span reader is trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span, find_all
from goldspan.domain.window import first_holding
from goldspan.reader.encoding import EncodedWindow, SpanEncoder
from goldspan.reader.padding import pad
from goldspan.run.rows import RowCounter, RowCounts

NOT_FOUND = "answer not found in its context"
TOO_LONG = "answer longer than a window"
NO_TOKEN = "answer without a token"
NO_CONTEXT = "context without text"

ENCODED_TOGETHER = 512


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One window with its target.

    Args:
        window: the model input.
        start: index in the input of the token that begins the answer; the CLS token where the
            question is not answerable.
        end: index of the token that ends it, included.
    """

    window: EncodedWindow
    start: int
    end: int


def place_of(answer: Answer, context: str) -> Span | None:
    """Return where an answer stands: its span, or the first place of its text; None if nowhere."""
    return answer.span or next(iter(find_all(context, answer.text)), None)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The windows that a demonstration is trained on, before they are encoded.

    Args:
        question_text: of the demonstration.
        context: of the demonstration.
        windows: of the context.
        place: of the gold answer; None where the question is not answerable.
    """

    question_text: str
    context: str
    windows: tuple[Span, ...]
    place: Span | None


def prepare_rows(
    demonstrations: Sequence[Demonstration], encoder: SpanEncoder
) -> tuple[list[SpanRow], RowCounts]:
    """Turn demonstrations into windows with targets.

    A row takes its first gold answer that stands in the context, in the first window that
    wholly holds it. A question that is not answerable takes all windows: none holds an answer.

    Returns:
        The rows, and what became of every demonstration.
    """
    counter = RowCounter()
    rows: list[SpanRow] = []
    for first in range(0, len(demonstrations), ENCODED_TOGETHER):
        some = demonstrations[first : first + ENCODED_TOGETHER]
        wanted = [_wanted(demonstration, encoder) for demonstration in some]
        # The tokenizer encodes many texts at once in less time than one by one.
        encoded = iter(
            encoder.encode(
                [
                    (each.question_text, each.context, window)
                    for each in wanted
                    if not isinstance(each, str)
                    for window in each.windows
                ]
            )
        )
        for each in wanted:
            made = each if isinstance(each, str) else _rows_of(each, encoded)
            if isinstance(made, str):
                counter.drop(made)
            else:
                counter.keep(len(made))
                rows.extend(made)
    return rows, counter.counts()


def _wanted(demonstration: Demonstration, encoder: SpanEncoder) -> _Wanted | str:
    """Return what a demonstration is trained on, or why it has nothing."""
    question_text, context = demonstration.question_text, demonstration.context
    windows = encoder.windows(context)
    if not windows:
        return NO_CONTEXT
    if not demonstration.answerable:
        return _Wanted(question_text, context, windows, None)
    places = (place_of(answer, context) for answer in demonstration.answers)
    place = next((place for place in places if place), None)
    if place is None:
        return NOT_FOUND
    index = first_holding(windows, place)
    if index is None:
        return TOO_LONG
    return _Wanted(question_text, context, (windows[index],), place)


def _rows_of(wanted: _Wanted, encoded: Iterator[EncodedWindow]) -> list[SpanRow] | str:
    """Return a demonstration's rows, or why it has none; takes its windows from ``encoded``."""
    windows = list(islice(encoded, len(wanted.windows)))
    if wanted.place is None:
        return [SpanRow(each, each.no_answer, each.no_answer) for each in windows]
    (window,) = windows
    tokens = window.token_span(wanted.place)
    if tokens is None:
        return NO_TOKEN
    return [SpanRow(window, window.first + tokens[0], window.first + tokens[1])]


def answer_tokens(windows: Sequence[EncodedWindow], length: int) -> torch.Tensor:
    """Mark the tokens that may begin or end an answer: those of the passage that have text.

    Args:
        windows: of one batch.
        length: tokens of the padded inputs.

    Returns:
        Shape: (windows, length), bool.
    """
    mask = torch.zeros((len(windows), length), dtype=torch.bool)
    for row, window in enumerate(windows):
        inside = slice(window.first, window.first + len(window.offsets))
        mask[row, inside] = torch.tensor([start < end for start, end in window.offsets])
    return mask


class SpanCollator:
    """Makes a batch of rows: padded inputs, ``valid`` (windows, tokens), ``starts``, ``ends``.

    ``valid`` marks the tokens that may begin or end an answer, and the CLS token.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, rows: Sequence[SpanRow]) -> dict[str, torch.Tensor]:
        """Make one batch."""
        windows = [row.window for row in rows]
        batch = pad(self._tokenizer, [window.features for window in windows])
        valid = answer_tokens(windows, batch["input_ids"].shape[1])
        no_answer = torch.tensor([window.no_answer for window in windows])
        valid[torch.arange(len(rows)), no_answer] = True
        batch["valid"] = valid
        batch["starts"] = torch.tensor([row.start for row in rows])
        batch["ends"] = torch.tensor([row.end for row in rows])
        return batch
