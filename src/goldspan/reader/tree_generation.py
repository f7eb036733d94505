"""Writing after many prompts at once, and scoring many completions, in tries of tokens.

What prompts begin with is read once: a passage for all its questions, a prompt for all the
completions drawn after it. Nothing is copied on the way: the keys and values of every token stay
where they were computed, and each completion has a mask that says which of them are its own.
Knows token ids, logits and masks; nothing of texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from goldspan.reader.prefix_tree import Forest, plant, targets
from goldspan.reader.tree_attention import (
    ATTENTION_TOKENS,
    ancestor_masks,
    heads_at,
    path_masks,
    why_not_shared,
)

Choose = Callable[[Tensor, Sequence[int]], tuple[Tensor, Tensor]]
"""Picks the next token of some completions.

Gets the logits, shape (completions, vocabulary), and each completion's prompt; gives the tokens
and their log-probabilities, shape (completions,) each.
"""


@dataclass(slots=True)
class Continuation:
    """What was written after a prompt.

    Args:
        prompt: which prompt.
        ids: the tokens so far, the end token included.
        logp: sum of the log-probabilities that the choice gave, nats.
    """

    prompt: int
    ids: list[int] = field(default_factory=list)
    logp: float = 0.0


def shares_reading(model: Any) -> bool:
    """Say whether the functions here give for this model what separate rows would give."""
    return (
        isinstance(model, PreTrainedModel)
        and model.config._attn_implementation in ("eager", "sdpa")
        and why_not_shared(model) is None
    )


@torch.inference_mode()
def write(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    copies: int,
    choose: Choose,
    *,
    max_new_tokens: int,
    end_ids: Collection[int],
) -> list[list[Continuation]]:
    """Write ``copies`` completions after each prompt, all of them in step.

    A completion that has ended takes no further part.

    Args:
        model: one that ``shares_reading``, in evaluation mode.
        prompts: token ids, at least one each.
        copies: completions a prompt.
        choose: picks the tokens.
        max_new_tokens: tokens of a completion at most.
        end_ids: tokens that end a completion.
    """
    written = [[Continuation(prompt) for _ in range(copies)] for prompt in range(len(prompts))]
    active = [one for some in written for one in some]
    reading = _Reading(model, prompts)
    logits = reading.begin()[[one.prompt for one in active]]
    paths = reading.paths[[one.prompt for one in active]]
    for step in range(max_new_tokens):
        tokens, logps = choose(logits, [one.prompt for one in active])
        for one, token, logp in zip(active, tokens.tolist(), logps.tolist(), strict=True):
            one.ids.append(token)
            one.logp += logp
        going = [i for i, one in enumerate(active) if one.ids[-1] not in end_ids]
        active = [active[i] for i in going]
        if not active or step + 1 == max_new_tokens:
            break
        logits, paths = reading.go_on(active, paths[going])
    return written


@torch.inference_mode()
def score(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[int]]
) -> list[float]:
    """Return the log-probability (nats) of each completion after its prompt, in one forward.

    Args:
        model: one that ``shares_reading``, in evaluation mode.
        prompts: token ids, at least one each.
        completions: token ids.
    """
    rows = [[*prompt, *said] for prompt, said in zip(prompts, completions, strict=True)]
    # A row's last token predicts nothing.
    forest = plant([row[:-1] for row in rows], ATTENTION_TOKENS)
    places = [range(len(prompt), len(row)) for prompt, row in zip(prompts, rows, strict=True)]
    found = targets(
        forest,
        [torch.tensor(at, dtype=torch.long).numpy() for at in places],
        [torch.tensor(said, dtype=torch.long).numpy() for said in completions],
    )
    logits = _read(model, forest, torch.from_numpy(found.cells))
    labels = torch.from_numpy(found.labels).to(logits.device)
    logps = logits.float().log_softmax(-1).gather(-1, labels[:, None])[:, 0].double().cpu()
    return [float(logps[torch.from_numpy(slots)].sum()) for slots in found.slots]


class _Reading:
    """The keys and values of prompts and of what is written after them."""

    def __init__(self, model: PreTrainedModel, prompts: Sequence[Sequence[int]]) -> None:
        self._model = model
        self._forest = plant(prompts, ATTENTION_TOKENS)
        self._cache = DynamicCache()
        self._lengths = [len(prompt) for prompt in prompts]
        width = self._forest.ids.shape[1]
        self._rows = [int(cells[-1]) // width for cells in self._forest.cells]
        self._depth = torch.from_numpy(self._forest.depth).to(model.device)
        self.paths = torch.zeros(len(prompts), width, dtype=torch.bool, device=model.device)
        for path, cells in zip(self.paths, self._forest.cells, strict=True):
            path[torch.from_numpy(cells % width)] = True

    def begin(self) -> Tensor:
        """Read the prompts; return what may follow each. Shape: (prompts, vocabulary)."""
        ends = torch.tensor([int(cells[-1]) for cells in self._forest.cells])
        return _read(self._model, self._forest, ends, past_key_values=self._cache, use_cache=True)

    def go_on(self, active: Sequence[Continuation], paths: Tensor) -> tuple[Tensor, Tensor]:
        """Read the newest token of each completion.

        Args:
            active: the completions.
            paths: which columns of its packed row each of them consists of. Shape: (completions,
                columns so far)

        Returns:
            logits, shape (completions, vocabulary), and the paths with the new columns.
        """
        lines: list[list[int]] = [[] for _ in range(len(self._depth))]
        for i, one in enumerate(active):
            lines[self._rows[one.prompt]].append(i)
        new = max(map(len, lines))
        device = self._depth.device
        row = torch.tensor([self._rows[one.prompt] for one in active], device=device)
        column = torch.empty(len(active), dtype=torch.long, device=device)
        for line in lines:
            column[line] = torch.arange(len(line), device=device)
        ids = torch.zeros(len(lines), new, dtype=torch.long, device=device)
        ids[row, column] = torch.tensor([one.ids[-1] for one in active], device=device)
        depth = torch.zeros_like(ids)
        depth[row, column] = torch.tensor(
            [self._lengths[one.prompt] + len(one.ids) - 1 for one in active], device=device
        )
        own = torch.eye(new, dtype=torch.bool, device=device)
        paths = torch.cat([paths, own[column]], dim=1)
        # Columns without a completion see themselves: a query that sees nothing gives no number.
        visible = torch.zeros(len(lines), new, paths.shape[1], dtype=torch.bool, device=device)
        visible[:, :, -new:] = own
        visible[row, column] = paths
        self._depth = torch.cat([self._depth, depth], dim=1)
        config, dtype = self._model.config, self._model.dtype
        logits = self._model(
            input_ids=ids,
            attention_mask=path_masks(config, visible, depth, self._depth, dtype),
            position_ids=depth,
            past_key_values=self._cache,
            use_cache=True,
        ).logits
        return logits[row, column], paths


def _read(model: PreTrainedModel, forest: Forest, cells: Tensor, **more: Any) -> Tensor:
    """Return the logits at these cells of a forest. Shape: (cells, vocabulary)."""
    device = model.device
    depth = torch.from_numpy(forest.depth).to(device)
    end = torch.from_numpy(forest.end).to(device)
    with heads_at(model, cells.to(device)):
        logits: Tensor = model(
            input_ids=torch.from_numpy(forest.ids).to(device),
            attention_mask=ancestor_masks(model.config, depth, end, model.dtype),
            position_ids=depth,
            **{"use_cache": False, **more},
        ).logits
    return logits[0]
