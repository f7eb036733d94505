"""Which rows go into one forward pass: those of a passage together, passages at random."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

LOOKAHEAD = 64
"""How many passages ahead one is sought that fills a batch without being cut."""
DRAWS = 16
"""How often an epoch is drawn to get no more batches than the first one has."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What rows and passages take of a batch's room.

    Args:
        rows: what each row takes.
        passages: what each passage takes once in every batch that holds a row of it.
        room: of one batch.
    """

    rows: Sequence[int]
    passages: dict[Hashable, int]
    room: int


def count_rows(passages: Sequence[Hashable], batch_size: int) -> Sizes:
    """Fill batches by rows: each but the last has exactly ``batch_size`` of them."""
    return Sizes([1] * len(passages), dict.fromkeys(passages, 0), batch_size)


def count_tokens(
    passages: Sequence[Hashable],
    prompts: Sequence[Sequence[int]],
    answers: Sequence[int],
    room: int,
) -> Sizes:
    """Fill batches by tokens: those that remain when a passage's rows share their beginning.

    Args:
        passages: names each row's passage.
        prompts: each row's prompt, token ids.
        answers: how many tokens each row has after its prompt.
        room: tokens of one batch; a single row may exceed it.
    """
    members: dict[Hashable, list[Sequence[int]]] = defaultdict(list)
    for passage, prompt in zip(passages, prompts, strict=True):
        members[passage].append(prompt)
    heads = {passage: _shared_length(mine) for passage, mine in members.items()}
    rows = [
        len(prompt) - heads[passage] + answer
        for passage, prompt, answer in zip(passages, prompts, answers, strict=True)
    ]
    return Sizes(rows, heads, room)


class PassageBatches:
    """Batches of row numbers, for a ``DataLoader``'s ``batch_sampler``.

    Seed and epoch fix which passages stand together and in what order their batches come; every
    epoch draws anew. Nothing else is remembered, so a resumed training goes on with the batches
    that it would have had, and every process of several sees the same list, of which it takes its
    share. Every epoch has as many batches as the first, because trainers count steps by that.

    Args:
        passages: names each row's passage.
        sizes: how batches are filled. A passage is cut where that costs nothing, that is where
            rows are counted, or where it is larger than a batch.
        seed: of all that is drawn.
        epoch: asked for the epoch, from 0, when an iteration begins.
    """

    def __init__(
        self, passages: Sequence[Hashable], sizes: Sizes, seed: int, epoch: Callable[[], int]
    ) -> None:
        self._passages = passages
        self._sizes = sizes
        self._seed = seed
        self._epoch = epoch
        self._first = self._draw(0, 0)

    def __len__(self) -> int:
        return len(self._first)

    def __iter__(self) -> Iterator[list[int]]:
        epoch = self._epoch()
        batches = self._batches(epoch)
        random.Random(f"{self._seed}:{epoch}").shuffle(batches)
        yield from batches

    def _batches(self, epoch: int) -> list[list[int]]:
        """Return an epoch's batches, as many as the first epoch has."""
        # Filled by tokens, passages drawn in another order may take a batch more or less.
        for attempt in range(DRAWS):
            found = self._draw(epoch, attempt)
            if len(found) <= len(self._first):
                return _cut_to(found, len(self._first))
        return [list(batch) for batch in self._first]

    def _draw(self, epoch: int, attempt: int) -> list[list[int]]:
        draw = random.Random(f"{self._seed}:{epoch}:{attempt}")
        return _fill(self._passages, self._sizes, draw)


def _cut_to(batches: list[list[int]], count: int) -> list[list[int]]:
    """Halve the batches of most rows until there are so many."""
    while len(batches) < count:
        largest = max(range(len(batches)), key=lambda i: len(batches[i]))
        rows = batches.pop(largest)
        batches += [rows[: len(rows) // 2], rows[len(rows) // 2 :]]
    return batches


def _shared_length(rows: Sequence[Sequence[int]]) -> int:
    """Count the tokens with which all rows begin: those of the first and last in order."""
    first, last = min(map(list, rows)), max(map(list, rows))
    return next(
        (i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        len(first),
    )


def _fill(passages: Sequence[Hashable], sizes: Sizes, draw: random.Random) -> list[list[int]]:
    members: dict[Hashable, list[int]] = defaultdict(list)
    for row, passage in enumerate(passages):
        members[passage].append(row)
    waiting = list(members.items())
    draw.shuffle(waiting)
    for _, rows in waiting:
        draw.shuffle(rows)
    waiting.reverse()  # the next passage is the last: taking it is cheap
    batches: list[list[int]] = []
    batch: list[int] = []
    room = sizes.room
    while waiting:
        for at in range(len(waiting) - 1, max(-1, len(waiting) - 1 - LOOKAHEAD), -1):
            passage, rows = waiting[at]
            size = sizes.passages[passage] + sum(sizes.rows[row] for row in rows)
            if size <= room:
                batch += rows
                room -= size
                del waiting[at]
                break
        else:
            passage, rows = waiting[-1]
            if not batch or sizes.passages[passage] == 0:
                taken = _first_rows(rows, sizes, room - sizes.passages[passage], not batch)
                batch += rows[:taken]
                del rows[:taken]
                if not rows:
                    waiting.pop()
            batches.append(batch)
            batch, room = [], sizes.room
    return [*batches, batch] if batch else batches


def _first_rows(rows: Sequence[int], sizes: Sizes, room: int, at_least_one: bool) -> int:
    """Count the rows that fit, in their order."""
    taken = 0
    for row in rows:
        if sizes.rows[row] > room and not (at_least_one and taken == 0):
            break
        room -= sizes.rows[row]
        taken += 1
    return taken
