"""Linear layers whose weights oneDNN lays out once, for reading on a CPU.

torch hands float32 products to a library that lays the weights out anew for every batch, and on
processors that are not its maker's not in the best way. Values differ from the model's by rounding.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from goldspan.errors import InvalidInput

KNOWN = (torch.float32, torch.bfloat16)


class PackedLinear(nn.Module):
    """Computes what a linear layer does, for inference only.

    Args:
        linear: on the CPU, float32 or bfloat16; its weights are shared, and kept beside the packed
            ones because some models ask a layer for its dtype.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = linear.weight
        self.bias = linear.bias
        # torch's compiler uses these two operations; there is no public way to them.
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), None)

    def forward(self, values: Tensor) -> Tensor:
        """Shape: (..., in features) to (..., out features)."""
        found: Tensor = torch.ops.mkldnn._linear_pointwise(
            values, self._packed, self.bias, "none", [], ""
        )
        return found


def packed_copy(model: Any) -> Any:
    """Return a copy of a model with packed linear layers; all weights are shared with it.

    Args:
        model: on the CPU, in float32 or bfloat16.

    Raises:
        InvalidInput: if it is not, or this torch was built without oneDNN.
    """
    if (
        model.device.type != "cpu"
        or model.dtype not in KNOWN
        or not hasattr(torch.ops.mkldnn, "_linear_pointwise")
    ):
        raise InvalidInput(
            "packed=True is for a model in float32 or bfloat16 on a CPU, with a torch that has "
            f"oneDNN; found {model.dtype} on {model.device}. Leave it out",
            dtype=str(model.dtype),
            device=str(model.device),
        )
    made = copy.deepcopy(model, {id(each): each for each in model.parameters()})
    for parent in list(made.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear:
                setattr(parent, name, PackedLinear(child))
    return made
