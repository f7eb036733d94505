"""Sets of questions as flat arrays of tokens, made once and kept on the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.span import Span
from goldspan.domain.window import first_holding
from goldspan.reader.encoding import EncodedWindow, SpanEncoder

Ints = NDArray[np.int64]
PAD_TO = 16


@dataclass
class Tokens:
    """Windows of a set's questions.

    Args:
        ids: all windows' input ids, one after the other.
        begin: where each window begins in ``ids``.
        length: tokens of each window's input.
        first: index in the input of the window's first passage token.
        count: passage tokens of the window.
        question: which question a window belongs to, in order.
        char_begin: where each window's entries begin in ``char_start`` and ``char_end``.
        char_start: of each passage token, the first character of its word.
        char_end: of each passage token, the character after its word.
        home: of each question, the window that training reads: the one that holds its gold
            answer, or its first; -1 where the answer has no place in a window.
        start: of each question, the input index of its gold answer's first token, 0 for none.
        end: of its last token.
        windows: of each question, how many windows it has.
    """

    ids: Ints
    begin: Ints
    length: Ints
    first: Ints
    count: Ints
    question: Ints
    char_begin: Ints
    char_start: Ints
    char_end: Ints
    home: Ints
    start: Ints
    end: Ints
    windows: Ints

    def place(self, window: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
        """Return the characters of spans given by window and input indices of their ends."""
        base = self.char_begin[window] - self.first[window]
        return self.char_start[base + first], self.char_end[base + last]


def encode(demonstrations: Sequence[Demonstration], encoder: SpanEncoder) -> Tokens:
    """Cut and encode the windows of every question."""
    pairs: list[tuple[str, str, Span]] = []
    owners, places, homes, golds = [], [], [], []
    for number, d in enumerate(demonstrations):
        windows = encoder.windows(d.context)
        gold = d.answers[0].span if d.answers else None
        home = first_holding(windows, gold) if gold else 0
        homes.append(-1 if home is None else len(pairs) + home)
        golds.append(gold)
        places.append(len(windows))
        for window in windows:
            pairs.append((d.question_text, d.context, window))
            owners.append(number)
    encoded = encoder.encode(pairs)
    start, end = [], []
    for number, (home, gold) in enumerate(zip(homes, golds, strict=True)):
        tokens = encoded[home].token_span(gold) if gold and home >= 0 else (0, 0)
        if tokens is None or (gold and tokens[1] - tokens[0] >= 30):
            homes[number], tokens = -1, (0, 0)
        shift = encoded[home].first if gold and homes[number] >= 0 else 0
        start.append(tokens[0] + shift)
        end.append(tokens[1] + shift)
    chars = [_word_ends(window) for window in encoded]
    length = _array([window.length for window in encoded])
    count = _array([len(window.offsets) for window in encoded])
    return Tokens(
        ids=_array([token for window in encoded for token in window.features["input_ids"]]),
        begin=np.cumsum(length) - length,
        length=length,
        first=_array([window.first for window in encoded]),
        count=count,
        question=_array(owners),
        char_begin=np.cumsum(count) - count,
        char_start=_array([span.start for of_window in chars for span in of_window]),
        char_end=_array([span.end for of_window in chars for span in of_window]),
        home=_array(homes),
        start=_array(start),
        end=_array(end),
        windows=_array(places),
    )


def _array(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _word_ends(window: EncodedWindow) -> list[Span]:
    """Return for each token the span of its whole word."""
    spans: list[Span] = []
    size = len(window.words)
    first = 0
    while first < size:
        last = first
        while (
            last + 1 < size
            and window.words[first] is not None
            and window.words[last + 1] == window.words[first]
        ):
            last += 1
        word = Span(window.offsets[first][0], max(window.offsets[last][1], 1))
        spans += [word] * (last - first + 1)
        first = last + 1
    return spans


def joined(parts: Sequence[Tokens]) -> Tokens:
    """Put shards together, in order."""
    values: dict[str, Any] = {}
    shifts = {
        "begin": [len(part.ids) for part in parts],
        "question": [len(part.home) for part in parts],
        "char_begin": [len(part.char_start) for part in parts],
        "home": [len(part.length) for part in parts],
    }
    for field in fields(Tokens):
        arrays = [getattr(part, field.name) for part in parts]
        if field.name in shifts:
            by = np.cumsum([0, *shifts[field.name][:-1]])
            arrays = [
                np.where(array < 0, array, array + shift)
                for array, shift in zip(arrays, by, strict=True)
            ]
        values[field.name] = np.concatenate(arrays)
    return Tokens(**values)


class DeviceTokens:
    """The arrays that make model inputs, on a device.

    Args:
        tokens: of one set.
        device: of torch.
    """

    def __init__(self, tokens: Tokens, device: torch.device) -> None:
        self.host = tokens
        self.device = device
        self._ids = torch.from_numpy(tokens.ids).to(device)
        self._begin, self._length, self._first, self._count = (
            torch.from_numpy(values).to(device)
            for values in (tokens.begin, tokens.length, tokens.first, tokens.count)
        )

    def inputs(self, windows: Ints) -> dict[str, Tensor]:
        """Make model inputs of windows.

        Args:
            windows: numbers of windows. Shape: (members, batch)

        Returns:
            ``ids``, ``mask`` (not padding), ``second`` (passage and its separator) and
            ``answer`` (may begin or end an answer), each (members, batch, tokens).
        """
        longest = int(self.host.length[windows].max())
        longest += -longest % PAD_TO
        rows = torch.from_numpy(windows).to(self.device)
        column = torch.arange(longest, device=self.device)
        length, first = self._length[rows][..., None], self._first[rows][..., None]
        mask = column < length
        cells = (self._begin[rows][..., None] + column).clamp(max=len(self._ids) - 1)
        return {
            "ids": torch.where(mask, self._ids[cells], 0),
            "mask": mask,
            "second": (column >= first) & mask,
            "answer": (column >= first) & (column < first + self._count[rows][..., None]),
        }
