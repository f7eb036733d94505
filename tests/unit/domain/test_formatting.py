from collections.abc import Iterator
from typing import Any

import pytest

from goldspan.domain.formatting import (
    probe_formatting,
    probe_preference_formatting,
    verify_formatting,
    verify_preference_formatting,
)
from goldspan.domain.prompt import PromptTemplate

COLUMNS = {"question": "question", "context": "context", "answer": "answer"}
ROW = {"question": "Who?", "context": "Ada wrote it.", "answer": "Ada"}
LONG = {"question": "Who?", "context": "Ada wrote it. " * 9, "answer": "Ada"}


def tutorial(row: Any) -> str:
    return (
        f"### Question: {row['question']}\n\n### Context: {row['context']}\n\n"
        f"### Answer: {row['answer']}"
    )


def test_a_fixed_template_is_found_with_its_last_space_in_the_completion() -> None:
    probe = probe_formatting(tutorial, ROW, COLUMNS)
    assert probe.template == PromptTemplate(
        "### Question: {question}\n\n### Context: {context}\n\n### Answer:", " {answer}"
    )


def test_a_template_found_makes_the_text_that_the_function_made() -> None:
    template = probe_formatting(tutorial, ROW, COLUMNS).template
    assert template is not None
    prompt = template.render_prompt("Who?", "Ada wrote it.")
    assert prompt + template.render_completion("Ada") == tutorial(ROW)


def test_a_list_of_responses_keeps_its_shape() -> None:
    row = {**ROW, "answer": [{"user_id": "u", "value": "Ada", "status": "submitted"}]}

    def formatting(row: Any) -> str:
        return f"{row['context']}\n{row['question']}\n{row['answer'][0]['value']}"

    probe = probe_formatting(formatting, row, COLUMNS)
    assert probe.template == PromptTemplate("{context}\n{question}", "\n{answer}")
    assert verify_formatting(formatting, [row], COLUMNS, probe.template).template is not None


def test_other_braces_around_the_columns_are_no_obstacle() -> None:
    def formatting(row: Any) -> str:
        return f'{{"q": "{row["question"]}", "c": "{row["context"]}", "a": "{row["answer"]}"}}'

    template = probe_formatting(formatting, ROW, COLUMNS).template
    assert template == PromptTemplate('{"q": "{question}", "c": "{context}", "a": "', '{answer}"}')


@pytest.mark.parametrize(
    ("formatting", "reason"),
    [
        (lambda row: row["question"].upper() + row["context"] + row["answer"], "changed or left"),
        (lambda row: row["question"].lower() + row["context"] + row["answer"], "changed or left"),
        (lambda row: row["question"] + row["answer"], "'context' is changed or left out"),
        (lambda row: tutorial(row) + row["answer"], "'answer' is used more than once"),
        (lambda row: row["answer"] + row["question"] + row["context"], "follows the answer"),
        (lambda row: tutorial(row) + str(len(row["context"])), "depends on their values"),
        (lambda row: tutorial(row)[: row["missing"]], "fails on a marker: KeyError"),
        (lambda row: "{question} " + tutorial(row), r"holds {question} itself"),
        (lambda row: [tutorial(row)], "returns list, not str"),
    ],
)
def test_logic_inside_is_found_and_named(formatting: Any, reason: str) -> None:
    probe = probe_formatting(formatting, ROW, COLUMNS)
    assert probe.template is None
    assert reason in probe.reason


def test_logic_that_only_real_rows_show_is_found_by_verifying() -> None:
    def formatting(row: Any) -> str:
        return tutorial({**row, "context": row["context"][:60]})

    template = probe_formatting(formatting, ROW, COLUMNS).template
    assert template is not None
    assert verify_formatting(formatting, [ROW], COLUMNS, template).template == template
    probe = verify_formatting(formatting, [ROW, LONG], COLUMNS, template)
    assert probe.template is None
    assert "row 1 is not rendered" in probe.reason


def test_a_column_that_was_not_probed_is_found_by_verifying() -> None:
    rows = [{**ROW, "title": "Ada"}, {**ROW, "title": "Lovelace"}]

    def formatting(row: Any) -> str:
        return f"{row['title']}: {tutorial(row)}"

    template = probe_formatting(formatting, rows[0], COLUMNS).template
    assert template is not None
    assert verify_formatting(formatting, rows, COLUMNS, template).template is None


def test_white_space_around_question_and_answer_is_no_logic() -> None:
    row = {**ROW, "question": " Who? ", "answer": "Ada "}

    def formatting(row: Any) -> str:
        return tutorial({name: text.strip() for name, text in row.items()})

    template = probe_formatting(tutorial, ROW, COLUMNS).template
    assert template is not None
    for function in (tutorial, formatting):
        assert verify_formatting(function, [row], COLUMNS, template).template == template


PREFERENCE_COLUMNS = {"question": "prompt", "context": "context"}
PREFERENCE_ROW = {"prompt": "Who?", "context": "Ada wrote it.", "response1": "A", "response2": "B"}


def as_tuple(row: Any) -> Any:
    prompt = f"Question: {row['prompt']} Context: {row['context']}"
    return prompt, row["response1"], row["response2"]


def as_mapping(row: Any) -> Any:
    return dict(zip(("prompt", "chosen", "rejected"), as_tuple(row), strict=True))


def as_iterator(row: Any) -> Iterator[Any]:
    yield as_tuple(row)
    yield as_mapping(row)


@pytest.mark.parametrize("formatting", [as_tuple, as_mapping, as_iterator])
def test_a_preference_function_shows_its_prompt(formatting: Any) -> None:
    probe = probe_preference_formatting(formatting, PREFERENCE_ROW, PREFERENCE_COLUMNS)
    assert probe.template is not None
    assert probe.template.prompt == "Question: {question} Context: {context}"
    verified = verify_preference_formatting(
        formatting, [PREFERENCE_ROW], PREFERENCE_COLUMNS, probe.template
    )
    assert verified.template == probe.template


def test_a_row_without_a_pair_says_nothing_about_the_prompt() -> None:
    template = PromptTemplate("{context} {question}")
    probe = verify_preference_formatting(
        lambda row: None, [PREFERENCE_ROW], PREFERENCE_COLUMNS, template
    )
    assert probe.template == template


@pytest.mark.parametrize(
    ("formatting", "reason"),
    [
        (lambda row: None, "0 different prompts"),
        (lambda row: "text", "not (prompt, chosen, rejected)"),
        (lambda row: [as_tuple(row), ("other", "a", "b")], "2 different prompts"),
        (lambda row: (row["prompt"], "a", "b"), "'context' is changed or left out"),
    ],
)
def test_a_preference_function_without_a_fixed_prompt_is_named(
    formatting: Any, reason: str
) -> None:
    probe = probe_preference_formatting(formatting, PREFERENCE_ROW, PREFERENCE_COLUMNS)
    assert probe.template is None
    assert reason in probe.reason
