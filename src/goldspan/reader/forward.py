"""Running a span model over many windows: windows of like length together, batches side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch

from goldspan.reader.encoding import EncodedWindow
from goldspan.reader.padding import pad

# Tokens (padding included) of one forward pass. What a small batch computes stays in a CPU's
# cache, and many small batches share the cores evenly.
TOKENS_AT_ONCE = {"cpu": 1024, "cuda": 65_536}

Logits = tuple[torch.Tensor, torch.Tensor]


class Forward:
    """A model that reads windows.

    On a CPU as many batches are read side by side as torch has threads
    (``torch.set_num_threads``), each on one of them: threads that share one small batch wait for
    each other most of the time. A single batch gets all threads.

    Args:
        model: with a question-answering head, in evaluation mode.
        tokenizer: its tokenizer, for the padding token.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self._tokenizer = tokenizer

    def __call__(self, encoded: Sequence[EncodedWindow]) -> list[Logits]:
        """Return start and end logits of every window, float32 on the CPU, in their order.

        Each is as long as the window's batch; what stands behind the window is padding.
        """
        read: list[Logits | None] = [None] * len(encoded)
        batches = list(self._batches(encoded))

        def one(batch: list[int]) -> None:
            logits = self._run([encoded[each].features for each in batch])
            for place, found in zip(batch, logits, strict=True):
                read[place] = found

        _for_each(one, batches, self._side_by_side(len(batches)))
        return [logits for logits in read if logits is not None]

    def _side_by_side(self, batches: int) -> int:
        return min(batches, torch.get_num_threads()) if self.model.device.type == "cpu" else 1

    def _batches(self, encoded: Sequence[EncodedWindow]) -> Iterator[list[int]]:
        """Yield places in ``encoded``, longest first, each batch within the token limit."""
        limit = TOKENS_AT_ONCE.get(self.model.device.type, TOKENS_AT_ONCE["cuda"])
        order = sorted(range(len(encoded)), key=lambda each: -encoded[each].length)
        first = 0
        while first < len(order):
            size = max(1, limit // encoded[order[first]].length)
            yield order[first : first + size]
            first += size

    @torch.inference_mode()
    def _run(self, features: Sequence[dict[str, list[int]]]) -> list[Logits]:
        batch = pad(self._tokenizer, features)
        output = self.model(**{name: value.to(self.model.device) for name, value in batch.items()})
        starts, ends = output.start_logits.float().cpu(), output.end_logits.float().cpu()
        return list(zip(starts, ends, strict=True))


def _for_each(
    work: Callable[[list[int]], None], batches: Sequence[list[int]], side_by_side: int
) -> None:
    if side_by_side <= 1:
        for batch in batches:
            work(batch)
        return
    with _one_thread_each(), ThreadPoolExecutor(side_by_side, initializer=_use_one) as pool:
        for done in [pool.submit(work, batch) for batch in batches]:
            done.result()


def _use_one() -> None:
    torch.set_num_threads(1)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Give every operation one thread for a while: the setting is partly the process's."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)
