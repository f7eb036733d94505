"""From demonstrations and pairs to token rows."""

from typing import Any

import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.preference import PreferencePair
from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.span import Span
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter
from goldspan.training import generative_rows as rows
from goldspan.training.preset import train_tokenizer

TOKENIZER: Any = train_tokenizer(["the cat sat on the mat. who sat? Context: Answer:"], 320)
CONFIG = GenerativeReaderConfig(
    max_length=128, max_question_length=16, doc_stride=8, max_new_tokens=24
)
LONG = "the cat sat on the mat. " * 30 + "a dog barked."
DOG = Span(len(LONG) - 11, len(LONG) - 8)


@pytest.fixture
def prompter() -> Prompter:
    return Prompter(TOKENIZER, PromptTemplate(no_answer="(none)"), CONFIG)


def decoded(ids: list[int]) -> str:
    return str(TOKENIZER.decode(ids))


def demonstration(context: str, *answers: Answer, question: str = "who?") -> Demonstration:
    return Demonstration("1", question, context, answers)


def pair(context: str, chosen: Answer, rejected: Answer) -> PreferencePair:
    return PreferencePair("1", "who?", context, chosen, rejected, ())


def test_the_loss_covers_the_answer_and_its_end_alone(prompter: Prompter) -> None:
    answer = Answer("cat", Span(4, 7))
    (row,), counts = rows.demonstration_rows([demonstration("the cat sat", answer)], prompter)
    learnt = [token for token in row["labels"] if token != rows.IGNORED]
    assert decoded(learnt) == " cat<|end|>"
    assert row["labels"][-len(learnt) :] == learnt
    assert decoded(row["input_ids"]) == "Context: the cat sat\nQuestion: who?\nAnswer: cat<|end|>"
    assert (counts.kept, counts.windows, counts.dropped) == (1, 1, {})


def test_a_long_passage_gives_the_first_window_that_wholly_holds_the_answer(
    prompter: Prompter,
) -> None:
    assert DOG.of(LONG) == "dog"
    windows = prompter.windows(LONG)
    (row,), _ = rows.demonstration_rows([demonstration(LONG, Answer("dog", DOG))], prompter)
    first = next(window for window in windows if window.holds(DOG))
    assert len(windows) > 3
    assert f"Context: {first.text}\nQuestion" in decoded(row["input_ids"])


def test_a_written_answer_is_looked_for_in_the_passage(prompter: Prompter) -> None:
    (row,), _ = rows.demonstration_rows([demonstration(LONG, Answer("barked"))], prompter)
    assert "a dog barked" in decoded(row["input_ids"])


def test_the_next_answer_stands_in_for_one_that_does_not_fit(prompter: Prompter) -> None:
    too_long = Answer(LONG[:400], Span(0, 400))
    (row,), counts = rows.demonstration_rows(
        [demonstration(LONG, too_long, Answer("dog", DOG))], prompter
    )
    assert decoded(row["input_ids"]).endswith("Answer: dog<|end|>")
    assert counts.kept == 1


def test_what_is_not_answerable_is_learnt_in_every_window(prompter: Prompter) -> None:
    made, counts = rows.demonstration_rows([demonstration(LONG)], prompter)
    assert (counts.kept, counts.windows) == (1, len(prompter.windows(LONG)))
    assert all(decoded(row["input_ids"]).endswith("Answer: (none)<|end|>") for row in made)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (demonstration(LONG, Answer(LONG[:400], Span(0, 400))), rows.NO_WINDOW),
        (demonstration(LONG, Answer("not in there")), rows.NO_WINDOW),
        (demonstration("the cat", Answer("x" * 40)), rows.LONG_ANSWER),
        (demonstration("", Answer("cat")), rows.NO_CONTEXT),
        (demonstration("the cat", Answer("cat"), question="who " * 40), rows.LONG_QUESTION),
    ],
)
def test_what_does_not_fit_is_left_out_and_counted(
    prompter: Prompter, given: Demonstration, reason: str
) -> None:
    made, counts = rows.demonstration_rows([given], prompter)
    assert (made, counts.given, counts.dropped) == ([], 1, {reason: 1})


@pytest.mark.parametrize("length", [1, 8, 40])
def test_no_row_is_ever_longer_than_max_length(prompter: Prompter, length: int) -> None:
    context = "größer als 🙂 the cat. " * length
    given = [
        demonstration(context, Answer(word, Span(at, at + len(word))))
        for word in ("cat", "🙂", "größer als")
        for at in range(len(context))
        if context.startswith(word, at)
    ]
    made, counts = rows.demonstration_rows(given, prompter)
    # Words at a window's edge may lie in no window as a whole; nothing else is left out.
    assert counts.kept == len(made) >= len(given) // 2
    assert set(counts.dropped) <= {rows.NO_WINDOW}
    assert max(len(row["input_ids"]) for row in made) <= CONFIG.max_length


def test_a_template_without_context_reads_the_question_alone() -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate("{question}"), CONFIG)
    answer = Answer("dog", DOG)
    (row,), _ = rows.demonstration_rows([demonstration(LONG, answer)], prompter)
    assert decoded(row["input_ids"]) == "who? dog<|end|>"


def test_a_text_is_learnt_as_a_whole_and_a_longer_one_left_out(prompter: Prompter) -> None:
    (row,), counts = rows.text_rows(["the cat", "the cat " * 200], prompter)
    assert row["labels"] == row["input_ids"]
    assert decoded(row["input_ids"]) == "the cat<|end|>"
    assert counts.dropped == {rows.LONG_TEXT: 1}


def test_a_pair_shares_one_prompt_in_a_window_that_holds_both(prompter: Prompter) -> None:
    mat = Span(DOG.start - 7, DOG.start - 4)
    assert mat.of(LONG) == "mat"
    given = pair(LONG, Answer("mat", mat), Answer("dog", DOG))
    (row,), kept, _ = rows.pair_rows([given], prompter)
    assert kept == [given]
    assert "a dog barked" in decoded(row["prompt_ids"])
    assert decoded(row["chosen_ids"]) == " mat<|end|>"
    assert decoded(row["rejected_ids"]) == " dog<|end|>"


def test_where_no_window_holds_both_the_chosen_answer_decides(prompter: Prompter) -> None:
    cat = Answer("cat", Span(4, 7))
    (row,), _, _ = rows.pair_rows([pair(LONG, Answer("dog", DOG), cat)], prompter)
    assert "a dog barked" in decoded(row["prompt_ids"])
    (row,), _, _ = rows.pair_rows([pair(LONG, Answer(""), Answer("dog", DOG))], prompter)
    assert "a dog barked" in decoded(row["prompt_ids"])
    assert decoded(row["chosen_ids"]) == " (none)<|end|>"


def test_a_pair_without_room_for_both_is_left_out_and_counted(prompter: Prompter) -> None:
    given = [
        pair("the cat", Answer("x" * 40), Answer("cat")),
        pair("the cat", Answer("cat"), Answer("x" * 200)),
        pair(LONG, Answer(LONG[:400], Span(0, 400)), Answer("dog", DOG)),
    ]
    made, kept, counts = rows.pair_rows(given, prompter)
    assert (made, kept) == ([], [])
    assert counts.dropped == {rows.LONG_ANSWER: 1, rows.LONG_REJECTED: 1, rows.NO_WINDOW: 1}


def test_a_rejected_answer_may_be_longer_than_what_is_ever_written(prompter: Prompter) -> None:
    given = [pair("the cat", Answer("cat"), Answer("x" * 40))]
    (row,), _, counts = rows.pair_rows(given, prompter)
    assert len(row["rejected_ids"]) > prompter.config.max_new_tokens
    assert (counts.kept, counts.dropped) == (1, {})


def test_rows_that_begin_alike_have_one_number_where_the_context_comes_first() -> None:
    cat, sat = Answer("cat", Span(4, 7)), Answer("sat", Span(8, 11))
    given = [demonstration("the cat sat", cat), demonstration("a mat", Answer("mat", Span(2, 5)))]
    given.append(demonstration("the cat sat", sat, question="what?"))
    made, _ = rows.demonstration_rows(given, Prompter(TOKENIZER, PromptTemplate(), CONFIG))
    assert [row["passage"] for row in made] == [0, 1, 0]
    question_first = PromptTemplate("{question} {context}")
    made, _ = rows.demonstration_rows(given, Prompter(TOKENIZER, question_first, CONFIG))
    assert all("passage" not in row for row in made)
