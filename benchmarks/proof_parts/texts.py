"""The questions of the proof: which of them train, are judged, tune and test."""

from __future__ import annotations

import lzma
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from goldspan.domain.demonstration import Demonstration
from goldspan.formats.squad import parse_squad

FILES = {
    "train": "squad-train-v1.1.json",
    "dev": "squad-dev-v1.1.json",
    "dev2": "squad-dev-v2.0.json",
    "train2": "squad-train-v2.0-first10articles.json",
    "spanish": "xquad.es.json",
}


NEGATIVES = 12_000


@dataclass(frozen=True)
class Texts:
    """Every set of questions, by name.

    Args:
        sets: ``A`` (SFT; at its end, questions with another passage of their article, not
            answerable from it), ``B`` (judged), ``C`` (tuning), ``dev`` (the test); the same of
            v2.0 (``B2``, ``C2``, ``dev2``) and in Spanish (``B-es``, ``C-es``, ``dev-es``). No
            article is in two sets of the same language and version.
    """

    sets: dict[str, list[Demonstration]]


def load_texts(
    folder: Path,
    dev_cap: int | None,
    tune_questions: int,
    train_cap: int | None = None,
    short: int | None = None,
    seen: Collection[str] = (),
) -> Texts:
    """Read SQuAD's files (JSON, or JSON packed by xz) and cut them by article.

    Args:
        folder: holds them; the Spanish file may be missing.
        dev_cap: questions of each dev article at most; None takes all.
        tune_questions: questions of C, C2 and C-es at most.
        train_cap: questions of A and of B at most, and half as many that are not answerable;
            None takes all.
        short: characters of a question and its passage together at most; None takes all.
        seen: passages that a first reader was trained on; their questions are left out.
    """

    def kept(questions: list[Demonstration]) -> list[Demonstration]:
        return [
            d
            for d in questions
            if d.context not in seen
            and (not short or len(d.context) + len(d.question_text) <= short)
        ]

    train, dev = kept(_read(folder, "train")), kept(_read(folder, "dev"))
    a, b, c = _by_article(train, (0.55, 0.30, 0.15))
    negatives = _sample(kept(_negatives(a)), min(NEGATIVES, (train_cap or 2 * NEGATIVES) // 2))
    if train_cap is not None:
        a, b = _sample(a, train_cap), _sample(b, train_cap)
    b2, c2, test2 = _by_article(kept(_read(folder, "dev2")), (0.45, 0.15, 0.40))
    sets = {
        "A": a + negatives,
        "B": b,
        "C": _sample(c, tune_questions),
        "dev": _capped(dev, dev_cap),
        # The only training articles of v2.0 at hand are ten; they are judged as well.
        "B2": b2 + kept(_read(folder, "train2")),
        "C2": _sample(c2, tune_questions),
        "dev2": _capped(test2, dev_cap),
    }
    if _path(folder, "spanish"):
        b_es, c_es, dev_es = _by_article(kept(_read(folder, "spanish")), (0.5, 0.15, 0.35))
        sets |= {"B-es": b_es, "C-es": c_es, "dev-es": dev_es}
    return Texts(sets)


def _path(folder: Path, name: str) -> Path | None:
    for suffix in ("", ".xz"):
        path = folder / f"{FILES[name]}{suffix}"
        if path.is_file():
            return path
    return None


def _read(folder: Path, name: str) -> list[Demonstration]:
    path = _path(folder, name)
    if path is None:
        raise SystemExit(f"there is no {FILES[name]} or {FILES[name]}.xz in {folder}")
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return list(parse_squad(data, path).demonstrations)


def _by_article(
    demonstrations: Sequence[Demonstration], shares: Sequence[float]
) -> list[list[Demonstration]]:
    articles = sorted({d.article for d in demonstrations})
    random.Random(0).shuffle(articles)
    parts: list[list[Demonstration]] = []
    first, upto = 0, 0.0
    for share in shares:
        upto += share
        last = round(upto * len(articles))
        chosen = set(articles[first:last])
        parts.append([d for d in demonstrations if d.article in chosen])
        first = last
    return parts


def _negatives(demonstrations: Sequence[Demonstration]) -> list[Demonstration]:
    """Pair each question with another passage of its article that lacks the answer's text."""
    contexts: dict[str, list[str]] = {}
    for d in demonstrations:
        passages = contexts.setdefault(d.article, [])
        if not passages or passages[-1] != d.context:
            passages.append(d.context)
    draw = random.Random(0)
    made = []
    for d in demonstrations:
        text = d.answers[0].text.lower()
        others = [c for c in contexts[d.article] if c != d.context and text not in c.lower()]
        if others:
            made.append(replace(d, id=f"{d.id}-none", context=draw.choice(others), answers=()))
    return made


def _sample(demonstrations: Sequence[Demonstration], count: int) -> list[Demonstration]:
    drawn = random.Random(0).sample(range(len(demonstrations)), min(count, len(demonstrations)))
    return [demonstrations[i] for i in sorted(drawn)]


def _capped(demonstrations: Sequence[Demonstration], cap: int | None) -> list[Demonstration]:
    if cap is None:
        return list(demonstrations)
    by_article: dict[str, list[Demonstration]] = {}
    for d in demonstrations:
        by_article.setdefault(d.article, []).append(d)
    return [d for of_article in by_article.values() for d in _sample(of_article, cap)]
