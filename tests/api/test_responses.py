"""Responses: one per person and record, checked, and counted in the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import RANKING, SPAN, Dataset, Person, answer, item

MakePerson = Callable[..., Person]


def respond(person: Person, record: dict[str, Any], **response: Any) -> dict[str, Any]:
    path = f"/api/v1/records/{record['id']}/responses"
    stored: dict[str, Any] = person.ask("POST", path, 201, json=response)
    return stored


def state(dataset: Dataset) -> tuple[str, int]:
    (record,) = dataset.records(dataset.owner)
    progress = dataset.owner.get(f"{dataset.path}/progress")
    assert progress[record["status"]] == 1
    return record["status"], len(record["responses"])


def test_two_people_on_one_record_give_two_responses(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = dataset.add(item())
    people = [make_person("annotator", dataset.workspace) for _ in range(2)]
    for person, text in zip(people, ("Denver", "Broncos"), strict=True):
        respond(person, record, **answer(text))
    (read,) = dataset.records(dataset.owner)
    assert [(r["user_id"], r["values"]["answer"]["value"]) for r in read["responses"]] == [
        (people[0].id, "Denver"),
        (people[1].id, "Broncos"),
    ]


def test_a_person_has_one_response_and_changes_it(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = dataset.add(item())
    person = make_person("annotator", dataset.workspace)
    first = respond(person, record, **answer("Denver", status="draft"))
    path = f"/api/v1/records/{record['id']}/responses"
    code, _ = person.refused("POST", path, 409, json=answer("again"))
    assert code == "Conflict"
    assert state(dataset) == ("pending", 1)
    changed = person.ask("PUT", f"/api/v1/responses/{first['id']}", 200, json=answer("Broncos"))
    assert (changed["id"], changed["status"]) == (first["id"], "submitted")
    assert state(dataset) == ("completed", 1)


def test_a_record_is_completed_by_enough_submitted_responses(
    make_dataset: Callable[..., Dataset], make_person: MakePerson
) -> None:
    dataset = make_dataset(distribution={"strategy": "overlap", "min_submitted": 2})
    (record,) = dataset.add(item())
    people = [make_person("annotator", dataset.workspace) for _ in range(3)]
    respond(people[0], record, **answer("x"))
    respond(people[1], record, status="discarded", values=None)
    assert state(dataset) == ("pending", 2)
    last = respond(people[2], record, **answer("y"))
    assert state(dataset) == ("completed", 3)
    people[2].ask("DELETE", f"/api/v1/responses/{last['id']}", 200)
    assert state(dataset) == ("pending", 2)


def test_progress_says_who_did_what(dataset: Dataset, make_person: MakePerson) -> None:
    one, two, _ = dataset.add(item(), item(), item())
    person = make_person("annotator", dataset.workspace)
    respond(person, one, **answer("x"))
    respond(person, two, **answer("y", status="draft"))
    (user,) = dataset.owner.get(f"{dataset.path}/users/progress")["users"]
    assert user["completed"] == {"submitted": 1, "discarded": 0, "draft": 0}
    assert user["pending"] == {"submitted": 0, "discarded": 0, "draft": 1}
    own = person.get(f"/api/v1/me/datasets/{dataset.id}/metrics")
    assert own == {
        "records": {"count": 3},
        "responses": {"count": 2, "submitted": 1, "discarded": 0, "draft": 1},
    }
    person.refused("GET", f"{dataset.path}/users/progress", 403)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([{"label": "answer", "start": 0, "end": 6, "text": "Bronco"}], "'Denver'"),
        ([{"label": "answer", "start": 7, "end": 12}], "0 <= start < end <= 11"),
        ([{"label": "answer", "start": 6, "end": 6}], "0 <= start < end <= 11"),
        ([{"label": "other", "start": 0, "end": 6}], "labels out of ['answer']"),
        ([{"label": "answer", "start": 0, "end": 6}] * 2, "different spans"),
        ("Denver", "a list of"),
    ],
)
def test_a_span_that_is_not_in_the_text_is_refused(spans: Dataset, value: Any, said: str) -> None:
    (record,) = spans.add(item())
    path = f"/api/v1/records/{record['id']}/responses"
    code, message = spans.owner.refused("POST", path, 422, json=answer(value))
    assert code == "InvalidResponse"
    assert said in message


def test_overlapping_golds_and_no_answer_at_all_are_responses(
    spans: Dataset, make_person: MakePerson
) -> None:
    (record,) = spans.add(item())
    golds = [{"label": "answer", "start": 0, "end": 6}, {"label": "answer", "start": 0, "end": 10}]
    stored = respond(spans.owner, record, **answer(golds))
    assert stored["values"]["answer"]["value"] == golds
    nothing = respond(make_person("annotator", spans.workspace), record, **answer([]))
    assert (nothing["status"], nothing["values"]["answer"]["value"]) == ("submitted", [])


def test_a_ranking_comes_back_from_best_to_worst(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset({"answer": RANKING}, fields=("question", "response1", "response2"))
    (record,) = dataset.add({"fields": {"question": "q", "response1": "a", "response2": "b"}})
    ranks = [{"value": "response1", "rank": 2}, {"value": "response2", "rank": 1}]
    stored = respond(dataset.owner, record, **answer(ranks))
    assert [i["value"] for i in stored["values"]["answer"]["value"]] == ["response2", "response1"]


def test_of_a_bulk_each_response_stands_or_falls_alone(
    dataset: Dataset, make_person: MakePerson
) -> None:
    one, two = dataset.add(item(), item())
    person = make_person("annotator", dataset.workspace)
    items = [
        {"record_id": one["id"], **answer("Denver")},
        {"record_id": two["id"], **answer(7)},
        {"record_id": "none", **answer("x")},
    ]
    done = person.ask("POST", "/api/v1/me/responses/bulk", 200, json={"items": items})["items"]
    assert done[0]["item"]["values"] == {"answer": {"value": "Denver"}}
    codes = [one["error"] and one["error"]["detail"]["code"] for one in done]
    assert codes == [None, "goldspan.InvalidResponse", "goldspan.NotFound"]
    again = [{"record_id": one["id"], **answer("Broncos")}]
    person.ask("POST", "/api/v1/me/responses/bulk", 200, json={"items": again})
    values = [r["values"]["answer"]["value"] for r in dataset.records(person)[0]["responses"]]
    assert values == ["Broncos"]


def test_only_who_sees_all_may_touch_another_ones_response(
    dataset: Dataset, make_person: MakePerson
) -> None:
    (record,) = dataset.add(item())
    ana, ben = (make_person("annotator", dataset.workspace) for _ in range(2))
    path = f"/api/v1/responses/{respond(ana, record, **answer('x'))['id']}"
    ben.refused("PUT", path, 404, json=answer("y"))
    ben.refused("DELETE", path, 404)
    admin = make_person("admin", dataset.workspace)
    assert admin.ask("PUT", path, 200, json=answer("z"))["user_id"] == ana.id


def test_work_outlives_the_user_who_did_it(dataset: Dataset, make_person: MakePerson) -> None:
    (record,) = dataset.add(item())
    person = make_person("annotator", dataset.workspace)
    respond(person, record, **answer("Denver"))
    dataset.owner.ask("DELETE", f"/api/users/{person.id}", 200)
    person.refused("GET", "/api/me", 401)
    assert state(dataset) == ("completed", 1)
    assert dataset.owner.get(f"{dataset.path}/progress")["users"] == []


def test_a_response_by_a_user_whom_there_is_not_is_refused(dataset: Dataset) -> None:
    body = {"items": [item(responses=[{**answer("x"), "user_id": "nobody"}])]}
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert "'nobody', whom there is not" in message


def test_spans_of_a_question_without_overlap_may_not_overlap(
    make_dataset: Callable[..., Dataset],
) -> None:
    dataset = make_dataset({"answer": SPAN})
    (record,) = dataset.add(item())
    value = [{"label": "answer", "start": 0, "end": 6}, {"label": "answer", "start": 3, "end": 9}]
    path = f"/api/v1/records/{record['id']}/responses"
    dataset.owner.refused("POST", path, 422, json=answer(value))
