"""Simulated annotators of stated kinds: they mark, choose, or choose and correct."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.normalise import normalise_answer
from goldspan.domain.preference import Judgement, preference_pairs
from goldspan.evaluation.squad import exact_match, token_f1

Ends = tuple[int, int]
"""First and last input index of an answer; (-1, -1) for "not answerable"."""
Pairs = tuple[tuple[Ends, Ends, float], ...]
"""(chosen, rejected, label smoothing) of each."""


@dataclass(frozen=True)
class Kind:
    """A kind of annotator.

    Args:
        noise: probability of a wrong choice or mark, 0 to 1.
        taste: ``exact`` (nearest to gold), ``short`` or ``full`` (the shortest or longest of the
            candidates that overlap gold in its place).
        people: annotators a question.
    """

    noise: float = 0.0
    taste: str = "exact"
    people: int = 1


@dataclass(frozen=True)
class Candidate:
    """One proposed answer.

    Args:
        answer: its text and span; the empty text for "not answerable".
        place: its tokens.
    """

    answer: Answer
    place: Ends


@dataclass(frozen=True)
class Judged:
    """What came of one question.

    Args:
        marked: place of what was marked; None where it has no place.
        chosen: place of the majority's choice; None where nothing was acceptable or votes tie.
        corrected: place of the correction where one was made, else ``chosen``.
        pairs: (chosen, rejected, label smoothing) of the choices.
        pairs_corrected: the same, with corrections.
        correction: whether a correction was made.
    """

    marked: Ends | None
    chosen: Ends | None
    corrected: Ends | None
    pairs: Pairs
    pairs_corrected: Pairs
    correction: bool


def distinct(
    context: str, spans: Sequence[tuple[int, int, Ends]], k: int, none_rank: int | None
) -> list[Candidate]:
    """Keep the first k spans whose texts differ, as the reader's own search does.

    Args:
        context: of the question.
        spans: (first character, last character + 1, place), best first.
        k: candidates in all.
        none_rank: where "not answerable" stands among them, from 0; None leaves it out.
    """
    found: list[Candidate] = []
    seen = set()
    for start, end, place in spans:
        text = context[start:end]
        key = normalise_answer(text) or text
        if key in seen:
            continue
        seen.add(key)
        found.append(Candidate(Answer(text), place))
        if len(found) == k:
            break
    if none_rank is not None:
        found = [*found[: k - 1]]
        found.insert(min(none_rank, len(found)), Candidate(Answer(""), (-1, -1)))
    return found


def judge(
    demonstration: Demonstration,
    gold_place: Ends | None,
    candidates: Sequence[Candidate],
    kind: Kind,
    seed: int,
) -> Judged:
    """Let annotators of a kind judge one question's candidates.

    Pairs are made by ``preference_pairs``, the constructor that the product uses.
    """
    draw = random.Random(f"{seed} {demonstration.id}")
    golds = list(demonstration.gold_texts) if demonstration.answers else []
    best = _best(candidates, golds, gold_place, kind.taste)
    by_name = {f"response{i + 1}": c for i, c in enumerate(candidates)}
    names = list(by_name)
    judgements = []
    for person in range(kind.people):
        choice = best
        others = [i for i in range(len(candidates)) if i != best]
        if draw.random() < kind.noise and others:
            choice = draw.choice(others)
        ranks = {name: 1 if i == choice else 2 for i, name in enumerate(names)}
        judgements.append(Judgement(f"person{person}", ranks, acceptable=choice is not None))
    answers = {name: c.answer for name, c in by_name.items()}
    made = preference_pairs(
        demonstration.id, demonstration.question_text, demonstration.context, answers, judgements
    )
    places = {c.answer.text: c.place for c in candidates}
    pairs = tuple((places[p.chosen.text], places[p.rejected.text], p.label_smoothing) for p in made)
    chosen = _majority(judgements, names, by_name)
    exact = chosen is not None and exact_match(_text(candidates, chosen), golds) > 0
    corrections: Pairs = ()
    if not exact and gold_place is not None and kind.taste == "exact":
        # A correction is preferred to every candidate.
        corrections = tuple((gold_place, c.place, 0.0) for c in candidates if c.place != gold_place)
    marked = gold_place
    if draw.random() < kind.noise and candidates:
        marked = draw.choice(candidates).place
    return Judged(
        marked=marked,
        chosen=chosen,
        corrected=gold_place if corrections else chosen,
        pairs=pairs,
        pairs_corrected=pairs + corrections,
        correction=bool(corrections),
    )


def _best(
    candidates: Sequence[Candidate], golds: list[str], gold_place: Ends | None, taste: str
) -> int | None:
    """Return which candidate a faultless annotator takes; None where none is acceptable."""
    if not candidates:
        return None
    scores = [token_f1(c.answer.text, golds) for c in candidates]
    if taste == "exact" or gold_place is None:
        best = max(range(len(candidates)), key=lambda i: scores[i])
        return best if scores[best] > 0 else None
    touching = [
        i
        for i, c in enumerate(candidates)
        if c.place[0] <= gold_place[1] and gold_place[0] <= c.place[1] and scores[i] > 0
    ]
    sizes = {i: len(candidates[i].answer.text.split()) for i in touching}
    if not touching:
        return None
    pick = max if taste == "full" else min
    return pick(touching, key=lambda i: sizes[i])


def _majority(
    judgements: Sequence[Judgement], names: Sequence[str], by_name: dict[str, Candidate]
) -> Ends | None:
    votes = dict.fromkeys(names, 0)
    for judgement in judgements:
        if judgement.acceptable:
            for name, rank in judgement.ranks.items():
                votes[name] += rank == 1
    most = max(votes.values(), default=0)
    winners = [name for name, count in votes.items() if count == most]
    return by_name[winners[0]].place if most and len(winners) == 1 else None


def _text(candidates: Sequence[Candidate], place: Ends) -> str:
    return next(c.answer.text for c in candidates if c.place == place)
