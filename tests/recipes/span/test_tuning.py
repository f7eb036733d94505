from collections.abc import Callable
from typing import Any

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.errors import InvalidInput
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.training.span_tuning import (
    ENOUGH,
    TEMPERATURES,
    Observed,
    learn,
    tune_after_training,
    tune_reader,
)

CONTEXT = "Bees make wax in summer and fly two miles for it."


@pytest.fixture(scope="module")
def reader(make_span_parts: Callable[..., tuple[Any, Any]]) -> SpanReader:
    return SpanReader(*make_span_parts([CONTEXT, "What is it?"]), name="fresh")


def asked(number: int, *golds: str) -> Demonstration:
    return Demonstration(str(number), f"What is it {number}?", CONTEXT, tuple(map(Answer, golds)))


def test_a_temperature_brings_scores_nearer_to_what_is_right(reader: SpanReader) -> None:
    best = reader.answer("What is it 0?", [CONTEXT])[0].text
    # An untrained reader gives every span a hundredth; here it is always right.
    tuning = tune_reader(reader, [asked(0, best)])
    assert tuning.config.temperature < 1.0
    assert tuning.ece_after < tuning.ece_before
    assert tuning.config.no_answer_threshold is None
    tuned = reader.configured(temperature=tuning.config.temperature)
    (before,), (after,) = (r.answer("What is it 0?", [CONTEXT]) for r in (reader, tuned))
    assert (after.text, after.span) == (before.text, before.span)
    assert after.score > before.score


def test_at_the_temperature_as_many_answers_are_right_as_the_scores_say() -> None:
    # At temperature T each best span has 1 / (1 + T); six of ten are right, so T is 2/3.
    sure = tuple(1 / (1 + temperature) for temperature in TEMPERATURES)
    observed = [Observed(asked(n, "wax"), "", 0.0, sure, float(n < 6), 0.5) for n in range(10)]
    tuning = learn(observed, SpanReaderConfig())
    assert tuning.config.temperature == pytest.approx(2 / 3, rel=0.04)  # tried in steps
    assert (tuning.ece_before, tuning.ece_after) == pytest.approx((0.1, 0.0), abs=0.01)


def test_a_threshold_is_learnt_where_some_questions_have_no_answer(reader: SpanReader) -> None:
    questions = [asked(n, "never said") if n % 2 else asked(n) for n in range(6)]
    tuning = tune_reader(reader, questions)
    # Whatever the reader says of the answerable ones is wrong: silence is best.
    assert tuning.f1_at_threshold == 50.0
    assert tuning.config.no_answer_threshold is not None
    silent = SpanReader(reader.model, reader.tokenizer, tuning.config)
    assert [silent.answer(q.question_text, [CONTEXT])[0].text for q in questions] == [""] * 6


def test_the_probability_of_silence_learns_how_many_questions_have_no_answer(
    reader: SpanReader,
) -> None:
    questions = kinds(reader, 30)
    tuning = tune_reader(reader, questions)
    assert tuning.silence_ece_before is not None
    assert tuning.silence_ece_after is not None
    # An untrained reader gives "not answerable" a thousandth, whatever it is asked; half are so.
    assert tuning.silence_ece_before == pytest.approx(0.5, abs=0.05)
    assert tuning.silence_ece_after < 0.05
    tuned = SpanReader(reader.model, reader.tokenizer, tuning.config)
    asked = [(q.question_text, [q.context]) for q in questions]
    none = [each.no_answer for each in tuned.assess_many(asked)]
    assert sum(filter(None, none)) / len(none) == pytest.approx(0.5, abs=0.05)


def test_learning_twice_teaches_the_same(reader: SpanReader) -> None:
    once = tune_reader(reader, kinds(reader, 10))
    tuned = SpanReader(reader.model, reader.tokenizer, once.config)
    assert tune_reader(tuned, kinds(reader, 10)) == once


def test_questions_that_all_lack_an_answer_teach_nothing(reader: SpanReader) -> None:
    with pytest.raises(InvalidInput, match="have an answer"):
        tune_reader(reader, [asked(1)])


def kinds(reader: SpanReader, n: int) -> list[Demonstration]:
    """Ask n questions that the reader answers right and n without an answer, in 2n passages."""
    made = []
    for number in range(2 * n):
        context = f"{CONTEXT} Number {number}."
        best = reader.answer("What is it?", [context])[0].text
        golds = () if number % 4 < 2 else (Answer(best),)
        made.append(Demonstration(str(number), "What is it?", context, golds))
    return made


def test_what_there_is_enough_of_is_learnt_after_training(reader: SpanReader) -> None:
    config, figures = tune_after_training(reader, kinds(reader, ENOUGH))
    assert figures["tuning"]["temperature"] == config.temperature < 1.0
    assert figures["tuning"]["no_answer_threshold"] == config.no_answer_threshold is not None
    assert figures["tuning"]["no_answer_scale"] == config.no_answer_scale
    assert config.no_answer_offset != 0.0
    assert (figures["questions"], figures["missing"]) == (2 * ENOUGH, 0)


def test_from_few_questions_nothing_is_learnt_and_they_are_scored_all_the_same(
    reader: SpanReader,
) -> None:
    config, figures = tune_after_training(reader, kinds(reader, 4))
    assert config == reader.config
    assert "tuning" not in figures
    # The four with an answer are right, and this reader is never silent.
    assert figures["exact_match"]["mean"] == 50.0
    silent = reader.configured(no_answer_threshold=0.0)
    _, figures = tune_after_training(silent, kinds(reader, 4))
    assert figures["not_answerable"]["exact_match"]["mean"] == 100.0


def test_without_silent_questions_only_a_temperature_is_learnt(reader: SpanReader) -> None:
    questions = [each for each in kinds(reader, ENOUGH) if each.answerable]
    config, figures = tune_after_training(reader, questions)
    assert config.no_answer_threshold is None
    assert config.temperature != 1.0
    assert figures["exact_match"]["mean"] == 100.0
