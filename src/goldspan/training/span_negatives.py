"""Questions without an answer, made of neighbouring passages."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.normalise import normalise_answer


def neighbouring_negatives(
    demonstrations: Sequence[Demonstration], share: float, seed: int
) -> list[Demonstration]:
    """Ask questions of other passages of the same article, which do not hold their answers.

    They are near enough to be hard: another passage about the same thing. One in which a gold
    answer stands, after normalisation, is not used, for it may answer the question too.

    Args:
        demonstrations: what they are made of; those without answers or article make none.
        share: negatives per demonstration, 0 to 1; fewer where articles have one passage.
        seed: of the draw.

    Returns:
        At most one a demonstration, in their order, with ``#negative`` behind the id.
    """
    passages: dict[str, list[str]] = defaultdict(list)
    for context, article in dict.fromkeys((d.context, d.article) for d in demonstrations):
        passages[article].append(context)
    draw = random.Random(f"{seed} negatives")
    able = [place for place, d in enumerate(demonstrations) if d.answerable and d.article]
    made: dict[int, Demonstration] = {}
    for place in draw.sample(able, len(able)):
        if len(made) >= round(share * len(demonstrations)):
            break
        d = demonstrations[place]
        others = [text for text in passages[d.article] if text != d.context]
        golds = [normalise_answer(gold) for gold in d.gold_texts]
        fit = [text for text in others if not _holds_any(text, golds)]
        if fit:
            made[place] = Demonstration(
                f"{d.id}#negative", d.question_text, draw.choice(fit), (), d.article
            )
    return [made[place] for place in sorted(made)]


def _holds_any(text: str, golds: Sequence[str]) -> bool:
    words = f" {normalise_answer(text)} "
    return any(f" {gold} " in words for gold in golds)
