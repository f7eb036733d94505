from dataclasses import asdict

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.evaluation.detail import (
    Prediction,
    answer_length,
    probe_result,
    question_word,
    take_apart,
)
from goldspan.evaluation.detail_text import detail_as_text
from goldspan.evaluation.probes import PROBES, make_probes

CONTEXT = "Marie Curie was born in Warsaw in 1867 and worked in Paris."


def asked(id: str, text: str, *golds: str, context: str = CONTEXT) -> Demonstration:
    return Demonstration(id, text, context, tuple(map(Answer, golds)), "Curie")


WHERE = asked("where", "In the end, where was Marie Curie born?", "Warsaw")
WHEN = asked("when", "When was Marie Curie born in the city?", "1867", "in 1867")
NOBODY = asked("nobody", "Who painted the picture of Ada?")
BRIDGE = asked("bridge", "What did Isambard Brunel build?", "a bridge", context="Brunel: a bridge.")


@pytest.mark.parametrize(
    ("text", "word"),
    [("How many were there?", "how many"), ("By whom, and where?", "where"), ("Name it.", "other")],
)
def test_a_question_is_sorted_by_the_word_that_asks(text: str, word: str) -> None:
    assert question_word(asked("x", text)) == word


def test_a_question_is_sorted_by_its_shortest_gold_answer() -> None:
    assert answer_length(WHEN) == "1 word"
    assert answer_length(asked("x", "?", "on the first of May 1867")) == "4 to 7 words"
    assert answer_length(NOBODY) == "not answerable"


def test_a_reader_is_taken_apart() -> None:
    said = {
        "where": Prediction("Paris", 0.9, Span(53, 58), "Paris", 0.1, raw_score=0.5),
        "when": Prediction("1867", 0.8, Span(34, 38), "1867", 0.2, raw_score=0.4),
        "nobody": Prediction("", 0.7, None, "Ada", 0.7, raw_score=0.7),
    }
    found = take_apart([WHERE, WHEN, NOBODY], said, version="v2.0", name="reader")
    assert found.by_answer_length["1 word"].exact_match.mean == 50.0
    assert found.by_answer_length["not answerable"].questions == 1
    assert found.raw_scores is not None
    assert found.thresholds is not None
    assert found.thresholds.best.f1 == pytest.approx(200 / 3)
    assert [example.id for example in found.worst] == ["where"]
    text = detail_as_text(found)
    assert "gold: Warsaw; given: Paris (score 0.90)" in text
    assert "worked in [Paris]." in text
    assert asdict(found)["scores"]["ece"] == found.scores.ece


def test_probes_change_one_thing_and_keep_the_gold_answers() -> None:
    made = {each.probe.name: each for each in make_probes([WHERE, WHEN, BRIDGE], seed=1)}
    assert set(made) == {probe.name for probe in PROBES}
    for each in made.values():
        for before, after in zip(each.before, each.after, strict=True):
            assert before.answers == after.answers
            assert (before.question_text, before.context) != (after.question_text, after.context)
    negated = made["question negated"].after[0].question_text
    assert negated == "In the end, where was not Marie Curie born?"
    swapped = made["name in the question swapped"]
    assert all(
        name not in after.context
        for after in swapped.after
        for name in {"Isambard Brunel", "Marie Curie"}
        if name in after.question_text
    )
    longer = made["distracting sentence appended"]
    assert all(
        a.context.startswith(b.context) for b, a in zip(longer.before, longer.after, strict=True)
    )


def test_probes_are_the_same_for_the_same_seed() -> None:
    assert make_probes([WHERE, WHEN], seed=3) == make_probes([WHERE, WHEN], seed=3)


def test_a_probe_is_scored_by_how_much_stays() -> None:
    (made,) = [e for e in make_probes([WHERE, WHEN]) if e.probe.name == "typos in the question"]
    found = probe_result(made, ["Warsaw", "1867"], ["Warsaw", "Paris"], "v1.1")
    assert (found.same, found.f1_before, found.f1_after) == (50.0, 100.0, 50.0)
