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

Action = tuple[int, int, int]
NO_ANSWER: Action = (-1, 0, 0)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A pair in tokens.

    Args:
        number: the pair's place among the kept ones, from 0.
        chosen: (window, first token, last token); the window counts from 0 among those of the
            question, tokens from the input's start; ``NO_ANSWER`` for "not answerable".
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
        windows: those that hold an answer of one of the pairs.
        pairs: at least one.
    """

    windows: tuple[EncodedWindow, ...]
    pairs: tuple[TokenPair, ...]


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
            row = preparing.row(kept)
            rows.append(row)
            for place in range(len(kept)):
                counter.keep(len(row.windows) if place == 0 else 0)
    return rows, counter.counts()


class _Question:
    """Finds the tokens of a question's answers and collects the windows they stand in."""

    def __init__(
        self, question_text: str, context: str, encoder: SpanEncoder, max_answer_length: int
    ) -> None:
        self._question_text = question_text
        self._context = context
        self._encoder = encoder
        self._longest = max_answer_length
        self._spans = encoder.windows(context)
        self._encoded: dict[int, EncodedWindow] = {}

    def action(self, answer: Answer) -> Action | str:
        """Return an answer's action, its window counted among all windows, or what is wrong."""
        if not self._spans:
            return NO_CONTEXT
        if not answer.text:
            return NO_ANSWER
        place = place_of(answer, self._context)
        if place is None:
            return NOT_FOUND
        index = first_holding(self._spans, place)
        if index is None:
            return TOO_LONG
        return self._tokens(index, place)

    def _tokens(self, index: int, place: Span) -> Action | str:
        if index not in self._encoded:
            pair = (self._question_text, self._context, self._spans[index])
            (self._encoded[index],) = self._encoder.encode([pair])
        window = self._encoded[index]
        tokens = window.token_span(place)
        if tokens is None:
            return NO_TOKEN
        if tokens[1] - tokens[0] >= self._longest:
            return TOO_MANY_TOKENS
        return index, window.first + tokens[0], window.first + tokens[1]

    def row(self, pairs: Sequence[TokenPair]) -> QuestionPairs:
        """Return the row, its windows counted among those that the pairs use."""
        used = sorted({action[0] for pair in pairs for action in (pair.chosen, pair.rejected)})
        used = [index for index in used if index >= 0]

        def renumbered(action: Action) -> Action:
            return action if action == NO_ANSWER else (used.index(action[0]), *action[1:])

        return QuestionPairs(
            windows=tuple(self._encoded[index] for index in used),
            pairs=tuple(
                TokenPair(
                    pair.number,
                    renumbered(pair.chosen),
                    renumbered(pair.rejected),
                    pair.label_smoothing,
                    pair.weight,
                )
                for pair in pairs
            ),
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
        actions, logps = [], []
        first_window = 0
        for row in rows:
            for pair in row.pairs:
                actions.append([_shifted(a, first_window) for a in (pair.chosen, pair.rejected)])
                known = self.reference[pair.number] if self.reference else ReferenceLogps(0, 0)
                logps.append([known.chosen, known.rejected])
            first_window += len(row.windows)
        pairs = [(number, row, pair) for number, row in enumerate(rows) for pair in row.pairs]
        batch["actions"] = torch.tensor(actions)
        batch["reference_logps"] = torch.tensor(logps)
        batch["pair_question"] = torch.tensor([number for number, _, _ in pairs])
        batch["label_smoothing"] = torch.tensor([pair.label_smoothing for _, _, pair in pairs])
        batch["share"] = torch.tensor([pair.weight / len(row.pairs) for _, row, pair in pairs])
        return batch


def _shifted(action: Action, by: int) -> Action:
    return action if action == NO_ANSWER else (action[0] + by, action[1], action[2])
