"""SFT and DPO of many readers at once, with Goldspan's own losses."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from benchmarks.proof_parts.stack import Stack, Steps
from benchmarks.proof_parts.tokens import DeviceTokens, Ints
from torch import Tensor

from goldspan.training.losses import nll_anchor, reward_margins, sigmoid_loss, span_nll
from goldspan.training.span_policy import joint_logps

MAX_ANSWER = 30
SORTED_TOGETHER = 32


@dataclass(frozen=True)
class Targets:
    """What one member is taught by SFT.

    Args:
        windows: a window for each row.
        start: input index of the answer's first token, 0 (CLS) for "not answerable".
        end: of its last token.
    """

    windows: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Pairs:
    """What one member is taught by DPO: rows are questions.

    Args:
        windows: a window for each row.
        actions: of each pair chosen and rejected, (first, last) input indices; (-1, -1) for
            "not answerable". Shape: (rows, pairs, 2, 2)
        smoothing: label smoothing. Shape: (rows, pairs)
        share: weight over the number of the row's pairs, 0 where there is no pair.
        reference: log-probabilities of chosen and rejected, nats. Shape: (rows, pairs, 2)
    """

    windows: Ints
    actions: Ints
    smoothing: np.ndarray
    share: np.ndarray
    reference: np.ndarray


@dataclass(frozen=True)
class Recipe:
    """How one member is trained.

    Args:
        lr: peak learning rate.
        beta: DPO's.
        anchor: weight of −log π(chosen).
    """

    lr: float
    beta: float = 0.1
    anchor: float = 1.0


def schedule(
    lengths: Sequence[Ints], size: int, passes: int, batch: int, seeds: Sequence[int]
) -> list[Ints]:
    """Draw each member's batches; at each step those of all members are of like length.

    Args:
        lengths: tokens of each member's rows.
        size: rows of a pass; a member that has fewer sees some of them again, so that all arms
            cost the same.
        passes: over the rows.
        batch: rows of a member in a step.
        seeds: of each member's order.

    Returns:
        Rows of every step. Shape of each: (members, batch)
    """
    steps = -(-size // batch)
    together = random.Random(f"order of batches {size}")
    draws = [random.Random(f"rows {seed}") for seed in seeds]
    made: list[Ints] = []
    for _ in range(passes):
        orders = []
        for of_member, draw in zip(lengths, draws, strict=True):
            rows: list[int] = []
            while len(rows) < steps * batch:
                rows += draw.sample(range(len(of_member)), len(of_member))
            orders.append(np.array(rows[: steps * batch]))
        for first in range(0, steps * batch, batch * SORTED_TOGETHER):
            chunk = []
            for of_member, order in zip(lengths, orders, strict=True):
                some = order[first : first + batch * SORTED_TOGETHER]
                chunk.append(some[np.argsort(of_member[some], kind="stable")].reshape(-1, batch))
            batches = [np.stack(each) for each in zip(*chunk, strict=True)]
            together.shuffle(batches)
            made += batches
    return made


def sft(
    stack: Stack,
    tokens: DeviceTokens,
    members: Sequence[Targets],
    recipes: Sequence[Recipe],
    *,
    size: int,
    passes: int,
    batch: int,
    seeds: Sequence[int],
    on_step: Callable[[], None],
) -> list[int]:
    """Train every member on its targets; return the tokens that each read."""

    def loss(rows: Ints, inputs: dict[str, Tensor]) -> Tensor:
        start, end = stack.logits(inputs)
        valid = inputs["answer"].clone()
        valid[..., 0] = True
        starts, ends = (
            _pick([getattr(m, name) for m in members], rows, tokens.device)
            for name in ("start", "end")
        )
        flat = (x.flatten(0, 1) for x in (start, end, valid, starts, ends))
        losses: Tensor = span_nll(*flat).view(rows.shape).mean(1)
        return losses

    return _train(stack, tokens, members, recipes, loss, size, passes, batch, seeds, on_step)


def dpo(
    stack: Stack,
    tokens: DeviceTokens,
    members: Sequence[Pairs],
    recipes: Sequence[Recipe],
    *,
    size: int,
    passes: int,
    batch: int,
    seeds: Sequence[int],
    on_step: Callable[[], None],
) -> list[int]:
    """Train every member on its pairs; return the tokens that each read."""
    beta = torch.tensor([r.beta for r in recipes], device=tokens.device)[:, None, None]
    anchor = torch.tensor([r.anchor for r in recipes], device=tokens.device)[:, None, None]

    def loss(rows: Ints, inputs: dict[str, Tensor]) -> Tensor:
        actions, smoothing, share, reference = (
            _pick([getattr(m, name) for m in members], rows, tokens.device)
            for name in ("actions", "smoothing", "share", "reference")
        )
        logps = action_logps(stack, inputs, actions)
        margins = reward_margins(
            logps[..., 0], logps[..., 1], reference[..., 0], reference[..., 1], beta=1.0
        )
        preference = sigmoid_loss(beta * margins, smoothing)
        each = share * (preference + anchor * nll_anchor(logps[..., 0]))
        losses: Tensor = each.sum((1, 2)) / rows.shape[1]
        return losses

    return _train(stack, tokens, members, recipes, loss, size, passes, batch, seeds, on_step)


def action_logps(stack: Stack, inputs: dict[str, Tensor], actions: Tensor) -> Tensor:
    """Return log π of pairs' answers, one window a question.

    Args:
        stack: the readers.
        inputs: of ``DeviceTokens.inputs``.
        actions: Shape: (members, batch, pairs, 2, 2)

    Returns:
        Shape: (members, batch, pairs, 2)
    """
    start, end = stack.logits(inputs)
    members, batch, pairs = actions.shape[:3]
    row = torch.arange(members * batch, device=actions.device)
    flat = actions.flatten(0, 1)
    window = torch.where(flat[..., 0] < 0, -1, row[:, None, None])
    triples = torch.cat([window[..., None], flat.clamp(min=0)], -1)
    logps = joint_logps(
        start.flatten(0, 1),
        end.flatten(0, 1),
        answer_tokens=inputs["answer"].flatten(0, 1),
        no_answer=torch.zeros_like(row),
        question=row,
        places=triples.flatten(0, 1).unsqueeze(2),
        pair_question=row.repeat_interleave(pairs),
        max_answer_length=MAX_ANSWER,
    )
    return logps.view(members, batch, pairs, 2)


def reference_logps(
    stack: Stack, tokens: DeviceTokens, windows: Ints, actions: Ints, batch: int
) -> np.ndarray:
    """Return what the readers think of pairs before they are trained.

    Args:
        stack: the readers.
        tokens: of the set.
        windows: Shape: (members, rows)
        actions: Shape: (members, rows, pairs, 2, 2)
        batch: rows of a member at a time.

    Returns:
        Shape: (members, rows, pairs, 2)
    """
    found = np.zeros(actions.shape[:4], dtype=np.float32)
    order = np.argsort(tokens.host.length[windows].max(0), kind="stable")
    with torch.no_grad():
        for first in range(0, len(order), batch):
            some = order[first : first + batch]
            asked = torch.from_numpy(actions[:, some]).to(tokens.device)
            logps = action_logps(stack, tokens.inputs(windows[:, some]), asked)
            found[:, some] = logps.cpu().numpy()
    return found


def _train(
    stack: Stack,
    tokens: DeviceTokens,
    members: Sequence[Targets] | Sequence[Pairs],
    recipes: Sequence[Recipe],
    loss: Callable[[Ints, dict[str, Tensor]], Tensor],
    size: int,
    passes: int,
    batch: int,
    seeds: Sequence[int],
    on_step: Callable[[], None],
) -> list[int]:
    windows_of = [member.windows for member in members]
    lengths = [tokens.host.length[windows] for windows in windows_of]
    batches = schedule(lengths, size, passes, batch, seeds)
    steps = Steps(stack, [recipe.lr for recipe in recipes], len(batches))
    read = np.zeros(len(members), dtype=np.int64)
    for rows in batches:
        windows = np.stack([of_member[r] for of_member, r in zip(windows_of, rows, strict=True)])
        steps.step(loss(rows, tokens.inputs(windows)))
        read += tokens.host.length[windows].sum(1)
        on_step()
    return [int(each) for each in read]


def _pick(values: Sequence[np.ndarray], rows: Ints, device: torch.device) -> Tensor:
    chosen = np.stack([value[r] for value, r in zip(values, rows, strict=True)])
    if chosen.dtype == np.float64:
        chosen = chosen.astype(np.float32)
    return torch.from_numpy(chosen).to(device, non_blocking=True)
