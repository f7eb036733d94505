"""The span reader as a policy: one distribution over all spans and "not answerable"."""

from __future__ import annotations

import torch
from torch import Tensor

from goldspan.reader.span_search import span_scores


def joint_logps(
    start_logits: Tensor,
    end_logits: Tensor,
    *,
    answer_tokens: Tensor,
    no_answer: Tensor,
    question: Tensor,
    actions: Tensor,
    pair_question: Tensor,
    max_answer_length: int,
) -> Tensor:
    """Log-probabilities of the answers of pairs.

    A question's actions are all spans of its windows, first token <= last token, at most
    ``max_answer_length`` tokens, and "not answerable". With s and e the logits of start and end,
    CLS the token of "not answerable" and w the windows,

        log π(w, i, j) = s_wi + e_wj − log Z
        log π(none)    = min_w (s_w,CLS + e_w,CLS) − log Z

    where Z sums the exponentials of all actions. The reader searches over the same scores, and adds
    up those of a span that stands in several windows; here a span is trained in its first.

    Args:
        start_logits: Shape: (windows, tokens)
        end_logits: Shape: (windows, tokens)
        answer_tokens: tokens of passages, that may begin or end an answer, bool; each window
            has at least one. Shape: (windows, tokens)
        no_answer: index of each window's CLS token. Shape: (windows,)
        question: which question a window belongs to, counted from 0 without gaps.
            Shape: (windows,)
        actions: for chosen and rejected each (window, first token, last token), the window −1
            for "not answerable". Shape: (pairs, 2, 3)
        pair_question: which question a pair belongs to. Shape: (pairs,)
        max_answer_length: tokens of a span at most.

    Returns:
        Nats, chosen and rejected. Shape: (pairs, 2)
    """
    start, end = start_logits.float(), end_logits.float()
    scores = span_scores(start, end, answer_tokens, max_answer_length)
    rows = torch.arange(len(start), device=start.device)
    none = start[rows, no_answer] + end[rows, no_answer]
    spans = scores.flatten(1).logsumexp(1)
    questions = torch.arange(int(question.max()) + 1, device=start.device).unsqueeze(1)
    others = question != questions
    none_of_question = none.expand_as(others).masked_fill(others, float("inf")).amin(1)
    spans_of_question = spans.expand_as(others).masked_fill(others, float("-inf")).logsumexp(1)
    total = torch.logaddexp(spans_of_question, none_of_question)[pair_question]
    window, first, last = actions.unbind(-1)
    chosen = scores[window.clamp(min=0), first, last - first]
    action = torch.where(window < 0, none_of_question[pair_question].unsqueeze(1), chosen)
    return action - total.unsqueeze(1)
