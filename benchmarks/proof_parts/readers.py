"""The readers that places start from, and the tokens that they read."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from benchmarks.proof_parts import scoring
from benchmarks.proof_parts.lower_layers import LowerLayers
from benchmarks.proof_parts.options import Options
from benchmarks.proof_parts.stack import Stack, Weights, weights_of
from benchmarks.proof_parts.texts import Texts
from benchmarks.proof_parts.tokens import DeviceTokens, joined
from benchmarks.proof_parts.training import Recipe, Targets, sft
from safetensors.torch import load_file, save_file
from transformers import AutoModelForQuestionAnswering

BATCH = 16


class Readers:
    """First readers, trained on A when first asked for and kept on disk.

    Args:
        texts: the questions.
        pool: processes that hold the texts.
        options: how much is done.
        say: gets a line of progress.
        on_step: called after each step of a training.
    """

    def __init__(
        self,
        texts: Texts,
        pool: ProcessPoolExecutor,
        options: Options,
        say: Callable[[str], None],
        on_step: Callable[[], None],
    ) -> None:
        self._texts, self._pool, self._options = texts, pool, options
        self._say, self._on_step = say, on_step
        self._tokens: dict[str, DeviceTokens] = {}
        self._views: dict[tuple[str, str], DeviceTokens] = {}
        self._bases: dict[tuple[str, int], Weights] = {}
        loaded = AutoModelForQuestionAnswering.from_pretrained(str(options.model)).float().eval()
        self._config = loaded.config
        self._encoder = weights_of(loaded)
        self._check(loaded)

    def _check(self, loaded: torch.nn.Module) -> None:
        """Check the stack, with and without frozen layers, against transformers' own model."""
        options = self._options
        loaded.to(options.device)
        tokens = self.tokens("C")
        rows = np.arange(8)[None]
        stacks = [(self._stack([self._encoder], torch.float32), tokens)]
        if frozen := self._frozen:
            upper = self._stack([self._encoder], torch.float32, frozen)
            stacks.append((upper, LowerLayers(tokens, stacks[0][0], frozen)))
        torch.set_float32_matmul_precision("highest")
        inputs = tokens.inputs(rows)
        mask = inputs["mask"][0]
        worst = 0.0
        with torch.no_grad():
            theirs = loaded(
                input_ids=inputs["ids"][0],
                attention_mask=mask.long(),
                token_type_ids=inputs["second"][0].long(),
            )
            expected = torch.stack([theirs.start_logits, theirs.end_logits])
            for stack, view in stacks:
                ours = torch.stack(stack.logits(view.inputs(rows)))[:, 0]
                worst = max(worst, float((ours - expected)[:, mask].abs().max()))
        torch.set_float32_matmul_precision("high")
        self._say(f"stack against transformers: largest difference of a logit {worst:.1e}")
        if worst > 0.02:
            raise SystemExit(f"the stack computes other logits than transformers, by {worst}")

    @property
    def _frozen(self) -> int:
        trained = self._options.trained_layers
        return max(0, self._config.num_hidden_layers - trained) if trained else 0

    def tokens(self, name: str) -> DeviceTokens:
        """Return a set's tokens, encoded by the pool when first asked for."""
        if name not in self._tokens:
            began = time.monotonic()
            size = len(self._texts.sets[name])
            cuts = [*range(0, size, 1500), size]
            parts = [
                self._pool.submit(scoring.encoded, name, first, last)
                for first, last in itertools.pairwise(cuts)
                if first < last
            ]
            found = joined([part.result() for part in parts])
            self._tokens[name] = DeviceTokens(found, self._options.device)
            self._say(f"encoded {name}: {size} questions, {time.monotonic() - began:.1f} s")
        return self._tokens[name]

    def view(self, name: str, kind: str) -> DeviceTokens:
        """Return a set's tokens as the readers of a kind take them."""
        if not self._frozen:
            return self.tokens(name)
        if (name, kind) not in self._views:
            whole = self._stack([self._bases[kind, 0]], self._options.dtype)
            self._views[name, kind] = LowerLayers(self.tokens(name), whole, self._frozen)
        return self._views[name, kind]

    def _stack(self, members: Sequence[Weights], dtype: torch.dtype, frozen: int = 0) -> Stack:
        heads, eps = self._config.num_attention_heads, self._config.layer_norm_eps
        return Stack(members, heads, eps, dtype, self._options.device, frozen)

    def fresh(self, size: int) -> Stack:
        """Return so many readers that have learnt nothing yet."""
        return self._stack([self._fresh(0)] * size, self._options.dtype)

    def stack(self, kind: str, seeds: Sequence[int]) -> Stack:
        """Return the first readers of a kind, ready to be trained on judgements."""
        members = [self._bases[kind, self._options.base_of(seed)] for seed in seeds]
        return self._stack(members, self._options.dtype, self._frozen)

    def prepare(self, kind: str, seeds: Iterable[int]) -> None:
        """Have the first readers of a kind: from memory, from disk, or by SFT on A in one stack."""
        wanted = sorted({self._options.base_of(seed) for seed in seeds})
        for number in wanted:
            path = self._path(kind, number)
            if (kind, number) not in self._bases and path.is_file():
                self._bases[kind, number] = load_file(path, str(self._options.device))
        if self._options.first_reader:
            model = self._options.first_reader / "model"
            loaded = AutoModelForQuestionAnswering.from_pretrained(str(model))
            self._bases[kind, 0] = weights_of(loaded)
        missing = [number for number in wanted if (kind, number) not in self._bases]
        if missing:
            self._train(kind, missing)

    def _path(self, kind: str, number: int) -> Path:
        size, passes = self._amount(kind)
        return self._options.out / "readers" / f"{kind}-{size}x{passes}-{number}.safetensors"

    def _amount(self, kind: str) -> tuple[int, int]:
        options = self._options
        if kind == "strong":
            return options.strong_questions, options.strong_passes
        return options.base_questions, 1

    def _train(self, kind: str, numbers: Sequence[int]) -> None:
        began = time.monotonic()
        amount, passes = self._amount(kind)
        targets = [self._targets(kind, number, amount) for number in numbers]
        stack = self._stack([self._fresh(number) for number in numbers], self._options.dtype)
        size = max(len(each.windows) for each in targets)
        sft(
            stack,
            self.tokens("A"),
            targets,
            [Recipe(3e-4)] * len(numbers),
            size=size,
            passes=passes,
            batch=32 if kind == "strong" else BATCH,
            seeds=numbers,
            on_step=self._on_step,
        )
        for member, number in enumerate(numbers):
            self._bases[kind, number] = stack.member(member)
            path = self._path(kind, number)
            path.parent.mkdir(exist_ok=True)
            save_file(self._bases[kind, number], path)
        self._say(f"{kind} readers: {len(numbers)} x {size} rows, {time.monotonic() - began:.1f} s")

    def _fresh(self, seed: int) -> Weights:
        draw = torch.Generator().manual_seed(seed)
        head = torch.empty_like(self._encoder["head.weight"]).normal_(0, 0.02, generator=draw)
        zero = torch.zeros_like(self._encoder["head.bias"])
        return {**self._encoder, "head.weight": head, "head.bias": zero}

    def _targets(self, kind: str, seed: int, size: int) -> Targets:
        host = self.tokens("A").host
        of_a = self._texts.sets["A"]
        answerable = [i for i, d in enumerate(of_a) if d.answers and host.home[i] >= 0]
        others = [i for i, d in enumerate(of_a) if not d.answers and host.home[i] >= 0]
        draw = random.Random(f"base {kind} {seed}")
        rows = draw.sample(answerable, min(size, len(answerable)))
        if kind == "abstaining":
            rows += draw.sample(others, min(size // 2, len(others)))
        return Targets(host.home[rows], host.start[rows], host.end[rows])
