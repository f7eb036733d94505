"""Lets trained readers answer, has their answers scored, and writes the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from benchmarks.proof_parts import scoring
from benchmarks.proof_parts.judging import Judging
from benchmarks.proof_parts.plan import Place
from benchmarks.proof_parts.readers import Readers
from benchmarks.proof_parts.reading import answers
from benchmarks.proof_parts.results import Results, best_threshold
from benchmarks.proof_parts.stack import Stack
from benchmarks.proof_parts.texts import Texts


class Measuring:
    """Rows that wait for their scores.

    Args:
        texts: the questions.
        pool: processes that hold the texts.
        readers: whose views of the sets are read.
        judging: knows what annotators like.
        results: where rows go.
    """

    def __init__(
        self,
        texts: Texts,
        pool: ProcessPoolExecutor,
        readers: Readers,
        judging: Judging,
        results: Results,
    ) -> None:
        self._texts, self._pool, self._readers = texts, pool, readers
        self._judging, self._results = judging, results
        self._waiting: list[tuple[dict[str, Any], dict[str, Any]]] = []

    def measure(self, place: Place, stack: Stack, rows: Sequence[dict[str, Any]]) -> None:
        """Let the members answer, and hand their answers to the scorers; their rows wait."""
        tunes = rows[0]["split"] == "tune"
        test = place.sets[1] if tunes else place.sets[2]
        said = answers(stack, self._readers.view(test, place.base))
        abstains = place.base == "abstaining"
        tune = place.sets[1]
        tuned = None
        if abstains and not tunes:
            tuned = answers(stack, self._readers.view(tune, place.base))
        for number, row in enumerate(rows):
            # Seeds that share one first reader share its answers.
            one = said[number % len(said)]
            liked = None
            if place.metric == "style":
                liked = self._judging.of(row["place"], row["seed"]).liked[test]
            work: dict[str, Any] = {
                "test": self._pool.submit(scoring.scored, test, one.start, one.end, liked),
                "said": one,
                "set": test,
                "abstains": abstains,
            }
            if tuned is not None:
                its = tuned[number % len(tuned)]
                work |= {"tuned": its, "tune set": tune}
                work["tune"] = self._pool.submit(scoring.scored, tune, its.start, its.end, None)
            self._waiting.append((row, work))

    def collect(self, wait: bool) -> None:
        """Write the rows whose scores are there, or all."""
        left = []
        for row, work in self._waiting:
            futures = [work[name] for name in ("test", "tune") if name in work]
            if wait or all(future.done() for future in futures):
                self._finish(row, work)
            else:
                left.append((row, work))
        self._waiting = left

    def _finish(self, row: dict[str, Any], work: Mapping[str, Any]) -> None:
        scores = work["test"].result()
        f1, em = scores["f1"].astype(float), scores["em"].astype(float)
        questions = self._texts.sets[work["set"]]
        if work["abstains"]:
            answerable = np.array([bool(d.answers) for d in questions])
            none = work["said"].none
            if "tune" in work:
                of_tune = np.array([bool(d.answers) for d in self._texts.sets[work["tune set"]]])
                tuned = work["tune"].result()["f1"].astype(float)
                threshold, _ = best_threshold(tuned, of_tune, work["tuned"].none)
            else:
                threshold, _ = best_threshold(f1, answerable, none)
            _, best = best_threshold(f1, answerable, none)
            silent = none > threshold
            f1 = np.where(silent, ~answerable, np.where(answerable, f1, 0.0)).astype(float)
            em = np.where(silent, ~answerable, np.where(answerable, em, 0.0)).astype(float)
            row |= {"threshold": threshold, "best_possible": best}
        row |= {"f1": 100 * float(f1.mean()), "em": 100 * float(em.mean())}
        style = scores.get("style")
        if style is not None:
            row["style"] = 100 * float(np.nanmean(style))
        if row["split"] == "dev":
            row["articles"] = _by_article([d.article for d in questions], f1, em, style)
        self._results.add(row)


def _by_article(
    articles: Sequence[str], f1: np.ndarray, em: np.ndarray, style: np.ndarray | None
) -> dict[str, list[float]]:
    """Sum scores, 0 to 1, by article."""
    names = sorted(set(articles))
    index = np.array([names.index(article) for article in articles])
    found = {
        "count": np.bincount(index, minlength=len(names)).tolist(),
        "f1": np.bincount(index, f1, len(names)).round(3).tolist(),
        "em": np.bincount(index, em, len(names)).tolist(),
    }
    if style is not None:
        there = ~np.isnan(style)
        found |= {
            "style_count": np.bincount(index[there], minlength=len(names)).tolist(),
            "style": np.bincount(index[there], style[there], len(names)).tolist(),
        }
    return found
