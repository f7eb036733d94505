"""Questions changed in known ways: what should stay the same answer, and what should not.

In the manner of CheckList (Ribeiro et al. 2020) and of adversarial SQuAD (Jia and Liang 2017). All
changes are made by rules, so they are cheap, in English only, and now and then clumsy; compare a
reader with another one on the same probes rather than with perfection.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from goldspan.domain.demonstration import Demonstration

_NAME = re.compile(r"(?<=[a-z,] )([A-Z][a-z]+(?: [A-Z][a-z]+)*)")
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|can|could|will|would|has|have|had)\b")
_FRAMES = (
    "According to the text, {}",
    "I would like to know: {}",
    "Could you tell me {}",
    "Please answer this: {}",
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One way to change a question or its passage.

    Args:
        name: shown in reports.
        keeps_answer: whether the right answer is still the gold one. Where it is not, a reader
            that still gives it has not read the change.
        change: gives the changed question, or None where the rule does not apply.
    """

    name: str
    keeps_answer: bool
    change: Callable[[Demonstration, Sequence[Demonstration], random.Random], Demonstration | None]


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """What a probe made of some questions.

    Args:
        probe: which one.
        before: the questions as they were.
        after: the changed ones, in the same order, with the gold answers of before.
    """

    probe: Probe
    before: tuple[Demonstration, ...]
    after: tuple[Demonstration, ...]


def make_probes(demonstrations: Sequence[Demonstration], seed: int = 0) -> list[ProbeSet]:
    """Apply every probe to every answerable question that it fits.

    Args:
        demonstrations: questions with gold answers; names and distractors are drawn from them.
        seed: of what is drawn.
    """
    answerable = [d for d in demonstrations if d.answerable]
    made = []
    for probe in PROBES:
        draw = random.Random(f"{probe.name} {seed}")
        pairs = [(d, probe.change(d, answerable, draw)) for d in answerable]
        kept = [(before, after) for before, after in pairs if after is not None]
        if kept:
            before, after = zip(*kept, strict=True)
            made.append(ProbeSet(probe, before, after))
    return made


def _typos(
    demonstration: Demonstration, _: Sequence[Demonstration], draw: random.Random
) -> Demonstration | None:
    """Swap two neighbouring letters in two of the question's longer words."""
    words = demonstration.question_text.split(" ")
    places = [i for i, word in enumerate(words) if i > 0 and len(word) > 4 and word.isalpha()]
    if not places:
        return None
    for place in draw.sample(places, min(2, len(places))):
        word = words[place]
        at = draw.randrange(1, len(word) - 2)
        words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return replace(demonstration, question_text=" ".join(words))


def _paraphrase(
    demonstration: Demonstration, _: Sequence[Demonstration], draw: random.Random
) -> Demonstration | None:
    """Put the question into a frame that asks for the same."""
    text = demonstration.question_text.strip()
    if not text:
        return None
    framed = draw.choice(_FRAMES).format(text[0].lower() + text[1:])
    return replace(demonstration, question_text=framed)


def _negation(
    demonstration: Demonstration, _: Sequence[Demonstration], __: random.Random
) -> Demonstration | None:
    """Ask for what is not so."""
    text, count = _AUXILIARY.subn(r"\1 not", demonstration.question_text, count=1)
    return replace(demonstration, question_text=text) if count else None


def _swapped_names(
    demonstration: Demonstration, others: Sequence[Demonstration], draw: random.Random
) -> Demonstration | None:
    """Ask about somebody or something else, of which the passage does not speak."""
    found = _NAME.search(demonstration.question_text)
    if found is None:
        return None
    for _ in range(20):
        other = _NAME.search(draw.choice(others).question_text)
        if other and other[0] not in demonstration.context:
            text = demonstration.question_text
            swapped = text[: found.start()] + other[0] + text[found.end() :]
            return replace(demonstration, question_text=swapped)
    return None


def _distractor(
    demonstration: Demonstration, others: Sequence[Demonstration], draw: random.Random
) -> Demonstration | None:
    """Append a sentence that answers a like question about something else."""
    gold = demonstration.answers[0].text
    number = bool(re.search(r"\d", gold))
    for _ in range(20):
        other = draw.choice(others)
        said = other.answers[0].text
        fits = bool(re.search(r"\d", said)) == number and said != gold
        if fits and other.context != demonstration.context:
            name = _NAME.search(other.question_text)
            about = name[0] if name else "Another place"
            sentence = f" {about} is known for something else: {said}."
            return replace(demonstration, context=demonstration.context + sentence)
    return None


PROBES = (
    Probe("typos in the question", True, _typos),
    Probe("question paraphrased", True, _paraphrase),
    Probe("distracting sentence appended", True, _distractor),
    Probe("question negated", False, _negation),
    Probe("name in the question swapped", False, _swapped_names),
)
