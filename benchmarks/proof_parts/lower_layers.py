"""Frozen lower layers: what comes out of them is computed once a window and kept."""

from __future__ import annotations

import numpy as np
import torch
from benchmarks.proof_parts.stack import Stack
from benchmarks.proof_parts.tokens import DeviceTokens, Ints
from torch import Tensor

WINDOWS_AT_ONCE = 32


class LowerLayers(DeviceTokens):
    """A set's tokens whose inputs hold what a reader's lower layers make of them.

    Args:
        tokens: of the set.
        reader: one member, none of its layers frozen.
        layers: how many are frozen, counted from below.
    """

    def __init__(self, tokens: DeviceTokens, reader: Stack, layers: int) -> None:
        self.host, self.device = tokens.host, tokens.device
        self._tokens, self._reader, self._layers = tokens, reader, layers
        self._kept: dict[int, Tensor] = {}

    def inputs(self, windows: Ints) -> dict[str, Tensor]:
        """Make model inputs, with ``hidden``. Shape: (members, batch, tokens, width)."""
        self._keep(windows)
        inputs = self._tokens.inputs(windows)
        width = self._kept[int(windows.flat[0])].shape[1]
        hidden = torch.zeros(
            *inputs["ids"].shape, width, dtype=self._reader.dtype, device=self.device
        )
        for place, window in np.ndenumerate(windows):
            of_window = self._kept[int(window)]
            hidden[place][: len(of_window)] = of_window
        return inputs | {"hidden": hidden}

    def _keep(self, windows: Ints) -> None:
        missing = np.array([w for w in np.unique(windows) if int(w) not in self._kept], dtype=int)
        missing = missing[np.argsort(self.host.length[missing], kind="stable")]
        for first in range(0, len(missing), WINDOWS_AT_ONCE):
            some = missing[first : first + WINDOWS_AT_ONCE]
            hidden = self._reader.lower(self._tokens.inputs(some[None]), self._layers)[0]
            for window, of_window in zip(some, hidden, strict=True):
                self._kept[int(window)] = of_window[: self.host.length[window]].clone()
