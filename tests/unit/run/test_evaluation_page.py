from html.parser import HTMLParser

import msgspec

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.evaluation.detail import Prediction, take_apart
from goldspan.evaluation.report import compare, summarise
from goldspan.evaluation.squad import score
from goldspan.run.evaluation_page import evaluation_page

CONTEXT = "Tea & <b>milk</b> come from cows."
QUESTIONS = [
    Demonstration("a", "What comes?", CONTEXT, (Answer("milk"),), "x"),
    Demonstration("b", "From <whom>?", CONTEXT, (), "y"),
]


def page_of() -> str:
    said = {
        "a": Prediction("cows", 0.9, Span(28, 32), "cows", 0.2, raw_score=0.3),
        "b": Prediction("", 0.6, None, "cows", 0.6, raw_score=0.6),
    }
    texts = {id: p.text for id, p in said.items()}
    scores = score(QUESTIONS, texts, "v2.0")
    document = {
        "reports": [summarise(scores, version="v2.0", name="new")],
        "comparisons": [compare(scores, scores, names=("old", "new"))],
        "details": [take_apart(QUESTIONS, said, version="v2.0", name="new")],
        "side_by_side": [
            {
                "question_text": "What comes?",
                "golds": ["milk"],
                "answers": {"old": "", "new": "cows"},
            }
        ],
    }
    return evaluation_page(msgspec.to_builtins(document))


def test_the_page_shows_a_wrong_answer_marked_in_its_passage_and_escapes_all_texts() -> None:
    page = page_of()
    assert "Tea &amp; &lt;b&gt;milk&lt;/b&gt; come from <mark>cows</mark>." in page
    assert "<b>" not in page
    assert "ECE" in page
    assert "new − old" in page
    assert page.count("<svg") == 3


def test_a_passage_is_cut_around_the_answer_and_says_so() -> None:
    said = {"far": Prediction("milk", 0.9, Span(500, 504)), "silent": Prediction("", 0.9)}
    context = f"{'a' * 500}milk{'b' * 400}"
    questions = [
        Demonstration("far", "Cows give?", context, (Answer("aa"),)),
        Demonstration("silent", "Cows give what?", "Cows give milk.", (Answer("milk"),)),
    ]
    detail = take_apart(questions, said, version="v1.1", name="new")
    scores = score(questions, {id: p.text for id, p in said.items()}, "v1.1")
    reports = [summarise(scores, version="v1.1", name="new")]
    page = evaluation_page(
        msgspec.to_builtins({"reports": reports, "comparisons": [], "details": [detail]})
    )
    assert f"<p>…{'a' * 300}<mark>milk</mark>{'b' * 300}…</p>" in page
    assert "<p>Cows give <u>milk</u>.</p>" in page


def test_the_page_stands_alone() -> None:
    page = page_of()
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    HTMLParser().feed(page)
