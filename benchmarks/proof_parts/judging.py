"""Places' questions, judged by simulated annotators."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from benchmarks.proof_parts import scoring
from benchmarks.proof_parts.annotators import Judged
from benchmarks.proof_parts.options import Options
from benchmarks.proof_parts.plan import PLACES, POOL, Place, sizes
from benchmarks.proof_parts.readers import Readers
from benchmarks.proof_parts.reading import Spans, read
from benchmarks.proof_parts.scoring import Proposals
from benchmarks.proof_parts.texts import Texts
from benchmarks.proof_parts.tokens import Ints

SPANS_KEPT = 40
NONE = (-1, -1)
Work = list["Future[list[tuple[Judged, str]]]"]


@dataclass
class Material:
    """A place's judgements for one seed, in the order in which they are made.

    Args:
        windows: window of each judged question.
        judged: what came of it.
        liked: by set, of each question the text that such annotators choose among the first
            reader's proposals, None where they take none. Only where taste is measured.
    """

    windows: Ints
    judged: list[Judged]
    liked: dict[str, list[str | None]] = field(default_factory=dict)


class Judging:
    """Has questions judged and keeps what came of it.

    Args:
        texts: the questions.
        pool: processes that hold the texts.
        options: how much is done.
        readers: whose proposals are judged.
        say: gets a line of progress.
    """

    def __init__(
        self,
        texts: Texts,
        pool: ProcessPoolExecutor,
        options: Options,
        readers: Readers,
        say: Callable[[str], None],
    ) -> None:
        self._texts, self._pool, self._options = texts, pool, options
        self._readers, self._say = readers, say
        self._materials: dict[tuple[str, int], Material] = {}
        self._liked: dict[tuple[str, str, int], list[str | None]] = {}

    def of(self, name: str, seed: int) -> Material:
        """Return a place's judgements for a seed."""
        return self._materials[name, seed]

    def usable(self, set_name: str) -> Ints:
        """Return a set's questions of one window whose answer has a place."""
        host = self._readers.tokens(set_name).host
        return np.flatnonzero((host.home >= 0) & (host.windows == 1))

    def prepare(self, name: str, seeds: Sequence[int]) -> None:
        """Have a place's questions judged, for every seed that lacks it."""
        missing = [seed for seed in seeds if (name, seed) not in self._materials]
        if not missing:
            return
        began = time.monotonic()
        place = PLACES[name]
        # Frozen layers' outputs are kept by window: nothing is gained by reading together.
        groups = [[seed] for seed in missing] if self._options.trained_layers else [missing]
        for group in groups:
            self._judged(name, place, group)
            if place.metric == "style":
                self._like(name, place, group)
        self._say(f"{name}: judged, {time.monotonic() - began:.1f} s")

    def _judged(self, name: str, place: Place, seeds: Sequence[int]) -> None:
        judged = place.sets[0]
        usable = self.usable(judged)
        most = max(sizes(place, self._options, len(usable)))
        pool = min(most if place.order == "random" else POOL, len(usable))
        questions = np.stack(
            [random.Random(f"pool {seed}").sample(list(usable), pool) for seed in seeds]
        )
        spans = self._proposed(judged, place, seeds, questions)
        work: list[tuple[Ints, Work]] = []
        for member, seed in enumerate(seeds):
            order = np.arange(pool)
            if place.order != "random":
                order = np.argsort(-_unsure(spans, member, place.order), kind="stable")
            asked = questions[member, order[:most]]
            work.append((asked, self._judge(judged, place, seed, asked, spans, member, order)))
        for seed, (asked, futures) in zip(seeds, work, strict=True):
            found = [one for future in futures for one, _ in future.result()]
            home = self._readers.tokens(judged).host.home[asked]
            self._materials[name, seed] = Material(home, found)

    def _like(self, name: str, place: Place, seeds: Sequence[int]) -> None:
        """Ask the same annotators which proposals for the other two sets they like."""
        for set_name in place.sets[1:]:
            base_of = self._options.base_of
            missing = [s for s in seeds if (name, set_name, base_of(s)) not in self._liked]
            if missing:
                asked = self.usable(set_name)
                questions = np.broadcast_to(asked, (len(missing), len(asked)))
                spans = self._proposed(set_name, place, missing, questions)
            for member, seed in enumerate(missing):
                order = np.arange(len(asked))
                futures = self._judge(set_name, place, seed, asked, spans, member, order)
                texts = [text for future in futures for _, text in future.result()]
                liked: list[str | None] = [None] * len(self._texts.sets[set_name])
                for question, text in zip(asked, texts, strict=True):
                    liked[question] = text or None
                self._liked[name, set_name, base_of(seed)] = liked
            for seed in seeds:
                found = self._liked[name, set_name, base_of(seed)]
                self._materials[name, seed].liked[set_name] = found

    def _proposed(
        self, set_name: str, place: Place, seeds: Sequence[int], questions: Ints
    ) -> Spans:
        tokens = self._readers.view(set_name, place.base)
        stack = self._readers.stack(place.base, seeds)
        return read(stack, tokens, tokens.host.home[questions], SPANS_KEPT)

    def _judge(
        self,
        set_name: str,
        place: Place,
        seed: int,
        asked: Ints,
        spans: Spans,
        member: int,
        order: Ints,
    ) -> Work:
        host = self._readers.tokens(set_name).host
        order = order[: len(asked)]
        first, last = spans.first[member, order], spans.last[member, order]
        window = np.broadcast_to(host.home[asked][:, None], first.shape)
        start, end = host.place(window, first, last)
        texts = self._texts.sets[set_name]
        gold = np.array(
            [(host.start[q], host.end[q]) if texts[q].answers else NONE for q in asked]
        ).reshape(-1, 2)
        futures = []
        for at in range(0, len(asked), 500):
            some = slice(at, at + 500)
            proposals = Proposals(
                asked[some], first[some], last[some], start[some], end[some], gold[some]
            )
            futures.append(self._pool.submit(scoring.judged, set_name, proposals, place, seed))
        return futures


def _unsure(spans: Any, member: int, order: str) -> np.ndarray:
    """Return how unsure a reader is of each question, higher first."""
    score, total = spans.score[member], spans.total[member]
    if order == "gap":
        found: np.ndarray = score[:, 1] - score[:, 0]
        return found
    lowest: np.ndarray = total - score[:, 0]
    return lowest
