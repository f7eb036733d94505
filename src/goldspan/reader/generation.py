"""Generation with a causal language model that stays loaded: batches of prompts in, texts out.

Knows token ids and probabilities; nothing of questions, passages or templates. Where the model
allows it, what prompts begin with is read once (``tree_generation``); else each is read whole.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import (
    GenerationConfig,
    LogitsProcessor,
    LogitsProcessorList,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)

from goldspan.reader.prefix_tree import alike
from goldspan.reader.tree_generation import Choose, Continuation, score, shares_reading, write

TOP_P = 0.95
"""Samples are drawn from the likeliest tokens that have this probability together."""
TOKENS_FOR_A_PROMPT = 256
"""Where prefixes are shared, a batch has this many tokens for each prompt of ``batch_size``."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote after a prompt.

    Args:
        ids: token ids, the end token left out.
        logp: natural logarithm of the completion's probability, its end included.
        stopped: whether the model ended it, rather than the limit on new tokens.
    """

    ids: tuple[int, ...]
    logp: float
    stopped: bool


class _GreedyLogps(LogitsProcessor):
    """Keeps, of every step, the log-probability of the likeliest token: the one that is taken."""

    def __init__(self) -> None:
        self.steps: list[torch.Tensor] = []

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Look on; the scores go through unchanged."""
        self.steps.append(scores.float().log_softmax(-1).amax(-1))
        return scores


class Generator:
    """Completes prompts.

    Args:
        model: a causal language model; it is put into evaluation mode, and its own generation
            defaults (sampling, least lengths, penalties) are set aside.
        tokenizer: its tokenizer, with an end token.
        max_new_tokens: tokens of a completion at most, the end token included.
        batch_size: prompts in one batch at most; more where they share what they begin with.
    """

    def __init__(self, model: Any, tokenizer: Any, max_new_tokens: int, batch_size: int) -> None:
        self.model = model.eval()
        self._shares = shares_reading(model)
        self.max_new_tokens = max_new_tokens
        self.batch_size = batch_size
        eos = tokenizer.eos_token_id
        pad = tokenizer.pad_token_id
        self._end_ids = sorted({eos, *_as_list(model.generation_config.eos_token_id)})
        # Padding is masked wherever it stands, so that a tokenizer without it can use the end.
        self._pad_id = eos if pad is None else pad
        model.generation_config = GenerationConfig(
            eos_token_id=eos, pad_token_id=pad, bos_token_id=tokenizer.bos_token_id
        )

    def greedy(
        self,
        prompts: Sequence[Sequence[int]],
        on_batch: Callable[[Sequence[int]], None] | None = None,
    ) -> list[Completion]:
        """Complete each prompt with the likeliest token at every step.

        Args:
            prompts: token ids, each prompt with at least one.
            on_batch: called after each batch with the places in ``prompts`` that it held.
        """
        done: list[Completion | None] = [None] * len(prompts)
        for batch in self._batches(prompts):
            some = [prompts[i] for i in batch]
            found = self._greedy_shared(some) if self._shares else self._greedy_apart(some)
            for place, completion in zip(batch, found, strict=True):
                done[place] = completion
            if on_batch is not None:
                on_batch(batch)
        return [one for one in done if one is not None]

    def _greedy_shared(self, prompts: Sequence[Sequence[int]]) -> list[Completion]:
        written = self._write(prompts, 1, _likeliest)
        completions = []
        for (one,) in written:
            ids, end = self._cut(one.ids)
            completions.append(Completion(ids, one.logp, bool(end)))
        return completions

    def _greedy_apart(self, prompts: Sequence[Sequence[int]]) -> list[Completion]:
        recorder = _GreedyLogps()
        rows = self._generate(prompts, recorder=recorder, do_sample=False)
        completions = []
        for row, steps in zip(rows, torch.stack(recorder.steps, dim=1).cpu(), strict=True):
            ids, end = self._cut(row.tolist())
            logp = float(steps[: len(ids) + len(end)].double().sum())
            completions.append(Completion(ids, logp, bool(end)))
        return completions

    def beams(self, prompt: Sequence[int], width: int) -> list[Completion]:
        """Return the ``width`` likeliest completions that a beam search finds, best first."""
        rows = self._generate(
            [prompt], do_sample=False, num_beams=width, num_return_sequences=width
        )
        return self._scored([prompt], [rows.tolist()])[0]

    def samples(
        self,
        prompts: Sequence[Sequence[int]],
        count: int,
        *,
        temperature: float,
        seeds: Sequence[int],
    ) -> list[list[Completion]]:
        """Draw ``count`` completions after each prompt; the distinct ones are returned.

        Args:
            prompts: token ids.
            count: completions drawn after each.
            temperature: above 1 draws unlikely tokens more often.
            seeds: fixes what is drawn after each prompt, whatever the others are; the global
                random state is left alone.
        """
        drawn: list[list[Sequence[int]]] = [[] for _ in prompts]
        if self._shares:
            for batch in self._batches(prompts):
                choose = _Sampling(temperature, [seeds[i] for i in batch], self.model.device)
                written = self._write([prompts[i] for i in batch], count, choose)
                for place, some in zip(batch, written, strict=True):
                    drawn[place] = [one.ids for one in some]
        else:
            for place, (prompt, seed) in enumerate(zip(prompts, seeds, strict=True)):
                drawn[place] = self._samples_apart(prompt, count, temperature, seed)
        return self._scored(prompts, drawn)

    def _samples_apart(
        self, prompt: Sequence[int], count: int, temperature: float, seed: int
    ) -> list[Sequence[int]]:
        device = self.model.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(seed)
            rows = self._generate(
                [prompt],
                do_sample=True,
                temperature=temperature,
                top_k=0,
                top_p=TOP_P,
                num_return_sequences=count,
            )
        return list(rows.tolist())

    @torch.inference_mode()
    def logps(
        self, prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[int]]
    ) -> list[float]:
        """Return the log-probability (nats) of each completion after its prompt.

        Args:
            prompts: token ids.
            completions: token ids, the end token included where it is to count.
        """
        found = [0.0] * len(prompts)
        rows = [[*p, *c] for p, c in zip(prompts, completions, strict=True)]
        for batch in self._batches(rows):
            if self._shares:
                some = [prompts[i] for i in batch], [completions[i] for i in batch]
                for place, logp in zip(batch, score(self.model, *some), strict=True):
                    found[place] = logp
                continue
            # Padding on the right keeps every token at its own position, whatever the model.
            ids, mask = self._padded([rows[i] for i in batch], side="right")
            # The logits at position t foretell token t + 1: none before a prompt's last matter.
            first_kept = min(len(prompts[i]) for i in batch) - 1
            logits = self._logits(ids, mask, ids.shape[1] - first_kept)
            for line, place in enumerate(batch):
                first, last = len(prompts[place]), len(rows[place])
                kept = slice(first - 1 - first_kept, last - 1 - first_kept)
                table = logits[line, kept].float().log_softmax(-1)
                chosen = ids[line, first:last].unsqueeze(-1)
                found[place] = float(table.gather(-1, chosen).double().sum())
        return found

    def _scored(
        self, prompts: Sequence[Sequence[int]], drawn: Sequence[Sequence[Sequence[int]]]
    ) -> list[list[Completion]]:
        """Return distinct completions, those that ended first, the likeliest of them first."""
        cut = [list(dict.fromkeys(self._cut(ids) for ids in some)) for some in drawn]
        asked = [prompt for prompt, some in zip(prompts, cut, strict=True) for _ in some]
        said = [[*ids, *end] for some in cut for ids, end in some]
        logps = iter(self.logps(asked, said))
        return [
            sorted(
                (Completion(ids, next(logps), bool(end)) for ids, end in some),
                key=lambda one: (not one.stopped, -one.logp),
            )
            for some in cut
        ]

    def _write(
        self, prompts: Sequence[Sequence[int]], copies: int, choose: Choose
    ) -> list[list[Continuation]]:
        return write(
            self.model,
            prompts,
            copies,
            choose,
            max_new_tokens=self.max_new_tokens,
            end_ids=self._end_ids,
        )

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor, keep: int) -> torch.Tensor:
        """Return the logits of the last ``keep`` positions. Shape: (batch, keep, vocabulary)."""
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "use_cache": False}
        if "logits_to_keep" in inspect.signature(self.model.forward).parameters:
            inputs["logits_to_keep"] = keep
        logits: torch.Tensor = self.model(**inputs).logits
        return logits[:, -keep:]

    @torch.inference_mode()
    def _generate(
        self,
        prompts: Sequence[Sequence[int]],
        recorder: LogitsProcessor | None = None,
        **how: Any,
    ) -> torch.Tensor:
        """Return the new tokens, one row a completion, filled up with padding."""
        ids, mask = self._padded(prompts, side="left")
        config = GenerationConfig(
            max_new_tokens=self.max_new_tokens,
            eos_token_id=self._end_ids,
            pad_token_id=self._pad_id,
            **how,
        )
        output = self.model.generate(
            input_ids=ids,
            attention_mask=mask,
            generation_config=config,
            logits_processor=LogitsProcessorList([recorder] if recorder else []),
        )
        new: torch.Tensor = output[:, ids.shape[1] :]
        return new.cpu()

    def _padded(
        self, rows: Sequence[Sequence[int]], side: str
    ) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(row) for row in rows)
        ids = torch.full((len(rows), longest), self._pad_id)
        mask = torch.zeros_like(ids)
        for line, row in enumerate(rows):
            place = slice(longest - len(row), None) if side == "left" else slice(None, len(row))
            ids[line, place] = torch.tensor(row)
            mask[line, place] = 1
        return ids.to(self.model.device), mask.to(self.model.device)

    def _cut(self, ids: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return a completion's ids before its end, and the end token or nothing."""
        for place, token in enumerate(ids):
            if token in self._end_ids:
                return tuple(ids[:place]), tuple(ids[place : place + 1])
        return tuple(ids), ()

    def _batches(self, rows: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        """Yield places of rows that are read together.

        Where prefixes are shared, rows that begin alike; else the longest first, as like lengths
        waste little padding.
        """
        if self._shares:
            yield from alike(rows, self.batch_size * TOKENS_FOR_A_PROMPT)
            return
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        for first in range(0, len(order), self.batch_size):
            yield order[first : first + self.batch_size]


class _Sampling:
    """Draws tokens; what is drawn after a prompt depends on its seed alone."""

    def __init__(self, temperature: float, seeds: Sequence[int], device: torch.device) -> None:
        self._warp = LogitsProcessorList(
            [TemperatureLogitsWarper(temperature), TopPLogitsWarper(TOP_P)]
        )
        self._draws = [torch.Generator(device).manual_seed(seed) for seed in seeds]

    def __call__(
        self, logits: torch.Tensor, prompts: Sequence[int]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        nothing = torch.empty(len(prompts), 0, dtype=torch.long, device=logits.device)
        probabilities = self._warp(nothing, logits.float()).softmax(-1)
        tokens = torch.empty(len(prompts), dtype=torch.long, device=logits.device)
        for prompt in dict.fromkeys(prompts):
            mine = [place for place, one in enumerate(prompts) if one == prompt]
            draw = self._draws[prompt]
            tokens[mine] = probabilities[mine].multinomial(1, generator=draw)[:, 0]
        return tokens, probabilities.gather(-1, tokens[:, None])[:, 0].log()


def _likeliest(logits: torch.Tensor, _prompts: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
    logps, tokens = logits.float().log_softmax(-1).max(-1)
    return tokens, logps


def _as_list(ids: int | Sequence[int] | None) -> list[int]:
    if ids is None:
        return []
    return [ids] if isinstance(ids, int) else list(ids)
