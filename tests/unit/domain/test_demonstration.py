import pytest

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.errors import InvalidSpan


def test_an_answer_that_does_not_stand_at_its_span_is_refused() -> None:
    with pytest.raises(InvalidSpan, match=r"'1907' of 'q1' should stand at 0:4.*'It s' stands"):
        Demonstration("q1", "When?", "It sank in 1907.", (Answer("1907", Span(0, 4)),))


def test_without_answers_the_gold_is_the_empty_text() -> None:
    unanswerable = Demonstration("q1", "Why?", "It sank in 1907.", ())
    assert not unanswerable.answerable
    assert unanswerable.gold_texts == ("",)


def test_questions_cluster_by_article_else_by_passage_else_by_context() -> None:
    assert Demonstration("q", "?", "text", (), article="Ships", passage="p1").cluster == "Ships"
    assert Demonstration("q", "?", "text", (), passage="p1").cluster == "p1"
    assert Demonstration("q", "?", "text", ()).cluster == "text"
