"""The question-answering pipeline: transformers' call and result, with our reader behind it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

import goldspan
from goldspan.errors import InvalidInput

CONTEXT = "The cat sat on the mat. A dog ate fish."


@pytest.fixture(scope="module")
def answerer(make_span_parts: Callable[..., tuple[Any, Any]]) -> Any:
    model, tokenizer = make_span_parts([CONTEXT, "who sat where ?"])
    torch.nn.init.normal_(model.qa_outputs.weight, std=2.0)
    return goldspan.pipeline("question-answering", model=model, tokenizer=tokenizer)


def test_one_question_gives_one_answer_with_its_place(answerer: Any) -> None:
    result = answerer(question="who sat ?", context=CONTEXT)
    assert sorted(result) == ["answer", "end", "score", "start"]
    assert CONTEXT[result["start"] : result["end"]] == result["answer"]


def test_all_old_forms_of_a_call_are_the_same(answerer: Any) -> None:
    row = {"question": "who sat ?", "context": CONTEXT}
    one = answerer(**row)
    assert answerer(row) == answerer("who sat ?", CONTEXT) == one
    assert answerer(data=row) == answerer(**row, batch_size=8, num_workers=0, padding=True) == one
    assert answerer(**row, topk=2) == answerer(**row, top_k=2)
    assert answerer([row]) == answerer(question=["who sat ?"], context=CONTEXT) == [one]


def test_one_context_serves_many_questions(answerer: Any) -> None:
    results = answerer(question=["who sat ?", "where ?"], context=CONTEXT)
    assert len(results) == 2
    assert results[1]["answer"] == answerer(question="where ?", context=CONTEXT)["answer"]


def test_more_answers_come_as_lists_best_first(answerer: Any) -> None:
    results = answerer(question=["who ?", "where ?"], context=[CONTEXT, "dog ate fish"], top_k=3)
    assert [len(each) for each in results] == [3, 3]
    scores = [answer["score"] for answer in results[0]]
    assert scores == sorted(scores, reverse=True)
    assert len(answerer(question="who ?", context=CONTEXT, top_k=2)) == 2


def test_the_empty_answer_competes_only_if_asked(answerer: Any) -> None:
    call = {"question": "who ?", "context": "cat mat", "top_k": 10}
    assert "" not in {answer["answer"] for answer in answerer(**call)}
    results = answerer(**call, handle_impossible_answer=True)
    (empty,) = [answer for answer in results if answer["answer"] == ""]
    assert (empty["start"], empty["end"]) == (0, 0)
    assert sum(answer["score"] for answer in results) == pytest.approx(1.0)
    best = answerer(**{**call, "top_k": 1}, handle_impossible_answer=True)
    assert best == results[0] == max(results, key=lambda answer: float(answer["score"]))


def test_an_answer_is_no_longer_than_asked_for(answerer: Any) -> None:
    results = answerer(question="who ?", context="cat mat dog", top_k=50, max_answer_len=1)
    assert {answer["answer"] for answer in results} == {"cat", "mat", "dog"}


def test_options_given_at_the_start_hold_for_every_call(
    make_span_parts: Callable[..., tuple[Any, Any]],
) -> None:
    model, tokenizer = make_span_parts([CONTEXT])
    answerer = goldspan.pipeline("question-answering", model, tokenizer, top_k=2, device=-1)
    assert len(answerer(question="who ?", context=CONTEXT)) == 2
    assert len(answerer(question="who ?", context=CONTEXT, top_k=3)) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"question": "who ?"}, "needs question= and context="),
        ({"question": " ", "context": CONTEXT}, "question should be a text that is not empty"),
        ({"question": "who ?", "context": ""}, "context should be a text that is not empty"),
        ({"question": ["a", "b"], "context": ["c"]}, "found 2 and 1"),
        ({"question": "who ?", "context": CONTEXT, "top_k": 0}, "top_k should be at least 1"),
    ],
)
def test_a_wrong_call_is_refused(answerer: Any, call: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        answerer(**call)


def test_a_row_without_context_is_shown(answerer: Any) -> None:
    with pytest.raises(
        InvalidInput, match=r"'question' and 'context', found \{'question': 'who'\}"
    ):
        answerer([{"question": "who"}])


def test_an_unknown_option_is_refused_with_those_that_are_known(answerer: Any) -> None:
    with pytest.raises(InvalidInput, match=r"options top_k, .*; found 'beams'"):
        answerer(question="who ?", context=CONTEXT, beams=4)


def test_another_task_is_sent_to_transformers() -> None:
    with pytest.raises(InvalidInput, match=r"found 'text-generation'.*transformers\.pipeline"):
        goldspan.pipeline("text-generation", model="gpt2")
