"""The distribution over spans that DPO works on, with probabilities counted by hand."""

from math import exp, log
from typing import Any

import pytest
import torch
from torch import tensor

from goldspan.training.span_policy import joint_logps

# One window: CLS, question, two passage tokens, padding. s = start logits, e = end logits.
START = tensor([[1.0, 9.0, 0.0, 2.0, 9.0]])
END = tensor([[0.0, 9.0, 1.0, 0.0, 9.0]])
PASSAGE = tensor([[False, False, True, True, False]])


def logps(actions: list[list[tuple[int, int, int]]], **changes: Any) -> torch.Tensor:
    given: dict[str, Any] = {
        "answer_tokens": PASSAGE,
        "no_answer": tensor([0]),
        "question": tensor([0]),
        "places": tensor(actions).unsqueeze(2),  # a place each
        "pair_question": torch.zeros(len(actions), dtype=torch.long),
        "max_answer_length": 30,
    }
    start, end = changes.pop("start", START), changes.pop("end", END)
    return joint_logps(start, end, **{**given, **changes})


def test_all_spans_and_no_answer_share_one_normaliser() -> None:
    # (2,2): 0+1, (2,3): 0+0, (3,3): 2+0, none: 1+0. (3,2) runs backwards.
    z = exp(1) + exp(0) + exp(2) + exp(1)
    found = logps([[(0, 2, 2), (0, 2, 3)], [(0, 3, 3), (-1, 0, 0)]])
    expected = [[1 - log(z), 0 - log(z)], [2 - log(z), 1 - log(z)]]
    assert torch.allclose(found, tensor(expected))
    assert float(found.exp().sum()) == pytest.approx(1.0)


def test_spans_above_the_longest_are_no_actions() -> None:
    z = exp(1) + exp(2) + exp(1)
    (found,) = logps([[(0, 2, 2), (0, 3, 3)]], max_answer_length=1)
    assert torch.allclose(found, tensor([1 - log(z), 2 - log(z)]))


def test_windows_of_one_question_are_normalised_together_and_the_least_sure_says_none() -> None:
    start, end = START.repeat(2, 1), END.repeat(2, 1)
    start[1, 0] = 5.0  # the second window is surer that there is no answer: 5 + 0 against 1 + 0
    z = 2 * (exp(1) + exp(0) + exp(2)) + exp(1)
    found = logps(
        [[(1, 2, 2), (-1, 0, 0)]],
        start=start,
        end=end,
        answer_tokens=PASSAGE.repeat(2, 1),
        no_answer=tensor([0, 0]),
        question=tensor([0, 0]),
    )
    assert torch.allclose(found, tensor([[1 - log(z), 1 - log(z)]]))


# A second window whose first passage token is the first one's last.
TWO: dict[str, Any] = {
    "start": torch.cat([START, tensor([[0.0, 9.0, 1.0, 0.0, 9.0]])]),
    "end": torch.cat([END, tensor([[2.0, 9.0, 2.0, 1.0, 9.0]])]),
    "answer_tokens": PASSAGE.repeat(2, 1),
    "no_answer": tensor([0, 0]),
    "question": tensor([0, 0]),
}
SHARED = tensor([[[(0, 3, 3), (1, 2, 2)], [(0, 2, 2), (-2, 0, 0)]]])


def test_a_span_has_the_sum_of_what_it_has_at_all_its_places() -> None:
    # Window 0: (2,2) 1, (2,3) 0, (3,3) 2; window 1: (2,2) 3, (2,3) 2, (3,3) 1; none: 1.
    z = exp(1) + exp(0) + exp(2) + exp(3) + exp(2) + exp(1) + exp(1)
    found = logps([[(0, 0, 0), (0, 0, 0)]], **TWO, places=SHARED)
    assert torch.allclose(found, tensor([[log((exp(2) + exp(3)) / z), log(exp(1) / z)]]))


def test_every_window_that_shows_a_span_learns_it() -> None:
    start = TWO["start"].clone().requires_grad_()
    found = logps([[(0, 0, 0), (0, 0, 0)]], **{**TWO, "start": start}, places=SHARED)
    (gradient,) = torch.autograd.grad(found[0, 0], start)
    assert float(gradient[0, 3]) > 0
    assert float(gradient[1, 2]) > 0
    # What stands beside it is pushed down, in every window.
    assert float(gradient[0, 2]) < 0
    assert float(gradient[1, 3]) < 0


def test_a_window_without_text_has_no_spans_and_finite_gradients() -> None:
    start = TWO["start"].clone().requires_grad_()
    empty = torch.cat([PASSAGE, PASSAGE & False])
    given = {**TWO, "start": start, "answer_tokens": empty}
    found = logps([[(0, 2, 2), (-1, 0, 0)]], **given)
    (gradient,) = torch.autograd.grad(found.sum(), start)
    assert torch.allclose(found, logps([[(0, 2, 2), (-1, 0, 0)]]))
    assert torch.isfinite(gradient).all()


def test_high_logits_do_not_overflow() -> None:
    found = logps([[(0, 3, 3), (-1, 0, 0)]], start=START + 500, end=END + 500)
    assert torch.allclose(found, logps([[(0, 3, 3), (-1, 0, 0)]]))


def test_questions_of_a_batch_do_not_touch_each_other() -> None:
    alone = logps([[(0, 2, 2), (-1, 0, 0)]])
    both = logps(
        [[(0, 2, 2), (-1, 0, 0)], [(1, 2, 2), (-1, 0, 0)]],
        start=torch.cat([START, START + 3]),
        end=torch.cat([END, END * 2]),
        answer_tokens=PASSAGE.repeat(2, 1),
        no_answer=tensor([0, 0]),
        question=tensor([0, 1]),
        pair_question=tensor([0, 1]),
    )
    assert torch.allclose(both[0], alone[0])
    assert not torch.allclose(both[1], alone[0])


def test_gradients_are_finite_where_actions_are_masked() -> None:
    start = START.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(logps([[(0, 2, 2), (-1, 0, 0)]], start=start).sum(), start)
    assert torch.isfinite(gradient).all()
    # Question and padding have no say.
    assert gradient[0, [1, 4]].tolist() == [0.0, 0.0]
