"""Many BERT readers trained at once: their weights stacked, one batched matrix product for all.

A reader of 22 million weights leaves a GPU idle most of the time. Here every weight has a leading
dimension of members (seeds, arms, settings); each member has its own rows, loss and learning rate.
Equal to transformers' ``BertForQuestionAnswering`` without dropout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

Weights = dict[str, Tensor]


def weights_of(model: Any) -> Weights:
    """Return a ``BertForQuestionAnswering``'s weights; queries, keys and values are one."""
    state = {name: value.detach().float() for name, value in model.state_dict().items()}
    ours = {
        "words": state["bert.embeddings.word_embeddings.weight"],
        "positions": state["bert.embeddings.position_embeddings.weight"],
        "kinds": state["bert.embeddings.token_type_embeddings.weight"],
        "norm.weight": state["bert.embeddings.LayerNorm.weight"],
        "norm.bias": state["bert.embeddings.LayerNorm.bias"],
        "head.weight": state["qa_outputs.weight"],
        "head.bias": state["qa_outputs.bias"],
    }
    parts = {
        "out": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for layer in range(model.config.num_hidden_layers):
        there = f"bert.encoder.layer.{layer}."
        for kind in ("weight", "bias"):
            ours[f"{layer}.qkv.{kind}"] = torch.cat(
                [state[f"{there}attention.self.{n}.{kind}"] for n in ("query", "key", "value")]
            )
            for name, theirs in parts.items():
                ours[f"{layer}.{name}.{kind}"] = state[f"{there}{theirs}.{kind}"]
    return ours


class Stack:
    """Readers side by side.

    Args:
        members: each member's weights, by ``weights_of``'s names.
        heads: attention heads.
        eps: of the layer norms.
        dtype: in which the layers compute; weights are float32.
        device: of torch.
        frozen: layers, counted from below, that are not trained; ``logits`` then wants their
            output among its inputs (see ``LowerLayers``).
    """

    def __init__(
        self,
        members: Sequence[Weights],
        heads: int,
        eps: float,
        dtype: torch.dtype,
        device: torch.device,
        frozen: int = 0,
    ) -> None:
        self.size, self.dtype = len(members), dtype
        self._heads, self._eps, self._device, self._frozen = heads, eps, device, frozen
        self._layers = sum(name.endswith("qkv.bias") for name in members[0])
        self._shapes = {
            name: value.shape for name, value in members[0].items() if not _lies_in(name, frozen)
        }
        small = [name for name in self._shapes if name != "words"]
        total = sum(members[0][name].numel() for name in small)
        # One row a member, so that the optimiser sees two tensors a member, not a hundred.
        self._flat = torch.empty(self.size, total, device=device)
        self._grad = torch.zeros_like(self._flat)
        self.weights: Weights = {}
        if not frozen:
            words = torch.stack([member["words"].to(device) for member in members])
            self.weights["words"] = words.requires_grad_()
        at = 0
        for name in small:
            size = members[0][name].numel()
            shape = (self.size, *self._shapes[name])
            for row, member in enumerate(members):
                self._flat[row, at : at + size] = member[name].to(device).flatten()
            leaf = self._flat[:, at : at + size].view(shape).detach().requires_grad_()
            leaf.grad = self._grad[:, at : at + size].view(shape)
            self.weights[name] = leaf
            at += size

    def member(self, number: int) -> Weights:
        """Return one member's weights, copied."""
        return {name: value[number].detach().clone() for name, value in self.weights.items()}

    def logits(self, inputs: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Return start and end logits.

        Args:
            inputs: as ``DeviceTokens.inputs`` makes them; a leading dimension of 1 is read by
                all members. With frozen layers also ``hidden``, what comes out of them.

        Returns:
            Shape: (members, batch, tokens), each, float32.
        """
        _, batch, length = inputs["ids"].shape
        if self._frozen:
            x = inputs["hidden"].expand(self.size, -1, -1, -1).to(self.dtype).flatten(1, 2)
        else:
            x = self._embedded(inputs)
        x = self._through(x, inputs["mask"], range(self._frozen, self._layers))
        w = self.weights
        hidden = torch.baddbmm(w["head.bias"][:, None], x.float(), w["head.weight"].transpose(1, 2))
        start, end = hidden.view(self.size, batch, length, 2).unbind(-1)
        return start, end

    def lower(self, inputs: Mapping[str, Tensor], layers: int) -> Tensor:
        """Return what comes out of the first layers. Shape: (members, batch, tokens, width)."""
        with torch.no_grad():
            x = self._through(self._embedded(inputs), inputs["mask"], range(layers))
        return x.view(self.size, *inputs["ids"].shape[1:], -1)

    def _embedded(self, inputs: Mapping[str, Tensor]) -> Tensor:
        ids, second = (inputs[name].expand(self.size, -1, -1) for name in ("ids", "second"))
        w = self.weights
        vocabulary, width = self._shapes["words"]
        shift = torch.arange(self.size, device=ids.device)[:, None, None] * vocabulary
        x = functional.embedding(ids + shift, w["words"].view(-1, width))
        kinds = w["kinds"]
        x = x + w["positions"][:, None, : ids.shape[2]] + kinds[:, None, None, 0]
        x = x + second[..., None] * (kinds[:, 1] - kinds[:, 0])[:, None, None]
        return self._norm(x.to(self.dtype).flatten(1, 2), "norm")

    def _through(self, x: Tensor, mask: Tensor, layers: Iterable[int]) -> Tensor:
        _, batch, length = mask.shape
        rows = self.size * batch
        mask = mask.expand(self.size, -1, -1).reshape(rows, 1, 1, length)
        # Added, not boolean: of a boolean mask a copy is made for every head and query.
        seen = torch.zeros(rows, 1, 1, length, dtype=self._attention_dtype, device=x.device)
        seen = seen.masked_fill(~mask, float("-inf"))
        for layer in layers:
            x = self._layer(x, str(layer), seen, batch)
        return x

    @property
    def _attention_dtype(self) -> torch.dtype:
        # On a CPU, the backward pass of attention in bfloat16 takes three times that in float32.
        return torch.float32 if self._device.type == "cpu" else self.dtype

    def _layer(self, x: Tensor, layer: str, seen: Tensor, batch: int) -> Tensor:
        members, tokens, width = x.shape
        heads, rows, length = self._heads, members * batch, tokens // batch
        qkv = self._linear(x, f"{layer}.qkv").view(rows, length, 3, heads, width // heads)
        query, key, value = (
            each.transpose(1, 2).to(self._attention_dtype) for each in qkv.unbind(2)
        )
        found = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        found = found.transpose(1, 2).reshape(members, tokens, width).to(self.dtype)
        x = self._norm(x + self._linear(found, f"{layer}.out"), f"{layer}.norm1")
        up = functional.gelu(self._linear(x, f"{layer}.up"))
        return self._norm(x + self._linear(up, f"{layer}.down"), f"{layer}.norm2")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        weight = self.weights[f"{name}.weight"].to(self.dtype)
        bias = self.weights[f"{name}.bias"].to(self.dtype)
        return torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight = self.weights[f"{name}.weight"].to(self.dtype)[:, None]
        bias = self.weights[f"{name}.bias"].to(self.dtype)[:, None]
        return torch.addcmul(bias, functional.layer_norm(x, x.shape[-1:], eps=self._eps), weight)


def _lies_in(name: str, frozen: int) -> bool:
    """Return whether a weight is of the embeddings or of one of the frozen layers."""
    layer = name.partition(".")[0]
    return int(layer) < frozen if layer.isdigit() else frozen > 0 and layer != "head"


class Steps:
    """AdamW with warm-up and linear decay, a learning rate and a clipped gradient for each member.

    Args:
        stack: what is trained.
        learning_rates: each member's peak.
        total: steps in all.
        warmup: share of the steps in which the learning rate rises.
        max_norm: gradients are scaled down to this norm.
    """

    def __init__(
        self,
        stack: Stack,
        learning_rates: Sequence[float],
        total: int,
        warmup: float = 0.06,
        max_norm: float = 1.0,
    ) -> None:
        self._stack, self._peaks, self._total, self._max_norm = (
            stack,
            learning_rates,
            total,
            max_norm,
        )
        self._warm = max(1, math.ceil(warmup * total))
        self._done = 0
        self._words = stack.weights.get("words")
        trained = [stack._flat] if self._words is None else [stack._flat, self._words.detach()]
        self._parameters = [
            [torch.nn.Parameter(each[member]) for each in trained] for member in range(stack.size)
        ]
        self._optimiser = torch.optim.AdamW(
            [{"params": each} for each in self._parameters], lr=1.0, weight_decay=0.0, fused=True
        )

    def step(self, losses: Tensor) -> None:
        """Take one step down the members' losses. Shape: (members,)."""
        losses.sum().backward()  # type: ignore[no-untyped-call]
        gradients = [self._stack._grad]
        if self._words is not None:
            assert self._words.grad is not None
            gradients.append(self._words.grad)
        squares = torch.stack([each.flatten(1).square().sum(1) for each in gradients]).sum(0)
        scale = (self._max_norm / (squares.sqrt() + 1e-6)).clamp(max=1.0)
        rising = (self._done + 1) / self._warm
        falling = (self._total - self._done) / max(1, self._total - self._warm)
        factor = min(1.0, rising, falling)
        for each in gradients:
            each *= scale.view(-1, *[1] * (each.ndim - 1))
        groups = zip(self._optimiser.param_groups, self._parameters, self._peaks, strict=True)
        for number, (group, parameters, peak) in enumerate(groups):
            group["lr"] = peak * factor
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient[number]
        self._optimiser.step()
        if self._words is not None:
            self._words.grad = None
        self._stack._grad.zero_()
        self._done += 1
