"""Batches of rows of like length, so that little of a forward pass is padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler

BATCHES_SORTED_TOGETHER = 32


class LengthGroupedSampler(Sampler[int]):
    """Yields all rows once, in an order that only the lengths, the seed and the epoch decide.

    Rows are shuffled, cut into chunks of some batches, sorted by length within a chunk, and the
    batches shuffled again. An order of its own per epoch makes a resumed run go on exactly;
    transformers' sampler of this kind draws from the global random state, which a resume in the
    middle of an epoch does not restore in time.

    Args:
        lengths: each row's length.
        batch_size: rows that are read together.
        seed: of the order.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths = lengths
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch, from 0, whose order comes next."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        draw = random.Random(f"{self._seed} {self._epoch}")
        rows = list(range(len(self._lengths)))
        draw.shuffle(rows)
        chunk = self._batch_size * BATCHES_SORTED_TOGETHER
        batches = []
        for first in range(0, len(rows), chunk):
            some = sorted(rows[first : first + chunk], key=self._lengths.__getitem__, reverse=True)
            batches += [
                some[at : at + self._batch_size] for at in range(0, len(some), self._batch_size)
            ]
        # A short batch stays at the end: the loader cuts batches by counting.
        short = [batch for batch in batches if len(batch) < self._batch_size]
        full = [batch for batch in batches if len(batch) == self._batch_size]
        draw.shuffle(full)
        yield from (row for batch in [*full, *short] for row in batch)
