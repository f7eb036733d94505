"""Splits that keep a passage's questions together.

A split by row would put one passage into both parts, and the held-out score would then measure
memory of the passage.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from goldspan.errors import InvalidInput

Item = TypeVar("Item")


def split_by_passage(
    items: Sequence[Item],
    passage_of: Callable[[Item], str],
    train_size: float,
    seed: int = 0,
) -> tuple[list[Item], list[Item]]:
    """Split items into a training and a held-out part with no passage in both.

    Passages are drawn in random order until the training part holds ``train_size`` of the items,
    as nearly as whole passages allow; both parts get at least one passage and keep the items'
    order.

    Args:
        items: what to split.
        passage_of: names an item's passage.
        train_size: share of the items for training, 0 < train_size < 1.
        seed: of the draw.

    Raises:
        InvalidInput: if the share is out of range or there are fewer than two passages.
    """
    if not 0.0 < train_size < 1.0:
        raise InvalidInput(f"train_size lies between 0 and 1, found {train_size!r}")
    sizes: dict[str, int] = {}
    for item in items:
        sizes[passage_of(item)] = sizes.get(passage_of(item), 0) + 1
    if len(sizes) < 2:
        raise InvalidInput(
            f"a split by passage needs at least two passages, found {len(sizes)} "
            f"in {len(items)} rows; leave train_size out, or give more passages"
        )
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    wanted = train_size * len(items)
    chosen: set[str] = set()
    taken = 0
    for passage in order[:-1]:
        # Stop where one more passage would lead further from the wanted share.
        if chosen and abs(taken + sizes[passage] - wanted) > abs(taken - wanted):
            break
        chosen.add(passage)
        taken += sizes[passage]
    train = [item for item in items if passage_of(item) in chosen]
    held_out = [item for item in items if passage_of(item) not in chosen]
    return train, held_out


def sample(items: Sequence[Item], count: int | None, seed: int = 0) -> list[Item]:
    """Return ``count`` of the items drawn at random, in the items' order.

    The first ones would be about few articles only.

    Args:
        items: what to draw from.
        count: how many, >= 1; None, or more than there are, takes all.
        seed: of the draw.

    Raises:
        InvalidInput: if ``count`` is below 1.
    """
    if count is None:
        return list(items)
    if count < 1:
        raise InvalidInput(f"a sample has at least one item, found count {count}")
    drawn = random.Random(seed).sample(range(len(items)), min(count, len(items)))
    return [items[index] for index in sorted(drawn)]
