"""From demonstrations to the rows that a span reader is trained on."""

from __future__ import annotations

import random
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
    """One window with its targets.

    Args:
        window: the model input.
        spans: for each gold answer in the window the tokens, as indices in the input, that begin
            and end it, both included; the CLS token twice where the window holds no answer.
    """

    window: EncodedWindow
    spans: tuple[tuple[int, int], ...]


def place_of(answer: Answer, context: str) -> Span | None:
    """Return where an answer stands: its span, or the first place of its text; None if nowhere."""
    return answer.span or next(iter(find_all(context, answer.text)), None)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The windows that a demonstration is trained on, before they are encoded.

    Args:
        demonstration: the question with its context and answers.
        windows: those with answers first.
        places: for each window the gold answers that it wholly holds.
    """

    demonstration: Demonstration
    windows: tuple[Span, ...]
    places: tuple[tuple[Span, ...], ...]


def prepare_rows(
    demonstrations: Sequence[Demonstration],
    encoder: SpanEncoder,
    *,
    empty_windows: int = 0,
    seed: int = 0,
) -> tuple[list[SpanRow], RowCounts]:
    """Turn demonstrations into windows with targets.

    A row takes the first window that wholly holds its first gold answer that stands in the
    context, with all gold answers that this window holds. A question that is not answerable
    takes all windows: none holds an answer.

    Args:
        demonstrations: what to learn.
        encoder: cuts and encodes passages.
        empty_windows: of an answerable question also so many windows at most that touch no gold
            answer, drawn at random; their target is "not answerable".
        seed: of that draw.

    Returns:
        The rows, and what became of every demonstration.
    """
    counter = RowCounter()
    rows: list[SpanRow] = []
    draw = random.Random(f"{seed} windows")
    for first in range(0, len(demonstrations), ENCODED_TOGETHER):
        some = demonstrations[first : first + ENCODED_TOGETHER]
        wanted = [_wanted(demonstration, encoder, empty_windows, draw) for demonstration in some]
        # The tokenizer encodes many texts at once in less time than one by one.
        encoded = iter(
            encoder.encode(
                [
                    (each.demonstration.question_text, each.demonstration.context, window)
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


def _wanted(
    demonstration: Demonstration, encoder: SpanEncoder, empty_windows: int, draw: random.Random
) -> _Wanted | str:
    """Return what a demonstration is trained on, or why it has nothing."""
    context = demonstration.context
    windows = encoder.windows(context)
    if not windows:
        return NO_CONTEXT
    if not demonstration.answerable:
        return _Wanted(demonstration, windows, ((),) * len(windows))
    found = [place_of(answer, context) for answer in demonstration.answers]
    places = list(dict.fromkeys(place for place in found if place))
    if not places:
        return NOT_FOUND
    index = first_holding(windows, places[0])
    if index is None:
        return TOO_LONG
    held = tuple(place for place in places if first_holding([windows[index]], place) is not None)
    empty = [window for window in windows if not any(_touch(window, place) for place in places)]
    drawn = draw.sample(empty, min(empty_windows, len(empty)))
    return _Wanted(demonstration, (windows[index], *drawn), (held, *[()] * len(drawn)))


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _rows_of(wanted: _Wanted, encoded: Iterator[EncodedWindow]) -> list[SpanRow] | str:
    """Return a demonstration's rows, or why it has none; takes its windows from ``encoded``."""
    rows = []
    for window, places in zip(
        list(islice(encoded, len(wanted.windows))), wanted.places, strict=True
    ):
        tokens = [window.token_span(place) for place in places]
        spans = [(window.first + a, window.first + b) for a, b in filter(None, tokens)]
        if places and not spans:
            return NO_TOKEN
        none = (window.no_answer, window.no_answer)
        rows.append(SpanRow(window, tuple(dict.fromkeys(spans)) or (none,)))
    return rows


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
    """Makes a batch of rows: padded inputs, ``valid``, ``starts`` and ``ends``.

    Starts and ends have the shape (windows, answers), -1 where a window has no further answer;
    ``valid``, of the shape (windows, tokens), marks the tokens that may begin or end an answer,
    and the CLS token.
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
        most = max(len(row.spans) for row in rows)
        spans = torch.tensor([[*row.spans, *[(-1, -1)] * (most - len(row.spans))] for row in rows])
        batch["starts"], batch["ends"] = spans.unbind(-1)
        return batch
