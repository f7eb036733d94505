"""Being given records: nobody does what others have in hand, and nothing said is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import RANKING, Dataset, Person, answer, item

MakePerson = Callable[..., Person]
MakeDataset = Callable[..., Dataset]


@pytest.fixture
def people(dataset: Dataset, make_person: MakePerson) -> list[Person]:
    return [make_person("annotator", dataset.workspace) for _ in range(2)]


def following(person: Person, dataset: Dataset, count: int = 1) -> list[str]:
    """The ids of the records that a person is given."""
    given = person.get(f"/api/v1/me/datasets/{dataset.id}/next", count=count)
    return [task["record"]["id"] for task in given["items"]]


def put(person: Person, record_id: str, value: Any = "Denver", **more: Any) -> dict[str, Any]:
    body = {**answer(value), **more}
    given: dict[str, Any] = person.ask(
        "PUT", f"/api/v1/records/{record_id}/response", 200, json=body
    )
    return given


def ids(dataset: Dataset, count: int, **more: Any) -> list[str]:
    return [one["id"] for one in dataset.add(*(item(**more) for _ in range(count)))]


def progress(person: Person, dataset: Dataset) -> dict[str, int]:
    found: dict[str, int] = person.get(f"/api/v1/me/datasets/{dataset.id}/progress")
    return found


def test_two_people_are_given_different_records(dataset: Dataset, people: list[Person]) -> None:
    records = ids(dataset, 3)
    assert following(people[0], dataset, 2) == records[:2]
    assert following(people[1], dataset, 2) == records[2:]
    assert following(people[0], dataset, 2) == records[:2]
    own = progress(people[1], dataset)
    assert (own["remaining"], own["waiting"], own["total"]) == (1, 2, 3)


def test_a_submitted_record_is_completed_and_the_next_one_comes(
    dataset: Dataset, people: list[Person]
) -> None:
    records = ids(dataset, 2)
    assert following(people[0], dataset) == records[:1]
    done = put(people[0], records[0])
    assert (done["record_status"], done["response"]["version"]) == ("completed", 1)
    assert done["response"]["extra"] is False
    assert done["progress"]["today"] == done["progress"]["submitted"] == 1
    assert done["response"]["updated_at"].endswith("Z")
    assert following(people[0], dataset) == records[1:]


def test_what_was_begun_comes_before_what_was_not(dataset: Dataset, people: list[Person]) -> None:
    records = ids(dataset, 4)
    assert following(people[0], dataset, 3) == records[:3]
    put(people[0], records[0], status="draft")
    assert following(people[0], dataset, 3) == records[:3]


def test_a_released_record_is_given_to_the_next_who_asks(
    dataset: Dataset, people: list[Person]
) -> None:
    records = ids(dataset, 2)
    assert following(people[0], dataset, 2) == records
    assert following(people[1], dataset) == []
    people[0].ask(
        "POST", "/api/v1/me/leases/release", 204, json={"record_ids": [records[0], "none"]}
    )
    assert following(people[1], dataset) == records[:1]
    put(people[1], records[0])
    beat = {"record_ids": records}
    alive = people[0].ask("POST", "/api/v1/me/leases/heartbeat", 200, json=beat)
    assert [one["record_id"] for one in alive["items"]] == records[1:]
    assert alive["lost"] == records[:1]


def test_what_was_released_comes_back_to_who_released_it(
    dataset: Dataset, people: list[Person]
) -> None:
    records = ids(dataset, 2)
    for record_id in records:
        assert following(people[0], dataset) == [record_id]
        if record_id == records[0]:
            people[0].ask(
                "POST",
                "/api/v1/me/leases/release",
                204,
                content=b'{"record_ids":["%s"]}' % record_id.encode(),
                headers={"content-type": "text/plain"},
            )
            assert following(people[0], dataset) == [record_id]
            put(people[0], record_id)


def test_a_skipped_record_comes_at_the_end(dataset: Dataset, people: list[Person]) -> None:
    records = ids(dataset, 3)
    assert following(people[0], dataset) == records[:1]
    people[0].ask("POST", f"/api/v1/records/{records[0]}/skip", 204)
    assert following(people[0], dataset, 3) == [records[1], records[2], records[0]]
    put(people[0], records[0])
    people[0].refused("POST", f"/api/v1/records/{records[0]}/skip", 409)


def test_a_discarded_record_is_somebody_elses_and_can_be_restored(
    dataset: Dataset, people: list[Person]
) -> None:
    (record,) = ids(dataset, 1)
    assert following(people[0], dataset) == [record]
    gone = put(people[0], record, status="discarded", values=None)
    assert (gone["record_status"], gone["progress"]["discarded"]) == ("pending", 1)
    assert following(people[0], dataset) == []
    assert following(people[1], dataset) == [record]
    restored = put(people[0], record)
    assert restored["response"]["extra"] is True
    assert restored["record_status"] == "completed"


def test_late_work_is_kept_as_extra_and_fills_a_place_that_becomes_free(
    dataset: Dataset, people: list[Person]
) -> None:
    (record,) = ids(dataset, 1)
    assert following(people[0], dataset) == [record]
    assert put(people[1], record)["response"]["extra"] is True
    people[0].ask("POST", "/api/v1/me/leases/release", 204, json={"record_ids": [record]})
    task = people[1].get(f"/api/v1/records/{record}/task")
    assert task["response"]["extra"] is False
    assert task["lease"] is None


def test_suggestions_wait_in_the_share_of_records_that_was_set(
    make_dataset: MakeDataset, make_person: MakePerson
) -> None:
    dataset = make_dataset(assignment={"suggestions_on_request": 50})
    ana = make_person("annotator", dataset.workspace)
    records = ids(dataset, 10)
    given = ana.get(f"/api/v1/me/datasets/{dataset.id}/next", count=10)["items"]
    waits = {one["record"]["id"]: one["suggestions_on_request"] for one in given}
    assert waits.keys() == set(records)
    for record in records:
        task = ana.get(f"/api/v1/records/{record}/task")
        assert task["suggestions_on_request"] is waits[record]
    for percent, expected in ((100, {True}), (0, {False})):
        rules = {"assignment": {"suggestions_on_request": percent}}
        dataset.owner.ask("PATCH", dataset.path, 200, json=rules)
        given = ana.get(f"/api/v1/me/datasets/{dataset.id}/next", count=10)["items"]
        assert {one["suggestions_on_request"] for one in given} == expected
    rules = {"assignment": {"suggestions_on_request": 101}}
    _, message = dataset.owner.refused("PATCH", dataset.path, 422, json=rules)
    assert "0 to 100 percent, found 101" in message


def test_where_late_work_is_refused_it_is_kept_as_a_draft(
    make_dataset: MakeDataset, make_person: MakePerson
) -> None:
    dataset = make_dataset(assignment={"accept_late": False})
    ana, ben = (make_person("annotator", dataset.workspace) for _ in range(2))
    (record,) = ids(dataset, 1)
    assert following(ana, dataset) == [record]
    path = f"/api/v1/records/{record}/response"
    _, message = ben.refused("PUT", path, 409, json=answer("Denver"))
    assert "kept as your draft" in message
    assert ben.get(f"/api/v1/records/{record}/task")["response"]["status"] == "draft"
    assert put(ana, record)["record_status"] == "completed"


def test_a_draft_keeps_the_record_and_what_was_written(
    dataset: Dataset, people: list[Person]
) -> None:
    records = ids(dataset, 2)
    assert following(people[0], dataset) == records[:1]
    put(people[0], records[0], "Den", status="draft")
    (task,) = people[0].get(f"/api/v1/me/datasets/{dataset.id}/next", count=1)["items"]
    assert task["response"]["values"] == {"answer": {"value": "Den"}}
    assert following(people[1], dataset) == records[1:]


def test_undo_goes_back_step_by_step(dataset: Dataset, people: list[Person]) -> None:
    (record,) = ids(dataset, 1)
    for value in ("one", "two"):
        put(people[0], record, value)
    path = f"/api/v1/records/{record}/response/undo"
    back = people[0].ask("POST", path, 200)
    assert back["response"]["values"] == {"answer": {"value": "one"}}
    assert (back["response"]["version"], back["record_status"]) == (1, "completed")
    gone = people[0].ask("POST", path, 200)
    assert (gone["response"], gone["record_status"]) == (None, "pending")
    assert following(people[1], dataset) == []  # who undid it is at it again
    code, _ = people[0].refused("POST", path, 409)
    assert code == "Conflict"


def test_own_responses_are_listed_newest_first_part_by_part(
    dataset: Dataset, people: list[Person]
) -> None:
    records = ids(dataset, 3)
    for number, status in enumerate(("submitted", "discarded", "draft")):
        put(people[0], records[number], status=status)
    path = f"/api/v1/me/datasets/{dataset.id}/responses"
    first = people[0].get(path, limit=2)
    assert [one["record_id"] for one in first["items"]] == [records[2], records[1]]
    assert first["items"][0]["excerpt"] == "Who won?"
    rest = people[0].get(path, limit=2, before=first["next"])
    assert [one["record_id"] for one in rest["items"]] == [records[0]]
    assert rest["next"] is None
    assert [one["status"] for one in people[0].get(path, status="discarded")["items"]] == [
        "discarded"
    ]
    people[0].refused("GET", f"{path}?before=nonsense", 422)


def test_more_overlap_opens_completed_records_and_less_completes_them(
    dataset: Dataset, people: list[Person]
) -> None:
    (record,) = ids(dataset, 1)
    put(people[0], record)
    assert following(people[1], dataset) == []
    more = {"distribution": {"strategy": "overlap", "min_submitted": 2}}
    dataset.owner.ask("PATCH", dataset.path, 200, json=more)
    assert dataset.owner.get(f"{dataset.path}/progress")["pending"] == 1
    assert following(people[0], dataset) == []
    assert following(people[1], dataset) == [record]
    less = {"distribution": {"strategy": "overlap", "min_submitted": 1}}
    dataset.owner.ask("PATCH", dataset.path, 200, json=less)
    assert dataset.owner.get(f"{dataset.path}/progress")["completed"] == 1
    assert put(people[1], record)["response"]["extra"] is True


def test_records_come_in_the_order_that_the_dataset_says(
    make_dataset: MakeDataset, make_person: MakePerson
) -> None:
    dataset = make_dataset()
    person = make_person("annotator", dataset.workspace)
    question_id = dataset.question_ids["answer"]

    def suggested(context: str, score: float) -> dict[str, Any]:
        suggestion = {"question_id": question_id, "value": "x", "score": score}
        return item(context, suggestions=[suggestion])

    records = [
        one["id"]
        for one in dataset.add(
            suggested("longest of all", 0.5), suggested("short", 0.9), item("mid")
        )
    ]

    def ordered(order: str) -> list[str]:
        rules = {"order": order, "lease_minutes": 5}
        changed = dataset.owner.ask("PATCH", dataset.path, 200, json={"assignment": rules})
        kept = {"accept_late": True, "suggestions_on_request": 0}
        assert changed["assignment"] == {**rules, **kept}
        given = following(person, dataset, 3)
        person.ask("POST", "/api/v1/me/leases/release", 204, json={"record_ids": given})
        return given

    assert ordered("sequence") == records
    assert ordered("score") == records
    assert ordered("length") == [records[2], records[1], records[0]]
    assert sorted(ordered("random")) == sorted(records)


def test_a_ranking_is_shown_in_an_order_of_ones_own_and_blind(
    make_dataset: MakeDataset, make_person: MakePerson
) -> None:
    dataset = make_dataset({"answer": RANKING}, fields=("question", "response1", "response2"))
    fields = {"question": "q", "response1": "a", "response2": "b"}
    dataset.add({"fields": fields, "external_id": "gold", "metadata": {"source": "gold"}})
    both = {("response1", "response2"), ("response2", "response1")}
    orders: set[tuple[str, ...]] = set()
    for _ in range(64):  # of whom 2 in 2**64 times all see the same
        person = make_person("admin", dataset.workspace)
        task = person.get(f"/api/v1/me/datasets/{dataset.id}/next")["items"]
        if task:
            assert task[0]["record"]["external_id"] is None
            assert task[0]["record"]["metadata"] == {}
            orders.add(tuple(task[0]["shown_order"]))
            record = task[0]["record"]["id"]
            person.ask("POST", "/api/v1/me/leases/release", 204, json={"record_ids": [record]})
        if orders == both:
            break
    assert orders == both


def test_a_judgement_that_does_not_fit_is_refused(dataset: Dataset, people: list[Person]) -> None:
    (record,) = ids(dataset, 1)
    path = f"/api/v1/records/{record}/response"
    for judgement in (
        {"shown_order": ["response1"]},
        {"elapsed_ms": -1},
        {"suggestion_shown": {"other": True}},
        {"unknown": 1},
    ):
        people[0].refused("PUT", path, 422, json={**answer("x"), "judgement": judgement})


def test_a_record_of_another_workspace_is_not_there(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = ids(dataset, 1)
    stranger = make_person("annotator")
    stranger.refused("GET", f"/api/v1/me/datasets/{dataset.id}/next", 404)
    stranger.refused("GET", f"/api/v1/records/{record}/task", 404)
    stranger.refused("PUT", f"/api/v1/records/{record}/response", 404, json=answer("x"))
    stranger.refused("POST", f"/api/v1/records/{record}/skip", 404)


def test_leases_of_a_deleted_user_come_free(dataset: Dataset, people: list[Person]) -> None:
    (record,) = ids(dataset, 1)
    assert following(people[0], dataset) == [record]
    dataset.owner.ask("DELETE", f"/api/users/{people[0].id}", 200)
    assert following(people[1], dataset) == [record]


def test_who_was_put_out_of_the_workspace_cannot_keep_its_records(
    dataset: Dataset, people: list[Person]
) -> None:
    (record,) = ids(dataset, 1)
    assert following(people[0], dataset) == [record]
    path = f"/api/v1/workspaces/{dataset.workspace_id}/users/{people[0].id}"
    dataset.owner.ask("DELETE", path, 200)
    beat = {"record_ids": [record]}
    alive = people[0].ask("POST", "/api/v1/me/leases/heartbeat", 200, json=beat)
    assert alive == {"items": [], "lost": [record]}
