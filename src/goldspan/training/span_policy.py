"""The span reader as a policy: one distribution over all spans and "not answerable"."""

from __future__ import annotations

import torch
from torch import Tensor

from goldspan.reader.span_search import NOTHING, span_scores

Place = tuple[int, int, int]
"""Where a span stands: (window, first token, last token), both tokens included."""

NO_ANSWER: Place = (-1, 0, 0)
"""The only place of "not answerable"."""

NOWHERE: Place = (-2, 0, 0)
"""Fills up the places of an answer that has fewer than others of its batch."""


def joint_logps(
    start_logits: Tensor,
    end_logits: Tensor,
    *,
    answer_tokens: Tensor,
    no_answer: Tensor,
    question: Tensor,
    places: Tensor,
    pair_question: Tensor,
    max_answer_length: int,
) -> Tensor:
    """Log-probabilities of the answers of pairs, as the reader would report them.

    A question's actions are all spans of its text, at most ``max_answer_length`` tokens, and "not
    answerable". With s and e the logits of start and end, CLS the token of "not answerable", w the
    windows and P(a) the places of span a: every (w, i, j) whose first token begins, and whose last
    token ends, at the span's characters,

        log π(a)    = log Σ_{(w, i, j) in P(a)} exp(s_wi + e_wj) − log Z
        log π(none) = min_w (s_w,CLS + e_w,CLS) − log Z

    where Z sums the exponentials of all places of all spans, and of "not answerable". Given all
    windows of the question's text, exp(log π(a)) is what ``SpanSearch`` gives the span at
    temperature 1 times what it leaves of "not answerable" at scale 1 and offset 0; a reader without
    a threshold reports the first factor alone. Both speak of the tokens' own characters: the reader
    widens spans to words, and keeps the best of several spans of the same text, only afterwards,
    and adds nothing up then.

    Args:
        start_logits: Shape: (windows, tokens)
        end_logits: Shape: (windows, tokens)
        answer_tokens: tokens of passages, that may begin or end an answer, bool; each question
            has at least one. Shape: (windows, tokens)
        no_answer: index of each window's CLS token. Shape: (windows,)
        question: which question a window belongs to, counted from 0 without gaps.
            Shape: (windows,)
        places: for chosen and rejected each all places of the span, the window counted in the
            batch, or ``NO_ANSWER``; then ``NOWHERE``. Shape: (pairs, 2, places, 3)
        pair_question: which question a pair belongs to. Shape: (pairs,)
        max_answer_length: tokens of a span at most.

    Returns:
        Nats, chosen and rejected. Shape: (pairs, 2)
    """
    start, end = start_logits.float(), end_logits.float()
    scores = span_scores(start, end, answer_tokens, max_answer_length)
    rows = torch.arange(len(start), device=start.device)
    none = start[rows, no_answer] + end[rows, no_answer]
    questions = int(question.max()) + 1
    none = none.new_zeros(questions).scatter_reduce(0, question, none, "amin", include_self=False)
    # Moved by the highest score of its question, no exponential overflows, and a window without
    # text adds 0 where a logarithm of it would have no gradient.
    highest = scores.detach().flatten(1).amax(1)
    highest = none.detach().scatter_reduce(0, question, highest, "amax")
    spans = (scores - highest[question, None, None]).exp().sum((1, 2))
    total = (none - highest).exp().index_add(0, question, spans).log() + highest
    window, first, last = places.unbind(-1)
    of_places = scores[window.clamp(min=0), first, last - first]
    of_places = torch.where(window == NO_ANSWER[0], none[pair_question, None, None], of_places)
    of_places = of_places.masked_fill(window == NOWHERE[0], NOTHING)
    return of_places.logsumexp(-1) - total[pair_question].unsqueeze(1)
