"""Measures of suggestions against answers; the figures are worked by hand."""

import math

import pytest

from goldspan.evaluation import suggestions as measures

TRUTHS = ["a", "a", "b", "c"]
GUESSES = ["a", "b", "b", "b"]


def test_accuracy_takes_lists_in_any_order() -> None:
    assert measures.accuracy(TRUTHS, GUESSES) == 0.5
    assert measures.accuracy([["a", "b"], ["a"]], [["b", "a"], []]) == 0.5


def test_precision_recall_and_f1_are_means_over_labels() -> None:
    # a: 1 of 1 guessed, 1 of 2 true; b: 1 of 3, 1 of 1; c: 0 of 0, 0 of 1.
    assert measures.precision(TRUTHS, GUESSES) == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert measures.recall(TRUTHS, GUESSES) == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert measures.f1(TRUTHS, GUESSES) == pytest.approx((2 / 3 + 2 / 4 + 0) / 3)


def test_a_confusion_matrix_has_truths_as_rows() -> None:
    assert measures.confusion_matrix(TRUTHS, GUESSES)["a"] == {"a": 1, "b": 1, "c": 0}
    table = measures.confusion_matrix([["a"], ["a", "b"]], [["a", "b"], []])
    assert table["a"] == {"hit": 1, "missed": 1, "false": 0, "rest": 0}
    assert table["b"] == {"hit": 0, "missed": 1, "false": 1, "rest": 0}


def test_correlations_go_by_size_or_by_rank() -> None:
    assert measures.pearson([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert measures.spearman([1, 2, 3], [1, 10, 5]) == pytest.approx(0.5)
    assert measures.spearman([1, 1, 2], [3, 3, 9]) == pytest.approx(1)
    assert math.isnan(measures.pearson([1, 1], [1, 2]))


def test_a_ranking_is_worth_what_it_gains_against_the_best() -> None:
    def ranked(*names: str) -> list[dict[str, object]]:
        return [{"value": name, "rank": place} for place, name in enumerate(names, start=1)]

    assert measures.ndcg([ranked("x", "y")], [ranked("x", "y")]) == 1
    best, worst = 2 + 1 / math.log2(3), 1 + 2 / math.log2(3)
    assert measures.ndcg([ranked("x", "y")], [ranked("y", "x")]) == pytest.approx(worst / best)


def test_texts_share_words_and_runs_of_words() -> None:
    # 1-grams: the, cat (2 hits of 3); 2-grams: the cat (1 of 2); 3-grams: 0 of 1.
    assert measures.gleu(["the cat sat"], ["the cat ran"]) == pytest.approx(3 / 6)
    found = measures.rouge(["The cat sat"], ["sat the cat"])
    assert found == pytest.approx({"rouge1": 1.0, "rouge2": 0.5, "rougeL": 2 / 3})
