"""How near proposed values come to what people answered: one figure for a list of pairs.

``truths`` are what people said and ``guesses`` what was proposed, in the same order, at least one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

Values = Sequence[Any]
Confusion = dict[str, dict[str, int]]


def accuracy(truths: Values, guesses: Values) -> float:
    """Return the share of pairs that are equal; lists of labels in any order."""
    same = sum(_form(one) == _form(other) for one, other in zip(truths, guesses, strict=True))
    return same / len(truths)


def _form(value: Any) -> Hashable:
    return frozenset(value) if isinstance(value, list) else value


def _labels(value: Any) -> set[Any]:
    return set(value) if isinstance(value, list) else {value}


def _by_label(truths: Values, guesses: Values, figure: Callable[[int, int, int], float]) -> float:
    """Return the plain mean over labels of a figure of (hits, guessed, true) counts."""
    pairs = [(_labels(one), _labels(other)) for one, other in zip(truths, guesses, strict=True)]
    labels = {label for one, other in pairs for label in one | other}
    figures = [
        figure(
            sum(label in one and label in other for one, other in pairs),
            sum(label in other for _, other in pairs),
            sum(label in one for one, _ in pairs),
        )
        for label in labels
    ]
    return sum(figures) / len(figures) if figures else 0.0


def precision(truths: Values, guesses: Values) -> float:
    """Return, as a mean over labels, the share of a label's guesses that are right."""
    return _by_label(truths, guesses, lambda hits, guessed, _: hits / guessed if guessed else 0.0)


def recall(truths: Values, guesses: Values) -> float:
    """Return, as a mean over labels, the share of a label's truths that are guessed."""
    return _by_label(truths, guesses, lambda hits, _, true: hits / true if true else 0.0)


def f1(truths: Values, guesses: Values) -> float:
    """Return the mean over labels of the harmonic mean of precision and recall."""
    return _by_label(truths, guesses, lambda hits, guessed, true: 2 * hits / (guessed + true))


def confusion_matrix(truths: Values, guesses: Values) -> Confusion:
    """Return how often each value (row) was guessed to be each (column).

    Of lists of labels there is one table a label, flattened: whether it was chosen, and guessed.
    """
    pairs = list(zip(truths, guesses, strict=True))
    if any(isinstance(one, list) for one in truths):
        labels = sorted({label for one, other in pairs for label in (*one, *other)})
        table: Confusion = {}
        for label in labels:
            counts = Counter((label in one, label in other) for one, other in pairs)
            table[str(label)] = {
                "hit": counts[True, True],
                "missed": counts[True, False],
                "false": counts[False, True],
                "rest": counts[False, False],
            }
        return table
    values = sorted({value for pair in pairs for value in pair})
    counts = Counter(pairs)
    return {str(one): {str(other): counts[one, other] for other in values} for one in values}


def pearson(truths: Values, guesses: Values) -> float:
    """Return the correlation of numbers, in [-1, 1]; NaN where one side does not vary."""
    one, other = (np.asarray(values, dtype=np.float64) for values in (truths, guesses))
    one, other = one - one.mean(), other - other.mean()
    scale = math.sqrt(float(one @ one) * float(other @ other))
    return float(one @ other) / scale if scale else math.nan


def spearman(truths: Values, guesses: Values) -> float:
    """Return the correlation of ranks, equal numbers sharing the mean of theirs."""
    return pearson(_ranks(truths), _ranks(guesses))


def _ranks(values: Values) -> list[float]:
    ordered = sorted(values)
    return [ordered.index(value) + (ordered.count(value) - 1) / 2 for value in values]


def ndcg(truths: Values, guesses: Values) -> float:
    """Return the mean normalised discounted cumulative gain of rankings.

    A ranking is a list of ``{"value", "rank"}``; an option's gain is the number of options minus
    its true rank plus one, discounted by the logarithm of its guessed place (Järvelin and
    Kekäläinen 2002); options that are guessed equal share the mean of their discounts.
    """
    scores = [_gain(one, other) for one, other in zip(truths, guesses, strict=True)]
    return sum(scores) / len(scores)


def _gain(truth: Sequence[Mapping[str, Any]], guess: Sequence[Mapping[str, Any]]) -> float:
    gains = {item["value"]: len(truth) - item["rank"] + 1 for item in truth}
    guessed = {item["value"]: item["rank"] for item in guess}
    return _discounted(gains, guessed) / _discounted(gains, {n: -g for n, g in gains.items()})


def _discounted(gains: Mapping[str, float], ranks: Mapping[str, float]) -> float:
    total, place = 0.0, 0
    for rank in sorted(set(ranks.values())):
        tied = [name for name, one in ranks.items() if one == rank]
        discounts = [1 / math.log2(place + at + 2) for at in range(len(tied))]
        total += sum(gains.get(name, 0) for name in tied) * sum(discounts) / len(tied)
        place += len(tied)
    return total


def gleu(truths: Sequence[str], guesses: Sequence[str]) -> float:
    """Return Google's BLEU of all texts together (Wu et al. 2016): n-grams of up to 4 words."""
    hits = larger = 0
    for one, other in zip(truths, guesses, strict=True):
        true, guessed = _ngrams(one.split()), _ngrams(other.split())
        hits += (true & guessed).total()
        larger += max(true.total(), guessed.total())
    return hits / larger if larger else 0.0


def _ngrams(words: Sequence[str], longest: int = 4) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[at : at + length])
        for length in range(1, longest + 1)
        for at in range(len(words) - length + 1)
    )


def rouge(truths: Sequence[str], guesses: Sequence[str]) -> dict[str, float]:
    """Return ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004) as mean F1 over texts, in small letters."""
    names: dict[str, Callable[[list[str], list[str]], float]] = {
        "rouge1": lambda one, other: _ngram_f1(one, other, 1),
        "rouge2": lambda one, other: _ngram_f1(one, other, 2),
        "rougeL": lambda one, other: _f1(_common(one, other), len(one), len(other)),
    }
    pairs = [(a.lower().split(), b.lower().split()) for a, b in zip(truths, guesses, strict=True)]
    return {
        name: sum(score(one, other) for one, other in pairs) / len(pairs)
        for name, score in names.items()
    }


def _ngram_f1(one: list[str], other: list[str], length: int) -> float:
    true, guessed = (
        Counter(tuple(words[at : at + length]) for at in range(len(words) - length + 1))
        for words in (one, other)
    )
    return _f1((true & guessed).total(), true.total(), guessed.total())


def _f1(hits: int, true: int, guessed: int) -> float:
    return 2 * hits / (true + guessed) if true + guessed else 0.0


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        left = 0
        for at, candidate in enumerate(other, start=1):
            above = row[at]
            row[at] = left + 1 if word == candidate else max(above, row[at - 1])
            left = above
    return row[-1]
