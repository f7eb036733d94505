"""The joint search for the best spans, over all windows of a question at once."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from goldspan.domain.span import Span
from goldspan.reader.encoding import EncodedWindow

NOTHING = float("-inf")

SORTED_FIRST = 64

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class WindowLogits:
    """What the model says about one window.

    Args:
        window: the input it was given.
        context_index: which of the question's contexts the window is of.
        start: each window token's logit of beginning the answer. Shape: (tokens,)
        end: each window token's logit of ending it. Shape: (tokens,)
        no_answer: start logit plus end logit at the CLS token.
    """

    window: EncodedWindow
    context_index: int
    start: Tensor
    end: Tensor
    no_answer: float


def span_scores(start: Tensor, end: Tensor, valid: Tensor, max_answer_length: int) -> Tensor:
    """Score every allowed span: its start's logit plus its end's.

    Args:
        start: start logits. Shape: (windows, tokens)
        end: end logits, of the same shape.
        valid: whether a token may begin or end an answer, of the same shape, bool.
        max_answer_length: tokens of a span at most, >= 1.

    Returns:
        ``scores[w, i, d]`` of the span from token i to token i + d, both included; −inf where
        it is not allowed. Shape: (windows, tokens, max_answer_length)
    """
    start = start.masked_fill(~valid, NOTHING)
    end = end.masked_fill(~valid, NOTHING)
    after = torch.nn.functional.pad(end, (0, max_answer_length - 1), value=NOTHING)
    return start.unsqueeze(-1) + after.unfold(-1, max_answer_length, 1)


class SpanSearch:
    """All spans of a question, in the order of their scores.

    One softmax covers the spans of all windows of all contexts. A span's probability is the sum of
    what it has in every window that shows it whole; its score is the logarithm of that sum before
    the softmax. "Not answerable" stays out of it: its own probability is taken against all spans
    together, scaled and moved as held-out questions taught; where windows differ about it the least
    sure one counts, because an answer in one window is enough.

    Args:
        windows: of one question; those without tokens are allowed.
        max_answer_length: tokens of an answer at most.
        align_to_words: whether spans are widened to whole words.
        temperature: what scores are divided by in the softmax over spans, > 0; the probability
            of "not answerable" does not depend on it.
        no_answer_scale: what the log-odds of "not answerable" are multiplied by, > 0.
        no_answer_offset: what is then added to them, nats.
    """

    def __init__(
        self,
        windows: Sequence[WindowLogits],
        max_answer_length: int,
        align_to_words: bool,
        temperature: float = 1.0,
        no_answer_scale: float = 1.0,
        no_answer_offset: float = 0.0,
    ) -> None:
        self._windows = windows
        self._align = align_to_words
        longest = max([1, *(len(each.window.offsets) for each in windows)])
        start = np.full((len(windows), longest), NOTHING)
        end = np.full((len(windows), longest + max_answer_length - 1), NOTHING)
        for row, each in enumerate(windows):
            size = len(each.window.offsets)
            valid = each.window.has_text
            start[row, :size] = np.where(valid, each.start.numpy(), NOTHING)
            end[row, :size] = np.where(valid, each.end.numpy(), NOTHING)
        ends = np.lib.stride_tricks.sliding_window_view(end, max_answer_length, axis=1)
        self._shape = (longest, max_answer_length)
        scores = start[:, :, None] + ends
        places = np.flatnonzero(scores > NOTHING)
        numbers = _span_numbers(windows, places, scores.shape)
        if numbers is not None:
            scores = _added_up(scores, places, numbers)
            places = _first_of_each(places, numbers)
        # Flat places of the spans in ``scores``, each span once, and what they have.
        self._places: Places = places
        self._scores: Floats = scores.ravel()[self._places]
        self._best_of_windows: Floats = scores.max(axis=(1, 2), initial=NOTHING)
        self._best = float(self._scores.max(initial=NOTHING))
        self._temperature = temperature
        self._total = self._total_at(1.0)
        self._tempered = self._total if temperature == 1.0 else self._total_at(temperature)
        self._no_answer = min((each.no_answer for each in windows), default=0.0)
        self._no_answer_scale, self._no_answer_offset = no_answer_scale, no_answer_offset

    def _total_at(self, temperature: float) -> float:
        """Log of the summed exponentials of all scores at a temperature; −inf without a span."""
        if self._best == NOTHING:
            return NOTHING
        above = np.exp((self._scores - self._best) / temperature).sum()
        return self._best / temperature + math.log(above)

    def best_probability(self, temperature: float) -> float:
        """Probability of the best span among all spans at a temperature; 0 where there is none."""
        if self._best == NOTHING:
            return 0.0
        return math.exp(self._best / temperature - self._total_at(temperature))

    @property
    def no_answer_raw_logit(self) -> float:
        """What the model gives "not answerable" above all spans together; inf without a span."""
        return self._no_answer - self._total

    @property
    def no_answer_logit(self) -> float:
        """Log-odds of "not answerable", scaled and moved as was learnt; inf without a span."""
        return self._no_answer_scale * self.no_answer_raw_logit + self._no_answer_offset

    @property
    def no_answer_probability(self) -> float:
        """Probability that none of the spans is the answer, 0 to 1."""
        logit = self.no_answer_logit
        small = math.exp(-abs(logit))  # does not overflow
        return (1.0 if logit >= 0 else small) / (1.0 + small)

    def ranked(self) -> Iterator[tuple[int, Span, float]]:
        """Yield (context index, span, probability among all spans), best first.

        The same place comes again where spans are widened to the same words.
        """
        for index, span, score in self._scored():
            yield index, span, math.exp(score / self._temperature - self._tempered)

    def lead(self) -> float:
        """How far the best place's score is above that of the best other place, in nats.

        inf where there is no other place.
        """
        scored = self._scored()
        best = next(scored, None)
        others = (each[2] for each in scored if best and each[:2] != best[:2])
        other = next(others, NOTHING)
        return best[2] - other if best else math.inf

    def windows_within(self, nats: float, silence: bool) -> list[int]:
        """Return the windows that decide what the answer is.

        Args:
            nats: how far a window's best span may be below the best of all, >= 0.
            silence: whether those count, too, whose "not answerable" is within ``nats`` of the
                least of all.
        """
        if self._best == NOTHING:
            return []
        return [
            row
            for row, each in enumerate(self._windows)
            if self._best_of_windows[row] >= self._best - nats
            or (silence and each.no_answer <= self._no_answer + nats)
        ]

    def _scored(self) -> Iterator[tuple[int, Span, float]]:
        tokens, lengths = self._shape
        for rank in self._order():
            score = float(self._scores[rank])
            row, rest = divmod(int(self._places[rank]), tokens * lengths)
            first, more = divmod(rest, lengths)
            each = self._windows[row]
            yield each.context_index, self._place(each.window, first, first + more), score

    def _order(self) -> Iterator[int]:
        """Yield indices of the scores, best first, the earlier of equals first.

        Few are wanted nearly always, so only those are sorted at first.
        """
        head = np.empty(0, dtype=np.intp)
        if len(self._scores) > SORTED_FIRST:
            bound = np.partition(self._scores, -SORTED_FIRST)[-SORTED_FIRST]
            # Those above it are fewer than SORTED_FIRST, and all of them: a prefix of the order.
            head = np.flatnonzero(self._scores > bound)
            yield from head[np.argsort(-self._scores[head], kind="stable")].tolist()
        yield from np.argsort(-self._scores, kind="stable")[len(head) :].tolist()

    def _place(self, window: EncodedWindow, first: int, last: int) -> Span:
        if self._align:
            words = window.words
            while first > 0 and words[first] is not None and words[first - 1] == words[first]:
                first -= 1
            while (
                last + 1 < len(words) and words[last] is not None and words[last + 1] == words[last]
            ):
                last += 1
        return Span(window.offsets[first][0], window.offsets[last][1])


def _span_numbers(
    windows: Sequence[WindowLogits], places: Places, shape: tuple[int, ...]
) -> Places | None:
    """Tell which places show the same span of the same context.

    Windows that overlap show the same span, each with other text around it; and a character of
    several tokens is the same span from each of them.

    Args:
        windows: of one question.
        places: flat places of spans, in order.
        shape: of what they are places in: (windows, tokens, max_answer_length).

    Returns:
        For each place a number >= 0, which only places of the same span share; None where no two
        places can show the same span. Shape: (places,)
    """
    # Where every token starts and ends, texts of different contexts far apart.
    start, end = np.full((2, *shape[:2]), -1)
    apart = 1 + max((last for each in windows for _, last in each.window.offsets), default=0)
    for row, each in enumerate(windows):
        offsets = np.array(each.window.offsets, dtype=np.int64).reshape(-1, 2)
        size = len(offsets)
        start[row, :size], end[row, :size] = (offsets + apart * each.context_index).T
    # Few tokens have to be sorted; spans are then told apart by counting.
    starts, start_number = np.unique(start, return_inverse=True)
    if np.count_nonzero(starts >= 0) == np.count_nonzero(start >= 0):
        return None
    end_number = np.unique(end, return_inverse=True)[1]
    window, first, more = np.unravel_index(places, shape)
    numbers: Places = end_number[window, first + more] - start_number[window, first]
    numbers -= numbers.min(initial=0)
    numbers += start_number[window, first] * (1 + numbers.max(initial=0))
    return numbers


def _added_up(scores: Floats, places: Places, numbers: Places) -> Floats:
    """Return the scores with each place having the sum of what its span has at all its places.

    Args:
        scores: logarithms, left as they are. Shape: (windows, tokens, max_answer_length)
        places: flat places of the spans in ``scores``.
        numbers: which span each shows, as ``_span_numbers`` tells.
    """
    found = scores.ravel()[places]
    highest = np.full(1 + numbers.max(initial=-1), NOTHING)
    np.maximum.at(highest, numbers, found)
    sums = np.bincount(numbers, np.exp(found - highest[numbers]))
    summed = scores.copy()
    summed.ravel()[places] = highest[numbers] + np.log(sums[numbers])
    return summed


def _first_of_each(places: Places, numbers: Places) -> Places:
    """Return the first place of every span, in order."""
    earliest = np.zeros(1 + numbers.max(initial=-1), dtype=np.intp)
    earliest[numbers[::-1]] = places[::-1]  # of several the last to be written stays
    first_ones: Places = places[earliest[numbers] == places]
    return first_ones


def tidied(text: str, span: Span) -> Span | None:
    """Trim white space off a span and take in the marks that belong to its last character.

    Tokenizers put a leading space into a token, and drop accents that are written as characters
    of their own. None if nothing but white space is left.
    """
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start == end:
        return None
    while start > 0 and _is_mark(text[start]):
        start -= 1
    while end < len(text) and _is_mark(text[end]):
        end += 1
    return Span(start, end)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
