"""The mathematics of the trainings: pure functions from log-probabilities to losses.

Notation: π is the policy that is trained, π_ref the reference, c the chosen and r the rejected
answer. The implicit reward margin is

    m = β · [(log π(c) − log π_ref(c)) − (log π(r) − log π_ref(r))]
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

NEVER = float("-inf")


def span_nll(
    start_logits: Tensor, end_logits: Tensor, valid: Tensor, starts: Tensor, ends: Tensor
) -> Tensor:
    """Negative log-likelihood of a span's two ends, −log P(start) − log P(end).

    Each softmax covers the valid tokens alone, so that padding and question take no part.

    Args:
        start_logits: Shape: (batch, tokens)
        end_logits: Shape: (batch, tokens)
        valid: tokens that may begin or end an answer, bool. Shape: (batch, tokens)
        starts: index of the first token of each answer; must be valid. Shape: (batch,)
        ends: index of its last token, included; must be valid. Shape: (batch,)

    Returns:
        Nats. Shape: (batch,)
    """
    start = functional.cross_entropy(
        start_logits.float().masked_fill(~valid, NEVER), starts, reduction="none"
    )
    end = functional.cross_entropy(
        end_logits.float().masked_fill(~valid, NEVER), ends, reduction="none"
    )
    return start + end


def reward_margins(
    policy_chosen_logps: Tensor,
    policy_rejected_logps: Tensor,
    reference_chosen_logps: Tensor,
    reference_rejected_logps: Tensor,
    beta: float,
) -> Tensor:
    """Implicit reward margin m of each pair; 0 where the policy is the reference.

    Args:
        policy_chosen_logps: log π(c), nats. Shape: (pairs,)
        policy_rejected_logps: log π(r), nats. Shape: (pairs,)
        reference_chosen_logps: log π_ref(c), nats. Shape: (pairs,)
        reference_rejected_logps: log π_ref(r), nats. Shape: (pairs,)
        beta: strength of the pull to the reference, > 0; the authors' code says 0.1 to 0.5.

    Returns:
        Shape: (pairs,)
    """
    chosen = policy_chosen_logps - reference_chosen_logps
    rejected = policy_rejected_logps - reference_rejected_logps
    return beta * (chosen - rejected)


def sigmoid_loss(margins: Tensor, label_smoothing: Tensor | float = 0.0) -> Tensor:
    """DPO's loss, with a smoothing of its own for each pair.

        −(1 − ε) · log σ(m) − ε · log σ(−m)

    At ε = 0 it is arXiv 2305.18290, eq. 7; ε > 0 is the conservative form, where ε is the
    probability that the label is wrong.

    Args:
        margins: m of each pair. Shape: (pairs,)
        label_smoothing: ε, 0 <= ε < 0.5, one or one a pair. Shape: () or (pairs,)

    Returns:
        Shape: (pairs,)
    """
    right, wrong = functional.logsigmoid(margins), functional.logsigmoid(-margins)
    return -(1.0 - label_smoothing) * right - label_smoothing * wrong


def ipo_loss(margins: Tensor, beta: float) -> Tensor:
    """IPO's loss: the log-ratio difference is pulled to 1 / (2β) and not beyond.

        (m / β − 1 / (2β))²

    arXiv 2310.12036, eq. 17, with its τ as β.

    Args:
        margins: m of each pair. Shape: (pairs,)
        beta: > 0.

    Returns:
        Shape: (pairs,)
    """
    return (margins / beta - 1.0 / (2.0 * beta)) ** 2


def hinge_loss(margins: Tensor) -> Tensor:
    """Hinge loss, max(0, 1 − m), as in SLiC (arXiv 2305.10425).

    Args:
        margins: m of each pair. Shape: (pairs,)

    Returns:
        Shape: (pairs,)
    """
    return torch.relu(1.0 - margins)


def nll_anchor(policy_chosen_logps: Tensor) -> Tensor:
    """The anchor −log π(c), without which all answers but the rejected one may grow likelier.

    Args:
        policy_chosen_logps: log π(c), nats, summed over the answer. Shape: (pairs,)

    Returns:
        Nats. Shape: (pairs,)
    """
    return -policy_chosen_logps
