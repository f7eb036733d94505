"""Token rows that begin alike, laid out so that each shared beginning is computed once.

The rows of a batch are inserted into tries. A trie is written in depth-first order, so that the
subtree of the token at k is exactly the stretch k .. end[k]. Hence one integer a token says all
that attention needs: the token at q may see the token at k when ``k <= q < end[k]``, that is when
k lies on the way from the root to q. With ``depth`` as position id, a causal language model
computes at q what it computes for the separate row that leads to q.

Which rows share a trie is chosen by cost. A packed row of n tokens is taken to cost
n * (1 + n / attention_tokens): work that grows with the tokens, and attention, which grows with
their square. So two passages that have only a short head in common get a trie each, and a long
head is shared by as many passages as pays. By the same cost tries are placed side by side in a
packed row, where that leaves less to pad.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

STRETCHES = (1.0, 1.25, 1.5, 2.0, 3.0)
"""Widths of the packed rows that are tried, as multiples of the longest trie."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Token rows in packed form.

    Args:
        ids: the tokens. Shape: (packed rows, width); padding holds the pad id.
        depth: each token's position in its own row, from 0. Same shape; 0 in padding.
        end: the column after the last one that may see this token. Same shape; padding is seen
            by itself alone.
        cells: for each token row, in the order given, where its tokens lie: indices into the
            flattened arrays. Shape of each: (tokens of the row,)
    """

    ids: Ints
    depth: Ints
    end: Ints
    cells: list[Ints]

    def rows(self) -> list[Ints]:
        """Return the token rows that were packed, in their order."""
        flat = self.ids.reshape(-1)
        return [flat[cells] for cells in self.cells]


@dataclass(frozen=True, slots=True)
class Targets:
    """What the language model's head has to predict, each prediction once.

    Args:
        cells: where a prediction is made: indices into the flattened forest. Shape: (predictions,)
        labels: the token to predict there. Shape: (predictions,)
        slots: for each token row, the predictions of its scored tokens. Shape of each:
            (scored tokens of the row,)
    """

    cells: Ints
    labels: Ints
    slots: list[Ints]


@dataclass(frozen=True, slots=True)
class _Tree:
    ids: Ints
    depth: Ints
    end: Ints
    paths: list[Ints]


def plant(rows: Sequence[Sequence[int] | Ints], attention_tokens: int, pad_id: int = 0) -> Forest:
    """Pack token rows into tries; duplicates and empty rows are allowed.

    Args:
        rows: token ids, >= 0.
        attention_tokens: the length of a packed row at which attention costs as much as all else.
        pad_id: what fills the packed rows up.
    """
    order, in_order, shared = _sort(rows)
    trees = [
        _grow(in_order[start:stop], [0, *shared[start + 1 : stop]])
        for start, stop in _clusters(in_order, shared, attention_tokens)
    ]
    height, width, places = _place([len(tree.ids) for tree in trees], attention_tokens)
    ids = np.full((height, width), pad_id, dtype=np.int64)
    depth = np.zeros((height, width), dtype=np.int64)
    end = np.tile(np.arange(1, width + 1, dtype=np.int64), (height, 1))
    for tree, (row, column) in zip(trees, places, strict=True):
        here = slice(column, column + len(tree.ids))
        ids[row, here] = tree.ids
        depth[row, here] = tree.depth
        end[row, here] = tree.end + column
    paths = (
        path + (row * width + column)
        for tree, (row, column) in zip(trees, places, strict=True)
        for path in tree.paths
    )
    cells = [path for _, path in sorted(zip(order, paths, strict=True), key=itemgetter(0))]
    return Forest(ids, depth, end, cells)


def alike(rows: Sequence[Sequence[int] | Ints], tokens: int) -> Iterator[list[int]]:
    """Yield row numbers in batches: rows that begin alike together.

    Args:
        rows: token ids, >= 0.
        tokens: how many different beginnings a batch has at most, that is tokens to compute;
            a single row may have more.
    """
    batch: list[int] = []
    size = 0
    for i, row, common in zip(*_sort(rows), strict=True):
        if batch and size + len(row) - common > tokens:
            yield batch
            batch, size, common = [], 0, 0
        batch.append(i)
        size += len(row) - common
    if batch:
        yield batch


def targets(forest: Forest, positions: Sequence[Ints], labels: Sequence[Ints]) -> Targets:
    """Collect the predictions that scored tokens need.

    A row's last token predicts nothing, so the forest may hold rows without it.

    Args:
        forest: the packed rows.
        positions: for each token row, where its scored tokens stand, each >= 1: nothing precedes
            a row's first token, so nothing predicts it.
        labels: for each token row, its scored tokens.
    """
    cells = [path[at - 1] for path, at in zip(forest.cells, positions, strict=True)]
    nothing = np.empty(0, dtype=np.int64)
    every_cell = np.concatenate([nothing, *cells])
    every_label = np.concatenate([nothing, *labels])
    # One number for each pair of cell and label.
    pairs = every_cell * (1 + every_label.max(initial=0)) + every_label
    _, first, slots = np.unique(pairs, return_index=True, return_inverse=True)
    ends = np.cumsum([len(at) for at in positions])
    return Targets(
        cells=every_cell[first],
        labels=every_label[first],
        slots=np.split(slots, ends[:-1]) if len(ends) else [],
    )


def _sort(rows: Sequence[Sequence[int] | Ints]) -> tuple[list[int], list[Ints], list[int]]:
    """Return the rows' numbers and the rows in order, and what each shares with the one before."""
    tokens = [np.asarray(row, dtype=np.int64) for row in rows]
    # Big-endian bytes compare as the numbers do, at memcmp's speed.
    keys = [row.astype(">i8").tobytes() for row in tokens]
    order = sorted(range(len(tokens)), key=keys.__getitem__)
    in_order = [tokens[i] for i in order]
    shared = [0, *(_common(a, b) for a, b in pairwise(in_order))] if order else []
    return order, in_order, shared


def _common(one: Ints, other: Ints) -> int:
    """Count the tokens with which both rows begin."""
    length = min(len(one), len(other))
    different = one[:length] != other[:length]
    return int(different.argmax()) if different.any() else length


def _clusters(
    rows: Sequence[Ints], shared: Sequence[int], attention_tokens: int
) -> list[tuple[int, int]]:
    """Cut sorted rows into stretches that become a trie each.

    A stretch is cut where its neighbours share least, as long as two tries cost less than one.
    """
    lengths = np.cumsum([0, *(len(row) for row in rows)])
    saved = np.cumsum([0, *shared])
    overlaps = np.asarray(shared)

    def cost(start: int, stop: int) -> float:
        size = int(lengths[stop] - lengths[start] - (saved[stop] - saved[start + 1]))
        return _cost(size, attention_tokens)

    found: list[tuple[int, int]] = []
    open_stretches = [(0, len(rows))] if rows else []
    while open_stretches:
        start, stop = open_stretches.pop()
        if stop - start > 1:
            inner = overlaps[start + 1 : stop]
            weakest = np.flatnonzero(inner == inner.min())
            # Of equally weak places the middle one: halves are better shares than crumbs.
            cut = start + 1 + int(weakest[len(weakest) // 2])
            if cost(start, cut) + cost(cut, stop) < cost(start, stop):
                open_stretches += [(cut, stop), (start, cut)]
                continue
        found.append((start, stop))
    return found


def _grow(rows: Sequence[Ints], shared: Sequence[int]) -> _Tree:
    """Build one trie from sorted rows; ``shared[i]`` tokens are common to rows i - 1 and i."""
    new = [row[common:] for row, common in zip(rows, shared, strict=True)]
    ids = np.concatenate(new)
    depth = np.concatenate(
        [np.arange(common, len(row)) for row, common in zip(rows, shared, strict=True)]
    )
    end = np.empty(len(ids), dtype=np.int64)
    path = np.empty(0, dtype=np.int64)
    paths: list[Ints] = []
    size = 0
    for tail, common in zip(new, shared, strict=True):
        # The subtrees of what the last row does not share with this one are complete.
        end[path[common:]] = size
        path = np.concatenate([path[:common], np.arange(size, size + len(tail))])
        size += len(tail)
        paths.append(path)
    end[path] = size
    return _Tree(ids, depth, end, paths)


def _cost(size: int, attention_tokens: int) -> float:
    return size * (1.0 + size / attention_tokens)


def _place(sizes: Sequence[int], attention_tokens: int) -> tuple[int, int, list[tuple[int, int]]]:
    """Choose how wide the packed rows are, and where in them each trie begins.

    Returns:
        the number of packed rows, their width, and (packed row, column) of each trie.
    """
    longest = max(sizes, default=0)
    tried = [_fill(sizes, int(stretch * longest)) for stretch in STRETCHES]
    return min(tried, key=lambda one: one[0] * _cost(one[1], attention_tokens))


def _fill(sizes: Sequence[int], limit: int) -> tuple[int, int, list[tuple[int, int]]]:
    """Put each trie into the first packed row with room, the largest tries first."""
    places = [(0, 0)] * len(sizes)
    filled: list[int] = []
    for i in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        row = next((r for r, used in enumerate(filled) if used + sizes[i] <= limit), len(filled))
        if row == len(filled):
            filled.append(0)
        places[i] = (row, filled[row])
        filled[row] += sizes[i]
    return len(filled), max(filled, default=0), places
