import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldspan.domain.demonstration import Answer
from goldspan.domain.preference import Judgement, PreferencePair, preference_pairs

CANDIDATES = {"response1": Answer("in May"), "response2": Answer("May 1907")}


def build(
    *judgements: Judgement, candidates: dict[str, Answer] = CANDIDATES
) -> list[PreferencePair]:
    return preference_pairs("r1", "When?", "It sank in May 1907.", candidates, judgements)


def vote(user: str, first: int, second: int) -> Judgement:
    return Judgement(user, {"response1": first, "response2": second})


def test_one_annotators_choice_makes_one_pair_without_smoothing() -> None:
    (pair,) = build(vote("ann", 2, 1))
    assert (pair.chosen.text, pair.rejected.text) == ("May 1907", "in May")
    assert pair.label_smoothing == 0.0
    assert pair.annotators == ("ann",)
    assert pair.record_id == "r1"


def test_two_of_three_smooth_by_three_eighths() -> None:
    # p = (2 + 0 + 1/2) / (3 + 1) = 5/8, so the minority's share is 3/8.
    (pair,) = build(vote("ann", 1, 2), vote("ben", 1, 2), vote("cai", 2, 1))
    assert pair.chosen.text == "in May"
    assert pair.label_smoothing == 0.375


def test_three_of_three_smooth_by_one_eighth() -> None:
    (pair,) = build(vote("ann", 1, 2), vote("ben", 1, 2), vote("cai", 1, 2))
    assert pair.label_smoothing == 0.125


def test_a_tie_and_a_split_vote_make_no_pair() -> None:
    assert build(vote("ann", 1, 1)) == []
    assert build(vote("ann", 1, 2), vote("ben", 2, 1)) == []


def test_a_tie_beside_a_win_counts_half() -> None:
    # p = (1 + 1/2 + 1/2) / 3 = 2/3.
    (pair,) = build(vote("ann", 1, 2), vote("ben", 1, 1))
    assert pair.label_smoothing == pytest.approx(1 / 3)


def test_none_acceptable_makes_no_pair_but_its_correction_beats_every_candidate() -> None:
    ranks = {"response1": 1, "response2": 2}
    fixed = Judgement("ann", ranks, acceptable=False, correction=Answer("1907"))
    assert [(p.chosen.text, p.rejected.text) for p in build(fixed)] == [
        ("1907", "in May"),
        ("1907", "May 1907"),
    ]
    assert build(Judgement("ann", ranks, acceptable=False)) == []


def test_an_adjudicated_judgement_replaces_the_votes() -> None:
    final = Judgement("lea", {"response1": 2, "response2": 1}, adjudicated=True)
    (pair,) = build(vote("ann", 1, 2), vote("ben", 1, 2), final)
    assert pair.chosen.text == "May 1907"
    assert pair.annotators == ("lea",)


def test_candidates_with_one_text_are_never_paired() -> None:
    twins = {"response1": Answer("May"), "response2": Answer("May")}
    assert build(vote("ann", 1, 2), candidates=twins) == []


def test_three_candidates_make_a_pair_for_each_decided_two() -> None:
    three = {**CANDIDATES, "response3": Answer("1907")}
    order = Judgement("ann", {"response1": 3, "response2": 1, "response3": 1})
    assert [(p.chosen.text, p.rejected.text) for p in build(order, candidates=three)] == [
        ("May 1907", "in May"),
        ("1907", "in May"),
    ]


@given(st.lists(st.sampled_from([(1, 2), (2, 1), (1, 1)]), max_size=9))
def test_swapping_every_rank_swaps_the_pair_and_keeps_the_smoothing(
    ranks: list[tuple[int, int]],
) -> None:
    there = build(*(vote(f"u{i}", a, b) for i, (a, b) in enumerate(ranks)))
    back = build(*(vote(f"u{i}", b, a) for i, (a, b) in enumerate(ranks)))
    assert [(p.chosen, p.rejected, p.label_smoothing) for p in there] == [
        (p.rejected, p.chosen, p.label_smoothing) for p in back
    ]


def test_with_ties_undecided_candidates_make_a_pair_that_says_so() -> None:
    votes = [Judgement("a", {"one": 1, "two": 2}), Judgement("b", {"one": 2, "two": 1})]
    candidates = {"one": Answer("x"), "two": Answer("y")}
    assert preference_pairs("r", "q", "c", candidates, votes) == []
    (tied,) = preference_pairs("r", "q", "c", candidates, votes, ties=True)
    assert (tied.tie, tied.annotators, tied.agreement) == (True, ("a", "b"), 0.5)
    assert preference_pairs("r", "q", "c", candidates, [], ties=True) == []
