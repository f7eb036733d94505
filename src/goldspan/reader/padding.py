"""Padding of model inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch


def pad(tokenizer: Any, features: Sequence[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
    """Pad inputs on the right to the longest of them, and add the attention mask.

    The tokenizer's own ``pad`` refuses a tokenizer without a padding token; masked positions
    may hold any token.

    Args:
        tokenizer: for its padding token, if it has one.
        features: each input's values by name, ``input_ids`` among them; at least one input.

    Returns:
        Name to values. Shape: (inputs, tokens of the longest)
    """
    lengths = [len(each["input_ids"]) for each in features]
    longest = max(lengths)
    batch = {}
    for name in features[0]:
        filler = (tokenizer.pad_token_id or 0) if name == "input_ids" else 0
        batch[name] = torch.tensor(
            [each[name] + [filler] * (longest - len(each[name])) for each in features]
        )
    batch["attention_mask"] = torch.tensor([[1] * n + [0] * (longest - n) for n in lengths])
    return batch
