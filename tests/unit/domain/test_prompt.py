import pytest

from goldspan.domain.prompt import PromptTemplate, require_same_prompt
from goldspan.errors import InvalidInput, TemplateMismatch


def test_the_default_prompt_puts_the_context_first_and_ends_without_a_space() -> None:
    prompt = PromptTemplate().render_prompt(" Who? ", "Ada wrote it.")
    assert prompt == "Context: Ada wrote it.\nQuestion: Who?\nAnswer:"


def test_braces_in_a_question_or_context_stay_as_they_are() -> None:
    prompt = PromptTemplate().render_prompt("What is {context}?", "A {question} mark.")
    assert prompt == "Context: A {question} mark.\nQuestion: What is {context}?\nAnswer:"


def test_no_answer_is_a_completion_that_reads_back_as_the_empty_answer() -> None:
    template = PromptTemplate(no_answer="(none)")
    assert template.render_completion("") == " (none)"
    assert template.render_completion("  ") == " (none)"
    assert template.read_completion(" (none)") == ""


@pytest.mark.parametrize("completion", [" {answer}", "\n\n### Answer: {answer}", " <{answer}>."])
@pytest.mark.parametrize("answer", ["Paris", "3.5 km.", "a {answer}"])
def test_an_answer_reads_back_from_its_completion(completion: str, answer: str) -> None:
    template = PromptTemplate(completion=completion)
    assert template.read_completion(template.render_completion(answer)) == answer


def test_a_completion_cut_before_its_end_keeps_what_it_has() -> None:
    assert PromptTemplate(completion=" <{answer}>.").read_completion(" <Par") == "Par"


@pytest.mark.parametrize(
    ("prompt", "completion", "message"),
    [
        ("{context} Answer:", " {answer}", r"\{question\} once, found it 0 times"),
        ("{question}{question}", " {answer}", "found it 2 times"),
        ("{question}{context}{context}", " {answer}", r"\{context\} at most once"),
        ("{question}", "answer", r"\{answer\} once"),
        ("{question} ", "{answer}", "may not end in white space"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused(
    prompt: str, completion: str, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        PromptTemplate(prompt, completion)


def test_a_template_survives_its_json_and_keeps_its_hash() -> None:
    template = PromptTemplate("Frage: {question}\nText: {context}\n→", " {answer}", "(fehlt)")
    again = PromptTemplate.from_json(template.to_json())
    assert (again, again.hash) == (template, template.hash)
    assert again.hash != PromptTemplate().hash


@pytest.mark.parametrize("text", ["", "[]", "{}x", '{"prompt": 3}', '{"other": "x"}', "null"])
def test_json_that_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a prompt template"):
        PromptTemplate.from_json(text)


def test_a_different_prompt_is_refused_with_both_shown() -> None:
    other = PromptTemplate("Question: {question} Context: {context}")
    with pytest.raises(TemplateMismatch) as raised:
        require_same_prompt(PromptTemplate(), other, "DPO")
    assert repr(other.prompt) in str(raised.value)
    assert repr(PromptTemplate().prompt) in str(raised.value)


def test_a_different_no_answer_text_is_no_different_prompt() -> None:
    require_same_prompt(PromptTemplate(), PromptTemplate(no_answer="(none)"), "DPO")
