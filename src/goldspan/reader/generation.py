"""Generation with a causal language model that stays loaded: batches of prompts in, texts out.

Knows token ids and probabilities; nothing of questions, passages or templates.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList


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
        batch_size: prompts in one batch at most.
    """

    def __init__(self, model: Any, tokenizer: Any, max_new_tokens: int, batch_size: int) -> None:
        self.model = model.eval()
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
        for batch in self._batches([len(prompt) for prompt in prompts]):
            recorder = _GreedyLogps()
            rows = self._generate([prompts[i] for i in batch], recorder=recorder, do_sample=False)
            logps = torch.stack(recorder.steps, dim=1).cpu()
            for place, row, steps in zip(batch, rows, logps, strict=True):
                ids, end = self._cut(row)
                logp = float(steps[: len(ids) + len(end)].double().sum())
                done[place] = Completion(ids, logp, bool(end))
            if on_batch is not None:
                on_batch(batch)
        return [one for one in done if one is not None]

    def beams(self, prompt: Sequence[int], width: int) -> list[Completion]:
        """Return the ``width`` likeliest completions that a beam search finds, best first."""
        rows = self._generate(
            [prompt], do_sample=False, num_beams=width, num_return_sequences=width
        )
        return self._scored(prompt, rows)

    def samples(
        self, prompt: Sequence[int], count: int, *, temperature: float, seed: int
    ) -> list[Completion]:
        """Draw completions; the global random state is left alone."""
        device = self.model.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            torch.manual_seed(seed)
            rows = self._generate(
                [prompt],
                do_sample=True,
                temperature=temperature,
                top_k=0,
                top_p=0.95,
                num_return_sequences=count,
            )
        return self._scored(prompt, rows)

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
        for batch in self._batches([len(row) for row in rows]):
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

    def _scored(self, prompt: Sequence[int], rows: torch.Tensor) -> list[Completion]:
        """Return distinct completions, those that ended first, the likeliest of them first."""
        cut = list(dict.fromkeys(self._cut(row) for row in rows))
        logps = self.logps([prompt] * len(cut), [[*ids, *end] for ids, end in cut])
        scored = [
            Completion(ids, logp, bool(end)) for (ids, end), logp in zip(cut, logps, strict=True)
        ]
        return sorted(scored, key=lambda one: (not one.stopped, -one.logp))

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

    def _cut(self, row: torch.Tensor) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return a completion's ids before its end, and the end token or nothing."""
        ids = tuple(row.tolist())
        for place, token in enumerate(ids):
            if token in self._end_ids:
                return ids[:place], ids[place : place + 1]
        return ids, ()

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield places, longest first: like lengths together waste little padding."""
        order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
        for first in range(0, len(order), self.batch_size):
            yield order[first : first + self.batch_size]


def _as_list(ids: int | Sequence[int] | None) -> list[int]:
    if ids is None:
        return []
    return [ids] if isinstance(ids, int) else list(ids)
