"""Words, phrases and where they stand, in several scripts."""

import pytest

from goldspan.domain.text_search import Phrase, highlights, phrases_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Lusitania sank, 1915.", ["the", "lusitania", "sank", "1915"]),
        ("Don't stop_here", ["don", "t", "stop", "here"]),
        ("Ångström ÉCOLE e\u0301cole Straße", ["angstrom", "ecole", "ecole", "strasse"]),
        ("中国的北京 city", ["中", "国", "的", "北", "京", "city"]),
        ("اَلْعَرَبِيَّةُ لغـــة", ["العربية", "لغة"]),
        ("สวัสดี", ["ส", "ว", "ส", "ด"]),
        ("हिन्दी भाषा", ["हनद", "भष"]),
        ("🙂 — …", []),
    ],
)
def test_words_are_compared_without_case_accents_and_signs(text: str, words: list[str]) -> None:
    assert [word.text for word in words_of(text)] == words


def test_a_word_knows_its_place_in_code_points() -> None:
    assert [(w.start, w.end) for w in words_of("🙂 Café now")] == [(2, 6), (7, 10)]


def test_quotes_make_a_phrase_and_the_last_word_may_be_unfinished() -> None:
    assert phrases_of('"sank in" May lusi') == [
        Phrase(("sank", "in"), "sank in"),
        Phrase(("may",), "May"),
        Phrase(("lusi",), "lusi", is_open=True),
    ]
    assert [one.is_open for one in phrases_of("lusi ")] == [False]
    assert [one.is_open for one in phrases_of('"lusi"')] == [False]
    assert phrases_of("?!") == []


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("lusi SANK", "The Lusitania sank.", ["sank"]),
        ("sank lusi", "The Lusitania sank.", ["Lusitania", "sank"]),
        ('"in May"', "In May, in the May of 1915, in may", ["In May", "in may"]),
        ("北京", "我住在北京。京北", ["北京"]),
        ("العربية", "هي اَلْعَرَبِيَّةُ", ["اَلْعَرَبِيَّةُ"]),
        ("a b c", "a b c", ["a", "b", "c"]),
        ("U.S.", "the U.S. of", ["U.S"]),
        ("none", "The Lusitania sank.", []),
    ],
)
def test_what_is_found_is_marked(query: str, text: str, marked: list[str]) -> None:
    found = highlights(phrases_of(query), text)
    assert [text[start:end] for start, end in found] == marked
