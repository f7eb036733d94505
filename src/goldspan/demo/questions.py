"""The questions of a demo: to be answered, to be judged, and held out."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from goldspan.demo.options import DemoOptions
from goldspan.demo.world import make_world
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.split import split_by_passage
from goldspan.errors import InvalidInput
from goldspan.formats.read import read_demonstrations


@dataclass(frozen=True, slots=True)
class DemoQuestions:
    """Three parts that share no passage; the held-out one shares no article with the others.

    Args:
        answered: get their answers from annotators, for SFT.
        judged: have candidates that annotators judge, for DPO.
        held_out: measure the readers.
        described: where they come from and what was left out, for the report.
    """

    answered: list[Demonstration]
    judged: list[Demonstration]
    held_out: list[Demonstration]
    described: str

    @property
    def training(self) -> list[Demonstration]:
        """The questions whose gold answers the annotators know."""
        return [*self.answered, *self.judged]

    @property
    def hash(self) -> str:
        """SHA-256 of all questions, hexadecimal."""
        return hashlib.sha256(
            msgspec.json.encode([self.answered, self.judged, self.held_out])
        ).hexdigest()


def questions_for(options: DemoOptions) -> DemoQuestions:
    """Return the questions that the options ask for: made up, or read from files.

    Raises:
        NotFound: if a file is missing.
        InvalidFile: if a file cannot be read.
        InvalidInput: if there are too few questions that can be marked.
    """
    training, held_out, described = _read(options) if options.data else _made_up(options)
    answered, judged = split_by_passage(training, _passage, 0.5, options.seed)
    return DemoQuestions(answered, judged, held_out, described)


def spread(demonstrations: Sequence[Demonstration], limit: int, seed: int) -> list[Demonstration]:
    """Return whole passages, evenly from all articles, with at most ``limit`` questions.

    Articles take turns in giving a passage drawn at random, so that a small part is about as many
    articles as can be. Questions come in the order given.

    Args:
        demonstrations: what to draw from.
        limit: questions at most; a first passage is taken even if it has more.
        seed: of the draw.
    """
    rng = random.Random(seed)
    articles: dict[str, dict[str, list[Demonstration]]] = {}
    for one in demonstrations:
        articles.setdefault(one.article, {}).setdefault(_passage(one), []).append(one)
    queues = [rng.sample(list(passages.values()), len(passages)) for passages in articles.values()]
    rng.shuffle(queues)
    turns = [
        queue[turn]
        for turn in range(max(map(len, queues), default=0))
        for queue in queues
        if turn < len(queue)
    ]
    taken: set[str] = set()
    count = 0
    for passage in turns:
        if not taken or count + len(passage) <= limit:
            taken.update(one.id for one in passage)
            count += len(passage)
    return [one for one in demonstrations if one.id in taken]


def _passage(one: Demonstration) -> str:
    return one.passage or one.context


def _made_up(options: DemoOptions) -> tuple[list[Demonstration], list[Demonstration], str]:
    training = make_world("train", math.ceil(options.limit / 10), seed=options.seed)
    held_out = make_world("held-out", math.ceil(options.evaluate_limit / 10), seed=options.seed)
    return (
        training[: options.limit],
        held_out[: options.evaluate_limit],
        "passages and questions made up by this project; the held-out passages use names, "
        "numbers and values, and some wordings of questions, that no training passage has",
    )


def _read(options: DemoOptions) -> tuple[list[Demonstration], list[Demonstration], str]:
    assert options.data is not None
    assert options.evaluate is not None
    everything = read_demonstrations(options.evaluate)
    articles = {one.article for one in everything if one.article}
    contexts = {one.context for one in everything}
    markable = [one for one in read_demonstrations(options.data) if _markable(one)]
    other = [one for one in markable if one.article not in articles and one.context not in contexts]
    if not other:
        raise InvalidInput(
            f"{options.data} has no question to train on: {len(markable)} have marked answers, "
            f"and all of these are about articles or passages of {options.evaluate} too"
        )
    training = spread(_distinct(other), options.limit, options.seed)
    held_out = spread(everything, options.evaluate_limit, options.seed)
    return (
        training,
        held_out,
        f"training: {len(training)} of the {len(markable)} questions of {options.data.name}, "
        f"{len(markable) - len(other)} left out because their article or passage is held out; "
        f"held out: {len(held_out)} of the {len(everything)} questions of "
        f"{options.evaluate.name}; both as whole passages, taken evenly from all articles",
    )


def _markable(one: Demonstration) -> bool:
    return all(answer.span is not None for answer in one.answers)


def _distinct(demonstrations: Iterable[Demonstration]) -> list[Demonstration]:
    """Return the first of those that look the same to an annotator."""
    return list({(d.question_text, d.context): d for d in reversed(list(demonstrations))}.values())[
        ::-1
    ]
