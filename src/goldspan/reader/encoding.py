"""From a question and a passage to model inputs, and from tokens back to places in the passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldspan.domain.span import Span
from goldspan.domain.window import cut_windows
from goldspan.reader.span_config import SpanReaderConfig


@dataclass(frozen=True, slots=True)
class EncodedWindow:
    """One model input: a question paired with one window of a passage.

    Args:
        features: input name to token values, without padding: ``input_ids`` and, if the model
            wants them, ``token_type_ids``.
        first: index of the window's first token in the input.
        offsets: each window token's (start, end) in code points of the whole passage; (n, n)
            for a token that covers no text.
        words: for each window token the number of its word in the window, None for no word.
        no_answer: index of the token that stands for "not answerable", the CLS token.
    """

    features: dict[str, list[int]]
    first: int
    offsets: tuple[tuple[int, int], ...]
    words: tuple[int | None, ...]
    no_answer: int

    @property
    def length(self) -> int:
        """Tokens of the input."""
        return len(self.features["input_ids"])

    @property
    def has_text(self) -> NDArray[np.bool_]:
        """Whether each window token covers text, and so may begin or end an answer."""
        places = np.array(self.offsets, dtype=np.int64).reshape(-1, 2)
        return places[:, 0] < places[:, 1]

    def token_span(self, span: Span) -> tuple[int, int] | None:
        """Return the window tokens that a span of the passage touches, first and last.

        Both count from the window's first token; None if the span touches none.
        """
        touched = [
            index
            for index, (start, end) in enumerate(self.offsets)
            if start < end and start < span.end and span.start < end
        ]
        return (touched[0], touched[-1]) if touched else None

    def places_of(self, span: Span, max_answer_length: int) -> list[tuple[int, int]]:
        """Return all (first, last) window tokens that make exactly a span of the passage.

        Both count from the window's first token. There are several where a character is made of
        several tokens, and none in a window that does not show the span whole.

        Args:
            span: of the passage, its ends at ends of tokens.
            max_answer_length: tokens of a place at most.
        """
        with_text = [(at, *place) for at, place in enumerate(self.offsets) if place[0] < place[1]]
        firsts = [at for at, start, _ in with_text if start == span.start]
        lasts = [at for at, _, end in with_text if end == span.end]
        return [(a, b) for a in firsts for b in lasts if 0 <= b - a < max_answer_length]


class SpanEncoder:
    """Cuts passages into windows and pairs them with questions.

    Args:
        tokenizer: a fast Hugging Face tokenizer; used as it is, never changed.
        config: how long everything may be.

    Raises:
        InvalidSettings: if no room is left for a passage.
    """

    def __init__(self, tokenizer: Any, config: SpanReaderConfig) -> None:
        self._tokenizer = tokenizer
        self._question_length = config.max_question_length
        special = tokenizer.num_special_tokens_to_add(pair=True)
        self._size = config.window_size(special)
        self._stride = config.window_stride(special)
        self._names = [
            name for name in ("input_ids", "token_type_ids") if name in tokenizer.model_input_names
        ]
        # One passage has several questions, and DPO reads it for every pair.
        self.windows = lru_cache(maxsize=4096)(self._windows)

    def _windows(self, context: str) -> tuple[Span, ...]:
        """Return the windows of a passage; they depend on nothing else."""
        spans = self._token_spans(context)
        windows = cut_windows(spans, len(context), self._size, self._stride)
        if len(windows) == 1:
            return tuple(windows)
        return tuple(piece for window in windows for piece in self._fitting(context, window))

    def _fitting(self, context: str, window: Span) -> list[Span]:
        """Cut a window again if its text, tokenised alone, became longer than a window may be.

        A window can begin or end inside a word, whose halves are other tokens than the whole.
        """
        text = window.of(context)
        spans = self._token_spans(text)
        if len(spans) <= self._size:
            return [window]
        halves = cut_windows(spans, len(text), self._size, self._stride)
        return [
            piece for half in halves for piece in self._fitting(context, half.shifted(window.start))
        ]

    def _token_spans(self, text: str) -> list[tuple[int, int]]:
        encoded = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [(int(start), int(end)) for start, end in encoded["offset_mapping"]]

    def _shortened(self, question_text: str) -> str:
        spans = self._token_spans(question_text)
        if len(spans) <= self._question_length:
            return question_text
        return question_text[: spans[self._question_length - 1][1]]

    def encode(self, pairs: Sequence[tuple[str, str, Span]]) -> list[EncodedWindow]:
        """Pair questions with windows.

        Args:
            pairs: (question_text, context, one of ``windows(context)``).

        Returns:
            One model input a pair, in the same order, each at most ``max_length`` tokens.
        """
        if not pairs:
            return []
        shortened = {text: self._shortened(text) for text in {pair[0] for pair in pairs}}
        batch = self._tokenizer(
            [shortened[question_text] for question_text, _, _ in pairs],
            [window.of(context) for _, context, window in pairs],
            return_offsets_mapping=True,
            verbose=False,
        )
        return [self._window(batch, index, pair[2]) for index, pair in enumerate(pairs)]

    def _window(self, batch: Any, index: int, window: Span) -> EncodedWindow:
        of_window = [place for place, part in enumerate(batch.sequence_ids(index)) if part == 1]
        first, last = (of_window[0], of_window[-1]) if of_window else (0, -1)
        ids = batch["input_ids"][index]
        cls = self._tokenizer.cls_token_id
        return EncodedWindow(
            features={name: batch[name][index] for name in self._names},
            first=first,
            offsets=tuple(
                (start + window.start, end + window.start)
                for start, end in batch["offset_mapping"][index][first : last + 1]
            ),
            words=tuple(batch.word_ids(index)[first : last + 1]),
            no_answer=ids.index(cls) if cls in ids else 0,
        )
