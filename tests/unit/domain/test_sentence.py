import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.domain.sentence import sentence_around
from goldspan.domain.span import Span
from goldspan.errors import InvalidSpan


def around(text: str, answer: str, reach: int = 300) -> str:
    start = text.index(answer)
    return sentence_around(text, Span(start, start + len(answer)), reach).of(text)


@pytest.mark.parametrize(
    ("text", "answer", "sentence"),
    [
        ("It rained. Mia left. No!", "Mia", "Mia left."),
        ("Mia left", "left", "Mia left"),
        ("She said “Go!” He went. End.", "He", "He went."),
        ("It cost 3.50 here. Or more.", "3.50", "It cost 3.50 here."),
        ("Title\n\nMia left\nhome. Then", "home", "Mia left\nhome."),
        ("雨。米亚走了。完", "米亚", "米亚走了。"),
        ("Mia left. He went. End.", "left. He", "Mia left. He went."),
        ("Mia left. He went.", "left.", "Mia left."),
    ],
)
def test_the_sentence_that_holds_the_answer_is_found(text: str, answer: str, sentence: str) -> None:
    assert around(text, answer) == sentence


def test_text_without_sentences_is_cut_at_the_reach() -> None:
    assert (
        around("word " * 100 + "HERE" + " word" * 100, "HERE", reach=10)
        == "word word HERE word word"
    )


def test_a_span_past_the_text_is_refused() -> None:
    with pytest.raises(InvalidSpan):
        sentence_around("short", Span(3, 9))


@given(st.text(alphabet="ab .!\n。”", min_size=1, max_size=30), st.data())
def test_the_sentence_always_holds_the_answer(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    sentence = sentence_around(text, span, reach=5)
    assert sentence.start <= span.start < span.end <= sentence.end <= len(text)
