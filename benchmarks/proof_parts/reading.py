"""What many readers answer to a set's questions: best spans, candidates, "not answerable"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from benchmarks.proof_parts.stack import Stack
from benchmarks.proof_parts.tokens import DeviceTokens, Ints
from benchmarks.proof_parts.training import MAX_ANSWER
from torch import Tensor

from goldspan.reader.span_search import span_scores

TOKENS_AT_ONCE = 400_000
CPU_TOKENS_AT_ONCE = 16_384


@dataclass(frozen=True)
class Spans:
    """The best spans of one window each.

    Args:
        score: of each span, -inf where there are fewer. Shape: (members, windows, k)
        first: input index of its first token.
        last: of its last token.
        total: log of the summed exponentials of all spans' scores. Shape: (members, windows)
        none: the score of "not answerable". Shape: (members, windows)
    """

    score: np.ndarray
    first: Ints
    last: Ints
    total: np.ndarray
    none: np.ndarray


def read(stack: Stack, tokens: DeviceTokens, windows: Ints, k: int) -> Spans:
    """Read windows with every member.

    Args:
        stack: the readers.
        tokens: of the set.
        windows: numbers of windows; the same for all members (rows,) or its own for each
            (members, rows).
        k: best spans kept of each window.
    """
    shared = windows.ndim == 1
    rows = windows[None] if shared else windows
    size = rows.shape[1]
    shape = (stack.size, size, k)
    score = np.full(shape, -np.inf, dtype=np.float32)
    first, last = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    total, none = (np.zeros(shape[:2], dtype=np.float32) for _ in range(2))
    with torch.no_grad():
        for some in _batches(stack, tokens, rows):
            inputs = tokens.inputs(rows[:, some])
            start, end = stack.logits(inputs)
            valid = inputs["answer"].expand_as(start)
            best, place, whole = _best(start, end, valid, k)
            kept = best.shape[-1]
            score[:, some, :kept] = best.cpu().numpy()
            at = place.cpu().numpy()
            first[:, some, :kept] = at // MAX_ANSWER
            last[:, some, :kept] = at // MAX_ANSWER + at % MAX_ANSWER
            total[:, some] = whole.cpu().numpy()
            none[:, some] = (start[..., 0] + end[..., 0]).cpu().numpy()
    return Spans(score, first, last, total, none)


def _best(start: Tensor, end: Tensor, valid: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor]:
    members, rows, _length = start.shape
    start, end, valid = (each.flatten(0, 1) for each in (start, end, valid))
    flat = span_scores(start, end, valid, MAX_ANSWER).flatten(1)
    best, place = flat.topk(min(k, flat.shape[1]), dim=1)
    return (
        best.view(members, rows, -1),
        place.view(members, rows, -1),
        flat.logsumexp(1).view(members, rows),
    )


def _batches(stack: Stack, tokens: DeviceTokens, rows: Ints) -> Iterator[Ints]:
    """Yield places in the rows, of like length, each batch within what fits at once."""
    limit = CPU_TOKENS_AT_ONCE if tokens.device.type == "cpu" else TOKENS_AT_ONCE
    length = tokens.host.length[rows].max(0)
    order = np.argsort(-length, kind="stable")
    while len(order):
        size = max(1, limit // (int(length[order[0]]) * stack.size))
        yield order[:size]
        order = order[size:]


@dataclass(frozen=True)
class Answers:
    """One member's best answer to each question of a set.

    Args:
        start: its first character.
        end: the character after it.
        none: probability of "not answerable".
        sure: probability of the span among all spans.
    """

    start: Ints
    end: Ints
    none: np.ndarray
    sure: np.ndarray


def answers(stack: Stack, tokens: DeviceTokens) -> list[Answers]:
    """Answer every question of a set with every member."""
    host = tokens.host
    spans = read(stack, tokens, np.arange(len(host.length)), k=1)
    return [_answers_of(spans, tokens, member) for member in range(stack.size)]


def _answers_of(spans: Spans, tokens: DeviceTokens, member: int) -> Answers:
    host = tokens.host
    questions = len(host.home)
    score = spans.score[member, :, 0]
    # Of a question's windows the one with the best span; they stand one after the other.
    order = np.lexsort((-score, host.question))
    _, best = np.unique(host.question[order], return_index=True)
    window = order[best]
    start, end = host.place(window, spans.first[member, window, 0], spans.last[member, window, 0])
    total = np.full(questions, -np.inf)
    np.logaddexp.at(total, host.question, spans.total[member].astype(np.float64))
    none = np.full(questions, np.inf)
    np.minimum.at(none, host.question, spans.none[member])
    return Answers(
        start, end, 1 / (1 + np.exp(np.clip(total - none, -60, 60))), np.exp(score[window] - total)
    )
