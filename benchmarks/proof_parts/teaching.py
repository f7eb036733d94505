"""What judgements teach: targets for SFT, pairs for DPO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from benchmarks.proof_parts.judging import Material
from benchmarks.proof_parts.stack import Stack
from benchmarks.proof_parts.tokens import DeviceTokens, Ints
from benchmarks.proof_parts.training import Pairs, Targets, reference_logps


def targets_of(material: Material, wanted: str, n: int) -> Targets:
    """Return the SFT targets in the first n judgements, by the field of ``Judged`` wanted."""
    places = [getattr(one, wanted) for one in material.judged[:n]]
    kept = [i for i, place in enumerate(places) if place is not None]
    ends = np.array([places[i] for i in kept]).clip(min=0)
    return Targets(material.windows[kept], ends[:, 0], ends[:, 1])


def pairs_of(
    materials: Sequence[Material],
    wanted: Sequence[str],
    smoothed: Sequence[bool],
    n: int,
    stack: Stack,
    tokens: DeviceTokens,
) -> list[Pairs]:
    """Return each member's pairs in its first n judgements.

    Args:
        materials: one a member.
        wanted: of each the field of ``Judged``.
        smoothed: of each whether annotators' agreement becomes label smoothing.
        n: judgements.
        stack: the members as they are now; they are the reference.
        tokens: of the judged set.
    """
    lists, windows = [], []
    for material, field in zip(materials, wanted, strict=True):
        found = [getattr(one, field) for one in material.judged[:n]]
        kept = [i for i, pairs in enumerate(found) if pairs]
        lists.append([found[i] for i in kept])
        windows.append(material.windows[kept])
    most = max(len(pairs) for of_member in lists for pairs in of_member)
    rows = max(map(len, lists))
    made = [_padded(*each, most) for each in zip(lists, smoothed, strict=True)]
    # Stacked, every member needs as many rows as the others; the first ones come again.
    cycled = np.stack([np.resize(np.arange(len(of_w)), rows) for of_w in windows])
    all_windows = np.stack([w[c] for w, c in zip(windows, cycled, strict=True)])
    actions = np.stack([m[0][c] for m, c in zip(made, cycled, strict=True)])
    batch = 16 if tokens.device.type == "cpu" else 128
    logps = reference_logps(stack, tokens, all_windows, actions, batch)
    return [
        Pairs(w, actions_of, smoothing, share, logps[number, : len(w)])
        for number, (w, (actions_of, smoothing, share)) in enumerate(
            zip(windows, made, strict=True)
        )
    ]


def _padded(
    lists: Sequence[Sequence[tuple[Any, Any, float]]], smoothed: bool, most: int
) -> tuple[Ints, np.ndarray, np.ndarray]:
    actions = np.full((len(lists), most, 2, 2), -1, dtype=np.int64)
    smoothing = np.zeros((len(lists), most), dtype=np.float32)
    share = np.zeros((len(lists), most), dtype=np.float32)
    for row, pairs in enumerate(lists):
        for column, (chosen, rejected, epsilon) in enumerate(pairs):
            actions[row, column] = (chosen, rejected)
            smoothing[row, column] = epsilon if smoothed else 0.0
            share[row, column] = 1.0 / len(pairs)
    return actions, smoothing, share
