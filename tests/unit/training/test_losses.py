"""The losses against values worked by hand, and against TRL's own code."""

from collections import defaultdict
from functools import partial
from math import exp, log
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from hypothesis import given
from hypothesis import strategies as st
from torch import tensor
from trl import DPOTrainer

from goldspan.training.losses import (
    davidson_logps,
    hinge_loss,
    ipo_loss,
    nll_anchor,
    rao_kupper_logps,
    reward_margins,
    robust_loss,
    sigmoid_loss,
    span_nll,
    tied_loss,
)


def test_the_span_loss_is_start_plus_end_over_valid_tokens_alone() -> None:
    # Token 2 is padding: its huge logit takes no part. Start: 1/2; end: 3/4.
    start, end = tensor([[0.0, 0.0, 99.0]]), tensor([[log(1.0), log(3.0), 99.0]])
    valid = tensor([[True, True, False]])
    loss = span_nll(start, end, valid, tensor([0]), tensor([1]))
    assert loss.tolist() == pytest.approx([log(2) + log(4 / 3)])


def test_the_margin_is_beta_times_the_difference_of_log_ratios() -> None:
    margins = reward_margins(tensor([-1.0]), tensor([-5.0]), tensor([-2.0]), tensor([-4.0]), 0.5)
    assert margins.tolist() == [0.5 * ((-1 + 2) - (-5 + 4))]


def test_dpo_loss_at_a_margin_of_zero_is_log_2_whatever_the_smoothing() -> None:
    losses = sigmoid_loss(torch.zeros(2), tensor([0.0, 0.3]))
    assert losses.tolist() == pytest.approx([log(2), log(2)])


def test_each_pair_is_smoothed_by_its_own_epsilon() -> None:
    # σ(log 3) = 3/4. ε = 0: −log 3/4. ε = 1/4: −3/4 · log 3/4 − 1/4 · log 1/4.
    losses = sigmoid_loss(tensor([log(3), log(3)]), tensor([0.0, 0.25]))
    assert losses.tolist() == pytest.approx([0.2876821, 0.5623351])


def test_smoothed_loss_is_least_where_the_policy_agrees_with_the_noise() -> None:
    # The minimum over m is at σ(m) = 1 − ε, here m = log 3.
    margins = tensor([log(3) - 0.1, log(3), log(3) + 0.1])
    assert int(sigmoid_loss(margins, 0.25).argmin()) == 1


def test_ipo_pulls_the_log_ratio_to_one_over_two_beta() -> None:
    # m = β · 5 with β = 0.1: 1 / (2β) = 5 is reached; m = 0 is 5² away.
    assert ipo_loss(tensor([0.5, 0.0]), 0.1).tolist() == pytest.approx([0.0, 25.0], abs=1e-5)


def test_hinge_is_zero_from_a_margin_of_one() -> None:
    assert hinge_loss(tensor([-1.0, 0.25, 2.0])).tolist() == [2.0, 0.75, 0.0]


def trl_loss(loss_type: str, logps: torch.Tensor, reference: torch.Tensor, beta: float) -> float:
    """Call TRL's own loss on answers of one token each; ``logps`` Shape: (pairs, 2)."""
    pairs = len(logps)
    per_token = torch.cat([logps[:, 0], logps[:, 1]]).unsqueeze(1)

    def model(**_: Any) -> SimpleNamespace:
        zeros = torch.zeros_like(per_token)
        return SimpleNamespace(
            log_probs=per_token, entropy=zeros, mean_logits=zeros, is_top1=zeros.bool()
        )

    trainer: Any = SimpleNamespace(
        model=SimpleNamespace(training=True),
        accelerator=Accelerator(cpu=True),
        aux_loss_enabled=False,
        ld_alpha=None,
        precompute_ref_logps=True,
        f_divergence_type="reverse_kl",
        loss_types=[loss_type],
        loss_weights=[1.0],
        beta=beta,
        label_smoothing=0.0,
        use_weighting=False,
        _metrics={"train": defaultdict(list)},
        _total_train_tokens=0,
        _tp_size=1,
    )
    inputs = {
        "input_ids": torch.zeros((2 * pairs, 2), dtype=torch.long),
        "attention_mask": torch.ones((2 * pairs, 2), dtype=torch.long),
        "completion_mask": tensor([[0, 1]] * (2 * pairs)),
        "ref_chosen_logps": reference[:, 0],
        "ref_rejected_logps": reference[:, 1],
    }
    loss: torch.Tensor = DPOTrainer._compute_loss(trainer, model, inputs, False)
    return float(loss)


LOGPS = st.lists(st.tuples(*[st.floats(-30.0, 0.0, width=32)] * 4), min_size=1, max_size=5)


@given(values=LOGPS, beta=st.sampled_from([0.05, 0.1, 0.5]))
def test_the_losses_equal_trls_own(values: list[tuple[float, ...]], beta: float) -> None:
    numbers = tensor(values, dtype=torch.float64)
    logps, reference = numbers[:, :2], numbers[:, 2:]
    margins = reward_margins(logps[:, 0], logps[:, 1], reference[:, 0], reference[:, 1], beta)
    ours = {
        "sigmoid": sigmoid_loss(margins, torch.zeros(len(margins))),
        "ipo": ipo_loss(margins, beta),
        "hinge": hinge_loss(margins),
        "sft": nll_anchor(logps[:, 0]),
    }
    for loss_type, losses in ours.items():
        expected = trl_loss(loss_type, logps, reference, beta)
        assert float(losses.mean()) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_robust_loss_is_trls_with_a_smoothing_of_each_pairs_own() -> None:
    margins = tensor([0.4, -1.0])
    found = robust_loss(margins, tensor([0.0, 0.2]))
    right, wrong = log(1 / (1 + exp(1.0))), log(1 / (1 + exp(-1.0)))
    by_hand = [-log(1 / (1 + exp(-0.4))), (-0.8 * right + 0.2 * wrong) / 0.6]
    assert found.tolist() == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize(
    ("logps_of", "strength", "tie_of_equals"),
    [(davidson_logps, 1.0, 0.5), (davidson_logps, 0.25, 0.2), (rao_kupper_logps, 3.0, 0.5)],
)
def test_win_loss_and_tie_are_all_that_can_happen(
    logps_of: Any, strength: float, tie_of_equals: float
) -> None:
    margins = tensor([0.0, 0.7, -2.0], dtype=torch.float64)
    win, tie = logps_of(margins, strength)
    lose, tie_seen_from_there = logps_of(-margins, strength)
    assert (win.exp() + tie.exp() + lose.exp()).tolist() == pytest.approx([1.0] * 3)
    assert tie.tolist() == pytest.approx(tie_seen_from_there.tolist())
    assert float(tie[0].exp()) == pytest.approx(tie_of_equals)


def test_a_tie_is_likeliest_where_both_answers_are_equal() -> None:
    margins = torch.linspace(-3, 3, 7, requires_grad=True)
    ties = torch.ones(7, dtype=torch.bool)
    loss = tied_loss(margins, ties, 0.0, partial(davidson_logps, strength=1.0))
    loss.sum().backward()  # type: ignore[no-untyped-call]
    assert int(loss.argmin()) == 3
    assert margins.grad is not None
    assert margins.grad.sign().tolist() == [-1, -1, -1, 0, 1, 1, 1]


def test_without_ties_and_at_no_strength_davidson_is_dpo() -> None:
    margins = tensor([0.3, -1.2])
    none = torch.zeros(2, dtype=torch.bool)
    found = tied_loss(margins, none, 0.1, partial(davidson_logps, strength=1e-9))
    assert found.tolist() == pytest.approx(sigmoid_loss(margins, 0.1).tolist(), abs=1e-6)


def test_with_several_golds_any_of_them_will_do() -> None:
    # Two tokens, both logits level: each end is right with 1/2, each span with 1/4.
    logits = torch.zeros(1, 2)
    starts, ends = tensor([[0, 1, -1]]), tensor([[0, 1, -1]])
    loss = span_nll(logits, logits, torch.ones(1, 2, dtype=torch.bool), starts, ends)
    assert loss.tolist() == pytest.approx([log(2)])
