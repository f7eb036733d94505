"""Who holds a record's places, and in which order records come."""

from dataclasses import dataclass
from typing import Any

from goldspan.domain.assignment import (
    LAST,
    AssignmentOrder,
    AssignmentState,
    beginning,
    lowest,
    on_request,
    position,
    seated,
    shown_order,
)

KNOWN: dict[str, Any] = {"length": 10, "score": 0.5, "disagreement": 0.0}


@dataclass(frozen=True)
class Held:
    name: str
    state: AssignmentState
    extra: bool = False


def names(held: list[Held]) -> list[str]:
    return [one.name for one in held]


def test_submitted_responses_keep_their_places_before_leases_and_extras() -> None:
    everybody = [
        Held("late", "submitted", extra=True),
        Held("at work", "leased"),
        Held("done", "submitted"),
        Held("gone", "discarded"),
        Held("put off", "skipped"),
    ]
    inside, outside = seated(everybody, 2)
    assert (names(inside), names(outside)) == (["done", "at work"], ["late"])
    inside, outside = seated(everybody, 3)
    assert (names(inside), names(outside)) == (["done", "at work", "late"], [])
    inside, outside = seated(everybody, 1)
    assert (names(inside), names(outside)) == (["done"], ["late"])  # the lease is lost


def test_candidates_are_shown_in_an_order_of_the_user_and_the_record() -> None:
    candidates = ["response1", "response2"]
    orders = [tuple(shown_order(f"user{n}", "record", candidates)) for n in range(200)]
    assert orders == [tuple(shown_order(f"user{n}", "record", candidates)) for n in range(200)]
    first = sum(order[0] == "response1" for order in orders)
    assert 70 < first < 130  # 100 +- 4 standard deviations of 7


def test_each_order_begins_with_what_it_names() -> None:
    def place(order: AssignmentOrder, **known: Any) -> int:
        return position(order, "record", **{**KNOWN, **known})

    assert place("sequence") == 0
    assert place("length", length=5) < place("length", length=6)
    assert place("score", score=0.1) < place("score", score=0.9) < place("score", score=None)
    assert place("score", score=None) == LAST
    assert place("disagreement", disagreement=1.0) < place("disagreement")
    assert 0 <= place("random") <= LAST


def test_in_a_random_order_people_begin_at_different_places() -> None:
    begun = {beginning("random", f"user{n}", "dataset") for n in range(50)}
    assert len(begun) == 50
    assert beginning("sequence", "a", "dataset") == beginning("sequence", "b", "dataset")


def test_the_lowest_score_of_several_suggestions_counts() -> None:
    assert lowest([0.9, [0.8, 0.3], None]) == 0.3
    assert lowest([None]) is None


def test_about_the_share_of_records_waits_for_a_request() -> None:
    held = sum(on_request("user", f"record{n}", 30) for n in range(1000))
    assert 250 < held < 350
    assert not any(on_request("user", f"record{n}", 0) for n in range(100))
    assert all(on_request("user", f"record{n}", 100) for n in range(100))
    assert any(
        on_request("ana", f"record{n}", 50) != on_request("ben", f"record{n}", 50)
        for n in range(20)
    )
