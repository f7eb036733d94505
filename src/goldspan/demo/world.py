"""A made-up world: passages and questions written by this project, in any number.

Every passage tells several things of the same type (two people, three years, two sums), so that
an answer cannot be found without reading the question. The two halves of the world share the
stories and no value; some wordings of the questions are asked in the held-out half alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from goldspan.demo.story import PLACE, Fact, Story, stories
from goldspan.demo.words import Half, Words
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span

_PASSAGES_PER_ARTICLE = 2
_FACTS_PER_PASSAGE = 3
_QUESTIONS_PER_PASSAGE = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of an article.

    Args:
        text: its sentences.
        spans: where the value of each place stands, by the place's name.
        facts: what it tells, the opening first.
    """

    text: str
    spans: dict[str, Span]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One subject and the passages about it.

    Args:
        title: unique within a half.
        values: the value of every place that is told, by the place's name.
        passages: their facts do not overlap, but for the opening.
    """

    title: str
    values: dict[str, str]
    passages: list[Passage]


def make_world(half: Half, articles: int, *, seed: int = 0) -> list[Demonstration]:
    """Return the questions of a number of articles, ten for each, in the order of the passages.

    Args:
        half: ``train`` or ``held-out``; their values are disjoint.
        articles: how many; each has two passages with five questions each.
        seed: equal seeds give equal worlds; a smaller world is the head of a larger one.
    """
    rng = random.Random(f"questions {half} {seed}")
    return [
        demonstration
        for article in make_articles(half, articles, seed=seed)
        for number, passage in enumerate(article.passages, 1)
        for demonstration in _questions(article, number, passage, half, rng)
    ]


def make_articles(half: Half, count: int, *, seed: int = 0) -> Iterator[Article]:
    """Yield articles, the kinds of story taking turns."""
    rng = random.Random(f"articles {half} {seed}")
    titles: Counter[str] = Counter()
    for number in range(count):
        article = _tell(stories()[number % len(stories())], half, rng)
        titles[article.title] += 1
        again = titles[article.title]
        yield article if again == 1 else replace(article, title=f"{article.title} ({again})")


def _tell(story: Story, half: Half, rng: random.Random) -> Article:
    words = Words(half, rng)
    values: dict[str, str] = {}
    order = rng.sample(range(len(story.facts)), _PASSAGES_PER_ARTICLE * _FACTS_PER_PASSAGE)
    passages = []
    for number in range(_PASSAGES_PER_ARTICLE):
        chosen = sorted(order[number::_PASSAGES_PER_ARTICLE])
        facts = (story.opening, *(story.facts[place] for place in chosen))
        passages.append(_write(facts, values, words, rng))
    return Article(story.title.format_map(values), values, passages)


def _write(
    facts: Sequence[Fact], values: dict[str, str], words: Words, rng: random.Random
) -> Passage:
    """Write one passage, drawing the values that the article does not have yet."""
    text = ""
    spans: dict[str, Span] = {}
    for fact in facts:
        text += " " if text else ""
        statement = rng.choice(fact.statements)
        read = 0
        for place in PLACE.finditer(statement):
            text += statement[read : place.start()]
            value = _value(place["name"], place["kind"], values, words)
            if place.start() == 0:
                value = value[0].upper() + value[1:]
            spans.setdefault(place["name"], Span(len(text), len(text) + len(value)))
            text += value
            read = place.end()
        text += statement[read:]
    return Passage(text, spans, tuple(facts))


def _value(name: str, kind: str | None, values: dict[str, str], words: Words) -> str:
    """Return a place's value; a new one differs from all others of the article."""
    if name not in values:
        assert kind is not None, f"the place {name!r} is used before it is told"
        value = words.draw(kind)
        while value in values.values():
            value = words.draw(kind)
        values[name] = value
    return values[name]


def _questions(
    article: Article, number: int, passage: Passage, half: Half, rng: random.Random
) -> Iterator[Demonstration]:
    """Yield a passage's questions: one about each fact but the opening, the others about any."""
    asked = [(fact, rng.choice(list(fact.asks))) for fact in passage.facts[1:]]
    rest = [(fact, name) for fact in passage.facts for name in fact.asks]
    rest = [one for one in rest if one not in asked]
    asked += rng.sample(rest, _QUESTIONS_PER_PASSAGE - len(asked))
    passage_id = f"{article.title}, passage {number}"
    for place, (fact, name) in enumerate(asked, 1):
        wordings = fact.asks[name] if half == "held-out" else fact.asks[name][:-1]
        span = passage.spans[name]
        yield Demonstration(
            id=f"{half}: {passage_id}, question {place}",
            question_text=rng.choice(wordings).format_map(article.values),
            context=passage.text,
            answers=(Answer(span.of(passage.text), span),),
            article=article.title,
            passage=passage_id,
        )
