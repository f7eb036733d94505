"""Prompts and completions as token ids."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.domain.prompt import PromptTemplate
from goldspan.domain.span import Span
from goldspan.errors import InvalidSettings, UnusableModel
from goldspan.reader.generative_config import GenerativeReaderConfig
from goldspan.reader.prompting import Prompter, Window
from goldspan.training.preset import train_tokenizer

TEXTS = ["Context: the cat sat on the mat.", "Question: who sat?", "Answer: the cat"]
CONFIG = GenerativeReaderConfig(
    max_length=128, max_question_length=24, doc_stride=8, max_new_tokens=16
)
TOKENIZER: Any = train_tokenizer(TEXTS, 400)
TUTORIAL = PromptTemplate("### Question: {question}\n\n### Context: {context}\n\n### Answer:")


@pytest.mark.parametrize("template", [PromptTemplate(), TUTORIAL], ids=["default", "tutorial"])
@given(context=st.text(min_size=1, max_size=400), question=st.text(max_size=60), answer=st.text())
@settings(max_examples=60, deadline=None)
def test_whatever_the_texts_prompt_and_room_for_the_answer_fit(
    template: PromptTemplate, context: str, question: str, answer: str
) -> None:
    prompter = Prompter(TOKENIZER, template, CONFIG)
    for window in prompter.windows(context):
        ids = prompter.prompt(question, window)
        assert len(ids) + CONFIG.max_new_tokens <= CONFIG.max_length
        assert context[window.start : window.start + len(window.text)] == window.text


@given(st.text(min_size=1, max_size=300), st.text(max_size=30), st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_prompt_and_completion_read_as_the_template_makes_them(
    context: str, question: str, answer: str
) -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate(), CONFIG)
    window = prompter.windows(context)[0]
    ids = prompter.prompt(question, window) + prompter.completion(question, window, answer)
    text = TOKENIZER.decode(ids[:-1])
    assert ids[-1] == TOKENIZER.eos_token_id
    assert text.endswith(PromptTemplate().render_completion(answer))
    assert text.startswith("Context: " + window.text)


def test_a_prompt_is_a_prefix_of_prompt_and_completion_in_tokens() -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate(), CONFIG)
    window = Window(0, "the cat sat")
    asked = prompter.prompt("who sat?", window)
    whole = TOKENIZER("Context: the cat sat\nQuestion: who sat?\nAnswer: the cat")["input_ids"]
    completion = prompter.completion("who sat?", window, "the cat")
    assert [*asked, *completion] == [*whole, TOKENIZER.eos_token_id]


def test_where_tokens_would_merge_over_the_seam_the_prompt_stays_as_it_is_asked() -> None:
    # A byte-level tokenizer that knows "mat" joins the prompt's "m" with the answer's "at".
    tokenizer: Any = train_tokenizer(["mat mat mat"], 300)
    prompter = Prompter(tokenizer, PromptTemplate("{question} m", "{answer}"), CONFIG)
    asked = prompter.prompt("x", Window(0, ""))
    completion = prompter.completion("x", Window(0, ""), "at")
    assert tokenizer("x mat")["input_ids"][: len(asked)] != asked
    assert tokenizer.decode([*asked, *completion[:-1]]) == "x mat"


def test_windows_do_not_depend_on_the_question_and_share_the_stride() -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate(), CONFIG)
    context = "the cat sat on the mat. " * 40
    windows = prompter.windows(context)
    assert len(windows) > 2
    for one, other in pairwise(windows):
        shared = context[other.start : one.start + len(one.text)]
        assert len(TOKENIZER(shared)["input_ids"]) == 8
    assert windows[-1].start + len(windows[-1].text) == len(context)


def test_a_window_holds_a_span_only_as_a_whole() -> None:
    window = Window(10, "abcde")
    assert window.holds(Span(10, 15))
    assert not window.holds(Span(9, 12))
    assert not window.holds(Span(12, 16))


def test_a_long_question_is_read_from_its_start() -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate(), CONFIG)
    question = "who sat on the mat? " * 20
    assert prompter.is_cut(question)
    assert not prompter.is_cut("who sat?")
    text = TOKENIZER.decode(prompter.prompt(question, Window(0, "the cat")))
    assert "Question: who sat on the mat? who" in text
    assert text.endswith("\nAnswer:")


def test_without_a_context_the_question_has_all_the_room() -> None:
    prompter = Prompter(TOKENIZER, PromptTemplate("{question}"), CONFIG)
    assert prompter.windows("whatever") == [Window(0, "")]
    assert not prompter.is_cut("the cat sat on the mat. " * 8)


def test_lengths_that_leave_no_room_for_a_passage_are_refused() -> None:
    config = GenerativeReaderConfig(max_length=64, max_question_length=40, max_new_tokens=16)
    with pytest.raises(InvalidSettings, match=r"leaves -?[0-9]+ tokens for the passage"):
        Prompter(TOKENIZER, PromptTemplate(), config)


def test_a_tokenizer_without_an_end_token_is_refused() -> None:
    tokenizer: Any = train_tokenizer(TEXTS, 400)
    tokenizer.eos_token = None
    with pytest.raises(UnusableModel, match="no end token"):
        Prompter(tokenizer, PromptTemplate(), CONFIG)


def test_a_tokenizer_that_closes_every_text_does_not_close_a_prompt() -> None:
    from tokenizers.processors import TemplateProcessing

    tokenizer: Any = train_tokenizer(TEXTS, 400)
    end = (tokenizer.eos_token, tokenizer.eos_token_id)
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single=f"$A {end[0]}", special_tokens=[end]
    )
    prompter = Prompter(tokenizer, PromptTemplate(), CONFIG)
    window = Window(0, "the cat sat")
    assert end[1] not in prompter.prompt("who?", window)
    assert prompter.completion("who?", window, "the cat").count(end[1]) == 1
