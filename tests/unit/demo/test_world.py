"""The made-up world: offsets, disjoint halves, every wording in use."""

import re
from collections import Counter

from goldspan.demo.story import PLACE, Fact, stories
from goldspan.demo.words import Half, dealt
from goldspan.demo.world import make_articles, make_world
from goldspan.domain.demonstration import Demonstration

TRAIN = make_world("train", 200)
HELD_OUT = make_world("held-out", 60)


def texts(demonstrations: list[Demonstration]) -> str:
    return "\n".join(f"{d.context}\n{d.question_text}" for d in demonstrations)


def facts() -> list[Fact]:
    return [fact for story in stories() for fact in (story.opening, *story.facts)]


def test_every_answer_stands_at_its_span() -> None:
    for demonstration in TRAIN + HELD_OUT:
        (answer,) = demonstration.answers
        assert answer.span is not None
        assert demonstration.context[answer.span.start : answer.span.end] == answer.text


def test_ids_are_unique_and_passages_have_five_questions_of_their_own() -> None:
    everything = TRAIN + HELD_OUT
    assert len({d.id for d in everything}) == len(everything) == 2600
    assert set(Counter(d.passage for d in TRAIN).values()) == {5}
    asked = {(d.passage, d.question_text) for d in everything}
    assert len(asked) == len(everything)


def test_an_article_has_two_passages_that_are_kept_together() -> None:
    passages = {(d.article, d.passage) for d in HELD_OUT}
    assert Counter(article for article, _ in passages) == dict.fromkeys(
        {d.article for d in HELD_OUT}, 2
    )


def test_the_same_seed_gives_the_same_world_and_a_small_one_is_the_head_of_a_large_one() -> None:
    assert make_world("train", 3) == TRAIN[:30]
    assert make_world("train", 3, seed=1) != TRAIN[:30]


def test_the_halves_of_a_list_are_disjoint_and_complete() -> None:
    words = ["a", "b", "c", "d"]
    assert dealt(words, "held-out") == ["a", "d"]
    assert dealt(words, "train") == ["b", "c"]


def test_no_value_of_a_held_out_article_is_told_in_training() -> None:
    def values(half: Half) -> set[str]:
        return {v for article in make_articles(half, 200) for v in article.values.values()}

    assert len(values("held-out")) > 1000
    assert not values("train") & values("held-out")


def test_no_held_out_answer_stands_anywhere_in_training() -> None:
    def words(text: str) -> str:
        found = re.findall(r"[0-9][0-9,]*[0-9]|[\w-]+", text.lower())
        return f" {' '.join(found)} "

    training = words(texts(TRAIN))
    assert not {d.answers[0].text for d in HELD_OUT if words(d.answers[0].text) in training}


def test_no_number_stands_in_both_halves() -> None:
    def numbers(demonstrations: list[Demonstration]) -> set[str]:
        return set(re.findall(r"\d[\d,]*\d|\d", texts(demonstrations)))

    assert len(numbers(HELD_OUT)) > 200
    assert not numbers(TRAIN) & numbers(HELD_OUT)


def test_no_name_stands_in_both_halves() -> None:
    def names(half_values: list[str]) -> set[str]:
        return {word for value in half_values for word in re.findall(r"\b[A-Z][a-z]+\b", value)}

    train = [v for a in make_articles("train", 200) for v in a.values.values()]
    held_out = [v for a in make_articles("held-out", 200) for v in a.values.values()]
    assert len(names(held_out)) > 50
    assert not names(train) & names(held_out)


def test_every_wording_of_a_statement_and_of_a_question_is_used() -> None:
    told = texts(make_world("held-out", 1500))
    wordings = [w for fact in facts() for w in fact.statements]
    wordings += [w for fact in facts() for ask in fact.asks.values() for w in ask]
    for wording in wordings:
        pieces = [re.escape(piece) for piece in PLACE.split(wording)[::3] if piece]
        assert re.search(".+?".join(pieces), told), wording


def test_each_place_has_a_wording_that_only_the_held_out_half_asks() -> None:
    asked = {re.sub(r"[A-Z0-9].*", "", d.question_text[1:]) for d in TRAIN}
    held_out = "Whose enterprise was the mill at first?"
    assert held_out in {d.question_text for d in make_world("held-out", 200)}
    assert held_out[1:] not in asked


def test_a_question_mentions_only_what_its_fact_or_the_opening_tells() -> None:
    for story in stories():
        opening = {p["name"] for p in PLACE.finditer(story.opening.statements[0])}
        for fact in (story.opening, *story.facts):
            told = [{p["name"] for p in PLACE.finditer(s)} for s in fact.statements]
            for name, wordings in fact.asks.items():
                places = {p["name"] for w in wordings for p in PLACE.finditer(w)}
                for statement in told:
                    assert {name, *places} <= statement | opening, (story.kind, name)
                assert all(f"{{{name}}}" not in w for w in wordings), (story.kind, name)


def test_passages_are_short_and_hold_several_numbers_or_names() -> None:
    for demonstration in HELD_OUT:
        words = demonstration.context.split()
        assert 40 <= len(words) <= 95
        assert sum(word[0].isupper() or word[0].isdigit() for word in words) >= 6
