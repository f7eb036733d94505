"""From preference pairs to the rows that a span reader is trained on with DPO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from goldspan.domain.demonstration import Answer
from goldspan.domain.preference import PreferencePair
from goldspan.domain.span import Span
from goldspan.domain.window import first_holding
from goldspan.reader.encoding import EncodedWindow, SpanEncoder
from goldspan.reader.padding import pad
from goldspan.run.rows import RowCounter, RowCounts
from goldspan.training.span_policy import NO_ANSWER, NOWHERE, Place
from goldspan.training.span_reference import ReferenceLogps
from goldspan.training.span_rows import (
    NO_CONTEXT,
    NO_TOKEN,
    NOT_FOUND,
    TOO_LONG,
    answer_tokens,
    place_of,
)

SAME_TOKENS = "both answers at the same tokens"
TOO_MANY_TOKENS = "answer longer than the reader's longest"

Action = tuple[Place, ...]
"""An answer: all places of its span, in order, or ``(NO_ANSWER,)``."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A pair in tokens.

    Args:
        number: the pair's place among the kept ones, from 0.
        chosen: windows count from 0 among those of the question, tokens from the input's start.
        rejected: the same of the other answer.
        label_smoothing: of the pair.
        weight: of the pair.
    """

    number: int
    chosen: Action
    rejected: Action
    label_smoothing: float
    weight: float


@dataclass(frozen=True, slots=True)
class QuestionPairs:
    """One question with all its pairs: one forward pass serves them all.

    Args:
        windows: all of the context, as the reader reads it.
        pairs: at least one.
    """

    windows: tuple[EncodedWindow, ...]
    pairs: tuple[TokenPair, ...]

    @property
    def length(self) -> int:
        """Tokens of all inputs."""
        return sum(window.length for window in self.windows)


def prepare_pairs(
    pairs: Sequence[PreferencePair], encoder: SpanEncoder, max_answer_length: int
) -> tuple[list[QuestionPairs], RowCounts]:
    """Group pairs by question and find their answers' tokens.

    Args:
        pairs: an answer without a span is looked up in the context, at its first place.
        encoder: of the reader that is trained.
        max_answer_length: tokens of an answer at most.

    Returns:
        One row a question, and what became of every pair.
    """
    groups: dict[tuple[str, str], list[PreferencePair]] = {}
    for pair in pairs:
        groups.setdefault((pair.question_text, pair.context), []).append(pair)
    counter = RowCounter()
    rows: list[QuestionPairs] = []
    number = 0
    for (question_text, context), of_question in groups.items():
        preparing = _Question(question_text, context, encoder, max_answer_length)
        kept = []
        for pair in of_question:
            chosen, rejected = preparing.action(pair.chosen), preparing.action(pair.rejected)
            fault = next((each for each in (chosen, rejected) if isinstance(each, str)), None)
            if fault is None and chosen == rejected:
                fault = SAME_TOKENS
            if fault is not None:
                counter.drop(fault)
                continue
            assert not isinstance(chosen, str)
            assert not isinstance(rejected, str)
            kept.append(TokenPair(number, chosen, rejected, pair.label_smoothing, pair.weight))
            number += 1
        if kept:
            rows.append(QuestionPairs(preparing.windows, tuple(kept)))
            for place in range(len(kept)):
                counter.keep(len(preparing.windows) if place == 0 else 0)
    return rows, counter.counts()


class _Question:
    """A question's windows, and where in them its answers stand."""

    def __init__(
        self, question_text: str, context: str, encoder: SpanEncoder, max_answer_length: int
    ) -> None:
        self._context = context
        self._longest = max_answer_length
        self._spans = encoder.windows(context)
        pairs = [(question_text, context, span) for span in self._spans]
        self.windows = tuple(encoder.encode(pairs))

    def action(self, answer: Answer) -> Action | str:
        """Return an answer's places, or what is wrong with it."""
        if not self._spans:
            return NO_CONTEXT
        if not answer.text:
            return (NO_ANSWER,)
        place = place_of(answer, self._context)
        if place is None:
            return NOT_FOUND
        index = first_holding(self._spans, place)
        if index is None:
            return TOO_LONG
        window = self.windows[index]
        tokens = window.token_span(place)
        if tokens is None:
            return NO_TOKEN
        if tokens[1] - tokens[0] >= self._longest:
            return TOO_MANY_TOKENS
        # What the reader tells spans apart by: where their first and last tokens begin and end.
        span = Span(window.offsets[tokens[0]][0], window.offsets[tokens[1]][1])
        return tuple(
            (number, each.first + first, each.first + last)
            for number, each in enumerate(self.windows)
            for first, last in each.places_of(span, self._longest)
        )


class PairCollator:
    """Makes a batch of questions: padded windows, and the pairs' tensors for ``joint_logps``.

    Args:
        tokenizer: of the model.
        reference: the reference's log-probabilities by the pairs' numbers; zeros where it is
            not known yet.
    """

    def __init__(self, tokenizer: Any, reference: Sequence[ReferenceLogps] = ()) -> None:
        self._tokenizer = tokenizer
        self.reference = reference

    def __call__(self, rows: Sequence[QuestionPairs]) -> dict[str, torch.Tensor]:
        """Make one batch; ``share`` is a pair's weight over the number of its question's pairs."""
        windows = [window for row in rows for window in row.windows]
        batch = pad(self._tokenizer, [window.features for window in windows])
        batch["answer_tokens"] = answer_tokens(windows, batch["input_ids"].shape[1])
        batch["no_answer"] = torch.tensor([window.no_answer for window in windows])
        batch["question"] = torch.tensor(
            [number for number, row in enumerate(rows) for _ in row.windows]
        )
        first_window = 0
        actions, logps = [], []
        for row in rows:
            for pair in row.pairs:
                actions += [_shifted(each, first_window) for each in (pair.chosen, pair.rejected)]
                known = self.reference[pair.number] if self.reference else ReferenceLogps(0, 0)
                logps.append([known.chosen, known.rejected])
            first_window += len(row.windows)
        most = max(len(action) for action in actions)
        places = torch.tensor([[*each, *[NOWHERE] * (most - len(each))] for each in actions])
        pairs = [(number, row, pair) for number, row in enumerate(rows) for pair in row.pairs]
        batch["places"] = places.view(len(pairs), 2, most, 3)
        batch["reference_logps"] = torch.tensor(logps)
        batch["pair_question"] = torch.tensor([number for number, _, _ in pairs])
        batch["label_smoothing"] = torch.tensor([pair.label_smoothing for _, _, pair in pairs])
        batch["share"] = torch.tensor([pair.weight / len(row.pairs) for _, row, pair in pairs])
        return batch


def _shifted(action: Action, by: int) -> Action:
    if action == (NO_ANSWER,):
        return action
    return tuple((window + by, first, last) for window, first, last in action)
