"""The mathematics of the trainings: pure functions from log-probabilities to losses.

Notation: π is the policy that is trained, π_ref the reference, c the chosen and r the rejected
answer. The implicit reward margin is

    m = β · [(log π(c) − log π_ref(c)) − (log π(r) − log π_ref(r))]
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

NEVER = float("-inf")


def span_nll(
    start_logits: Tensor, end_logits: Tensor, valid: Tensor, starts: Tensor, ends: Tensor
) -> Tensor:
    """Negative log-likelihood that a span's two ends are those of a gold answer.

        −log Σ_g P(start_g) · P(end_g)

    Each softmax covers the valid tokens alone, so that padding and question take no part. With
    one answer it is −log P(start) − log P(end); with several, any of them will do.

    Args:
        start_logits: Shape: (batch, tokens)
        end_logits: Shape: (batch, tokens)
        valid: tokens that may begin or end an answer, bool. Shape: (batch, tokens)
        starts: index of the first token of each answer; must be valid, or −1 for no further
            answer. Shape: (batch,) or (batch, answers)
        ends: index of its last token, included; likewise.

    Returns:
        Nats. Shape: (batch,)
    """
    starts, ends = (each.view(len(each), -1) for each in (starts, ends))
    start, end = (
        functional.log_softmax(logits.float().masked_fill(~valid, NEVER), dim=1)
        for logits in (start_logits, end_logits)
    )
    logps = start.gather(1, starts.clamp(min=0)) + end.gather(1, ends.clamp(min=0))
    return -logps.masked_fill(starts < 0, NEVER).logsumexp(1)


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


def robust_loss(margins: Tensor, label_smoothing: Tensor | float) -> Tensor:
    """DPO's loss made unbiased under labels of which a share ε is wrong.

        [−(1 − ε) · log σ(m) + ε · log σ(−m)] / (1 − 2ε)

    arXiv 2403.00409, eq. 12.

    Args:
        margins: m of each pair. Shape: (pairs,)
        label_smoothing: ε, 0 <= ε < 0.5, one or one a pair. Shape: () or (pairs,)

    Returns:
        Shape: (pairs,)
    """
    right, wrong = functional.logsigmoid(margins), functional.logsigmoid(-margins)
    unbiased = -(1.0 - label_smoothing) * right + label_smoothing * wrong
    return unbiased / (1.0 - 2.0 * label_smoothing)


def davidson_logps(margins: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """Log-probabilities that the chosen answer wins, and that both tie, after Davidson.

        win: 1 / z, tie: 2ν · exp(−m / 2) / z, with z = 1 + exp(−m) + 2ν · exp(−m / 2)

    arXiv 2409.17431, section 3 (DPO-D).

    Args:
        margins: m of each pair. Shape: (pairs,)
        strength: ν > 0; at equal answers a tie has the probability ν / (1 + ν).

    Returns:
        Two tensors of the shape (pairs,), nats.
    """
    tie = math.log(2.0 * strength) - margins / 2.0
    total = torch.stack([torch.zeros_like(margins), -margins, tie]).logsumexp(dim=0)
    return -total, tie - total


def rao_kupper_logps(margins: Tensor, strength: float) -> tuple[Tensor, Tensor]:
    """The same after Rao and Kupper: a preference has to exceed a threshold.

        win: σ(m − log ν), tie: (ν² − 1) · σ(m − log ν) · σ(−m − log ν)

    arXiv 2409.17431, section 3 (DPO-RK).

    Args:
        margins: m of each pair. Shape: (pairs,)
        strength: ν > 1; at equal answers a tie has the probability (ν − 1) / (ν + 1).

    Returns:
        Two tensors of the shape (pairs,), nats.
    """
    threshold = math.log(strength)
    win = functional.logsigmoid(margins - threshold)
    lose = functional.logsigmoid(-margins - threshold)
    return win, math.log(strength**2 - 1.0) + win + lose


def tied_loss(
    margins: Tensor,
    ties: Tensor,
    label_smoothing: Tensor | float,
    logps_of: Callable[[Tensor], tuple[Tensor, Tensor]],
) -> Tensor:
    """Negative log-likelihood of what people said, a tie among it.

    Args:
        margins: m of each pair. Shape: (pairs,)
        ties: which pairs tie, bool. Shape: (pairs,)
        label_smoothing: ε of the pairs that do not tie. Shape: () or (pairs,)
        logps_of: one of the two models above, with its strength.

    Returns:
        Shape: (pairs,)
    """
    win, tie = logps_of(margins)
    lose, _ = logps_of(-margins)
    return torch.where(ties, -tie, -(1.0 - label_smoothing) * win - label_smoothing * lose)


def nll_anchor(policy_chosen_logps: Tensor) -> Tensor:
    """The anchor −log π(c), without which all answers but the rejected one may grow likelier.

    Args:
        policy_chosen_logps: log π(c), nats, summed over the answer. Shape: (pairs,)

    Returns:
        Nats. Shape: (pairs,)
    """
    return -policy_chosen_logps
