"""SQuAD's scores by hand, and against a second implementation written from the rules alone."""

import json
import os
import string
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.squad_version import SquadVersion
from goldspan.errors import InvalidInput
from goldspan.evaluation.squad import exact_match, percent, score, token_f1

VERSIONS: tuple[SquadVersion, ...] = ("v1.1", "v2.0")
EXAMPLES = 10_000 if os.environ.get("GOLDSPAN_TEST_ALL") else 500


def demonstration(id: str, *golds: str) -> Demonstration:
    return Demonstration(id, "who?", "a passage", tuple(Answer(gold) for gold in golds))


@pytest.mark.parametrize(
    ("prediction", "gold"),
    [
        ("The cat", "cat!"),
        ("U.S.", "US"),
        ("a\tcat  an", "cat"),
        ("IN 1990", "in 1990."),
        ("the", "An"),
    ],
)
def test_case_ascii_punctuation_articles_and_spacing_do_not_count(
    prediction: str, gold: str
) -> None:
    assert exact_match(prediction, [gold]) == 1


@pytest.mark.parametrize(
    ("prediction", "gold"),
    [("£5", "5"), ("“cat”", "cat"), ("1990–91", "199091"), ("then", "n"), ("cat-nap", "cat nap")],
)
def test_other_signs_and_parts_of_words_do_count(prediction: str, gold: str) -> None:
    assert exact_match(prediction, [gold]) == 0


def test_f1_is_the_harmonic_mean_of_token_precision_and_recall() -> None:
    # 1 of 2 given tokens is right, 1 of 1 gold tokens is found: 2 * 1/2 * 1 / (1/2 + 1) = 2/3
    assert token_f1("In 1990,", ["1990"]) == pytest.approx(2 / 3)


def test_a_repeated_token_counts_as_often_as_both_sides_have_it() -> None:
    # 2 common of 3 given and 2 gold: precision 2/3, recall 1, F1 4/5
    assert token_f1("bora bora bora", ["Bora Bora"]) == pytest.approx(4 / 5)


def test_the_nearest_gold_answer_counts() -> None:
    assert token_f1("Ada Lovelace", ["Lovelace", "Ada Lovelace", "Ada"]) == 1


def test_an_answer_of_articles_alone_equals_nothing_in_v2_and_has_no_f1_in_v1() -> None:
    assert token_f1("the", ["an"], "v2.0") == 1
    assert token_f1("the", ["an"], "v1.1") == 0
    assert exact_match("the", ["an"], "v1.1") == 1


def test_v2_drops_golds_that_normalise_to_nothing() -> None:
    assert exact_match("", ["the", "cat"], "v2.0") == 0
    assert exact_match("", ["the", "cat"], "v1.1") == 1
    assert exact_match("", ["the"], "v2.0") == 1


def test_without_a_gold_answer_only_the_empty_answer_is_right() -> None:
    assert (exact_match("", []), token_f1("", [])) == (1, 1)
    assert (exact_match("cat", []), token_f1("cat", [])) == (0, 0)


def test_a_small_file_scores_as_worked_by_hand() -> None:
    questions = [
        demonstration("cat", "cat!"),
        demonstration("country", "US"),
        demonstration("year", "1990"),
        demonstration("article", "the"),
        demonstration("none-1"),
        demonstration("none-2"),
    ]
    said = {"cat": "The cat", "country": "U.S.", "year": "In 1990,", "article": "", "none-1": ""}
    scores = score(questions, {**said, "none-2": "a guess"})
    # exact: cat, country, article, none-1 of 6; F1 adds 2/3 for the year
    assert percent([s.exact_match for s in scores], "v2.0") == pytest.approx(100 * 4 / 6)
    assert percent([s.f1 for s in scores], "v2.0") == pytest.approx(100 * (4 + 2 / 3) / 6)
    assert [s.id for s in scores if not s.answerable] == ["none-1", "none-2"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_question_without_a_prediction_is_wrong_and_said_to_be_missing(
    version: SquadVersion,
) -> None:
    scores = score([demonstration("x", "cat"), demonstration("y", "the")], {"x": "cat"}, version)
    assert [(s.exact_match, s.f1, s.missing) for s in scores] == [(1, 1, False), (0, 0, True)]


def test_v1_refuses_a_question_that_is_not_answerable() -> None:
    with pytest.raises(InvalidInput, match=r"no rule for .* such as 'y'; score with version='v2"):
        score([demonstration("x", "cat"), demonstration("y")], {}, "v1.1")


def test_two_questions_with_one_id_are_refused() -> None:
    with pytest.raises(InvalidInput, match="1 ids occur more than once, 'x'"):
        score([demonstration("x", "cat"), demonstration("x", "dog")], {})


def test_the_mean_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no question to score"):
        percent([], "v1.1")


@pytest.mark.parametrize("name", ["squad-dev-v1.1.json", "squad-dev-v2.0.json"])
def test_gold_against_itself_is_exactly_100(squad_dir: Path, name: str) -> None:
    file = json.loads((squad_dir / name).read_text(encoding="utf-8"))
    questions = [
        demonstration(qa["id"], *(answer["text"] for answer in qa["answers"]))
        for article in file["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]
    version: SquadVersion = "v1.1" if "v1.1" in name else "v2.0"
    scores = score(questions, {q.id: q.gold_texts[0] for q in questions}, version)
    assert percent([s.exact_match for s in scores], version) == 100.0
    assert percent([s.f1 for s in scores], version) == 100.0


# --- a second implementation, from the rules alone ---


def words(text: str) -> list[str]:
    """Tokens by walking over runs of letters and digits instead of by regular expressions."""
    kept = [character for character in text.lower() if character not in string.punctuation]
    runs = ("".join(run) for _, run in groupby(kept, key=str.isalnum))
    return "".join(" " if run in ("a", "an", "the") else run for run in runs).split()


def second_opinion(said: str, golds: Sequence[str], version: SquadVersion) -> tuple[float, float]:
    """Exact match and F1 of one question."""
    wanted = [words(gold) for gold in golds]
    if version == "v2.0":
        wanted = [tokens for tokens in wanted if tokens] or [[]]
    best = 0.0
    for tokens in wanted:
        left = list(tokens)
        for token in words(said):
            if token in left:
                left.remove(token)
        common = len(tokens) - len(left)
        if common:
            precision, recall = common / len(words(said)), common / len(tokens)
            best = max(best, 2 * precision * recall / (precision + recall))
        elif version == "v2.0" and not words(said) and not tokens:
            best = 1.0
    return float(words(said) in wanted), best


# Drawn as one string of letters and then spelled out: much quicker than a list of pieces.
PIECES = ["the", "The", "AN", "a", "cat", "cats", "U.S.", "us", "1990", "£5", "5", "“cat”", "–"]
PIECES += [
    "-",
    "a\u0301",
    "é",
    "e\u0301",
    "ß",
    "SS",
    "İ",
    "ﬁ",
    "东京",
    "१२",
    "القاهرة",
    "😀",
    "the’s",
]
PIECES += ["a_b", "'", "$", "\u200b", "\u00a0", "\u2028", "\x1f", " ", "\t"]
# Mostly the same few words, so that half-right answers are common.
PIECES += [f" {word} " for word in ("the", "cat", "Cat", "us", "1990", "东京") for _ in range(12)]
SPELLED = {chr(0x4E00 + i): piece for i, piece in enumerate(PIECES)}
SPELLED_TEXTS = st.text("".join(SPELLED), max_size=6).map(
    lambda text: "".join(SPELLED[letter] for letter in text)
)
TEXTS = SPELLED_TEXTS | st.text(max_size=6)


@settings(max_examples=EXAMPLES, derandomize=True, deadline=None)
@given(said=TEXTS, golds=st.lists(TEXTS, min_size=1, max_size=3))
def test_a_second_implementation_agrees_to_the_last_digit(said: str, golds: list[str]) -> None:
    for version in VERSIONS:
        [scored] = score([demonstration("x", *golds)], {"x": said}, version)
        assert (scored.exact_match, scored.f1) == second_opinion(said, golds, version)


@given(st.lists(st.tuples(st.none() | TEXTS, TEXTS), min_size=1, max_size=20))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_the_mean_has_the_official_scripts_last_digit(cases: list[tuple[str | None, str]]) -> None:
    questions = [demonstration(str(i), gold) for i, (_, gold) in enumerate(cases)]
    predictions = {str(i): said for i, (said, _) in enumerate(cases) if said is not None}
    values = [s.f1 for s in score(questions, predictions, "v1.1")]
    added = 0.0
    for said, gold in cases:
        added += 0 if said is None else second_opinion(said, [gold], "v1.1")[1]
    assert percent(values, "v1.1") == 100.0 * added / len(cases)
    assert percent(values, "v2.0") == 100.0 * sum(values) / len(cases)
