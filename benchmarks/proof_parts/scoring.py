"""Work for the processors beside the GPU: encoding, judging, scoring. Runs in forked processes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.proof_parts.annotators import Candidate, Ends, Judged, distinct, judge
from benchmarks.proof_parts.plan import Place
from benchmarks.proof_parts.texts import Texts
from benchmarks.proof_parts.tokens import Ints, Tokens, encode

from goldspan.domain.normalise import normalise_answer
from goldspan.domain.squad_version import version_for
from goldspan.evaluation.squad import exact_match, token_f1
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.model_folder import load_tokenizer
from goldspan.reader.span_config import SpanReaderConfig

_texts: Texts
_encoder: SpanEncoder


def prepare(texts: Texts, model: Path) -> None:
    """Give the processes to come the texts; called before they are forked."""
    global _texts, _encoder
    _texts = texts
    _encoder = SpanEncoder(load_tokenizer(str(model)), SpanReaderConfig())


def encoded(name: str, first: int, last: int) -> Tokens:
    """Encode a piece of a set."""
    return encode(_texts.sets[name][first:last], _encoder)


@dataclass(frozen=True)
class Proposals:
    """What one reader proposes for questions of a set.

    Args:
        questions: their numbers.
        first: input indices of spans' first tokens, best first. Shape: (questions, spans)
        last: of their last tokens.
        start: their first characters.
        end: the characters after them.
        gold: input indices of the gold answer, (-1, -1) where there is none. Shape: (q, 2)
    """

    questions: Ints
    first: Ints
    last: Ints
    start: Ints
    end: Ints
    gold: Ints


def judged(name: str, proposals: Proposals, place: Place, seed: int) -> list[tuple[Judged, str]]:
    """Let annotators judge; with each judgement the text of the choice, "" for none."""
    made = []
    none = place.base == "abstaining"
    for row, number in enumerate(proposals.questions):
        d = _texts.sets[name][number]
        spans = [
            (int(start), int(end), (int(first), int(last)))
            for start, end, first, last in zip(
                proposals.start[row],
                proposals.end[row],
                proposals.first[row],
                proposals.last[row],
                strict=True,
            )
        ]
        candidates = distinct(d.context, spans, place.among or place.k, place.k if none else None)
        if place.among:
            draw = random.Random(f"candidates {seed} {d.id}")
            candidates = draw.sample(candidates, min(place.k, len(candidates)))
        gold: Ends = (int(proposals.gold[row, 0]), int(proposals.gold[row, 1]))
        found = judge(d, gold, candidates, place.kind, seed)
        made.append((found, _chosen_text(candidates, found)))
    return made


def _chosen_text(candidates: Sequence[Candidate], found: Judged) -> str:
    return next((c.answer.text for c in candidates if c.place == found.chosen), "")


@lru_cache(maxsize=2_000_000)
def _score(name: str, number: int, start: int, end: int) -> tuple[float, float]:
    d = _texts.sets[name][number]
    golds, said = list(d.gold_texts) if d.answers else [], d.context[start:end]
    version = version_for(_texts.sets[name][number : number + 1])
    return exact_match(said, golds, version), token_f1(said, golds, version)


def scored(name: str, start: Ints, end: Ints, liked: Sequence[str | None] | None) -> dict[str, Any]:
    """Score one answer a question.

    Args:
        name: of the set; all its questions.
        start: first characters.
        end: characters after the last.
        liked: of each question the text that annotators chose, None where they chose none;
            None where taste is not measured.

    Returns:
        ``em`` and ``f1`` of each question, 0 to 1, and ``style`` if taste is measured: whether
        the answer is the liked one, NaN where there is none.
    """
    both = np.array(
        [_score(name, i, int(s), int(e)) for i, (s, e) in enumerate(zip(start, end, strict=True))]
    )
    found = {"em": both[:, 0].astype(np.float32), "f1": both[:, 1].astype(np.float32)}
    if liked is not None:
        found["style"] = np.array(
            [
                np.nan
                if want is None
                else normalise_answer(d.context[s:e]) == normalise_answer(want)
                for d, s, e, want in zip(_texts.sets[name], start, end, liked, strict=True)
            ],
            dtype=np.float32,
        )
    return found
