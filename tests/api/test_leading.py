"""What leads do: settle records, set controls, see who differs and how good the answers are."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import KEY_HEADER, RANKING, TEXT, Dataset, Person, answer, item
from typer.testing import CliRunner

from goldspan.cli import build_app

MakePerson = Callable[..., Person]
MakeDataset = Callable[..., Dataset]


@pytest.fixture
def pair(make_dataset: MakeDataset, make_person: MakePerson) -> tuple[Dataset, list[Person]]:
    """A dataset of overlap two with two annotators."""
    dataset = make_dataset(distribution={"strategy": "overlap", "min_submitted": 2})
    return dataset, [make_person("annotator", dataset.workspace) for _ in range(2)]


def respond(person: Person, record_id: str, value: Any, **more: Any) -> dict[str, Any]:
    path = f"/api/v1/records/{record_id}/response"
    given: dict[str, Any] = person.ask("PUT", path, 200, json={**answer(value), **more})
    return given


def on_command_line(dataset: Dataset, server: Any) -> str:
    """Return what ``goldspan quality`` prints."""
    arguments = ["quality", "squad", "--workspace", dataset.workspace, "--api-url", server.url]
    key = dataset.owner.http.headers[KEY_HEADER]
    done = CliRunner().invoke(
        build_app(), arguments, env={"GOLDSPAN_API_KEY": key, "COLUMNS": "160"}
    )
    assert done.exit_code == 0, done.output
    return done.output


def disputed(dataset: Dataset) -> list[tuple[str, float]]:
    found = dataset.owner.get(f"{dataset.path}/disagreements")["items"]
    return [(one["id"], one["disagreement"]) for one in found]


def test_records_on_which_people_differ_are_listed_until_they_are_settled(
    pair: tuple[Dataset, list[Person]],
) -> None:
    dataset, (ana, ben) = pair
    one, two, three = (record["id"] for record in dataset.add(item(), item(), item()))
    respond(ana, one, "Denver")
    respond(ben, one, "Carolina")
    respond(ana, two, "Denver")
    respond(ben, two, "denver!")
    mine = respond(ana, three, "the Denver Broncos")["response"]
    respond(ben, three, "Denver")
    # Denver Broncos and Denver: precision 1, recall 1/2.
    assert disputed(dataset) == [(three, 0.333333), (one, 1.0)]
    first = dataset.owner.get(f"{dataset.path}/disagreements", limit=1)
    rest = dataset.owner.get(f"{dataset.path}/disagreements", before=first["next"])
    assert [record["id"] for record in rest["items"]] == [one]
    assert rest["next"] is None

    settled = dataset.owner.ask(
        "PUT", f"/api/v1/records/{three}/adjudication", 200, json={"response_id": mine["id"]}
    )
    assert settled["values"] == {"answer": {"value": "the Denver Broncos"}}
    assert settled["at"].endswith("Z")
    dataset.owner.ask(
        "PUT",
        f"/api/v1/records/{one}/adjudication",
        200,
        json={"values": {"answer": {"value": "Denver"}}},
    )
    assert disputed(dataset) == []
    dataset.owner.ask("DELETE", f"/api/v1/records/{one}/adjudication", 204)
    assert disputed(dataset) == [(one, 1.0)]
    ana.refused("GET", f"{dataset.path}/disagreements", 403)


def test_an_adjudication_fits_its_questions_and_its_record(
    pair: tuple[Dataset, list[Person]],
) -> None:
    dataset, (ana, _) = pair
    (record,) = dataset.add(item())
    path = f"/api/v1/records/{record['id']}/adjudication"
    for body, status in (
        ({"values": {"answer": {"value": 7}}}, 422),
        ({"values": {}}, 422),
        ({}, 422),
        ({"response_id": "none"}, 404),
    ):
        dataset.owner.refused("PUT", path, status, json=body)
    ana.refused("PUT", path, 403, json={"values": {"answer": {"value": "x"}}})


def test_a_lead_sees_all_of_a_record(pair: tuple[Dataset, list[Person]]) -> None:
    dataset, (ana, ben) = pair
    question_id = dataset.question_ids["answer"]
    suggestion = {"question_id": question_id, "value": "Denver Broncos", "score": 0.9}
    (record,) = dataset.add(item(suggestions=[suggestion]))
    judgement = {
        "shown_at": "2026-11-27T12:00:00+02:00",
        "elapsed_ms": 4200,
        "suggestion_shown": {"answer": True},
    }
    respond(ana, record["id"], "Carolina")
    respond(ana, record["id"], "denver broncos", judgement=judgement)
    respond(ben, record["id"], "Denver")
    control = {"values": {"answer": {"value": "Denver"}}}
    dataset.owner.ask("PUT", f"/api/v1/records/{record['id']}/control", 200, json=control)

    full = dataset.owner.get(f"/api/v1/records/{record['id']}/full")
    assert [(one["user_id"], one["version"]) for one in full["responses"]] == [
        (ana.id, 2),
        (ben.id, 1),
    ]
    of_ana, of_ben = sorted(full["judgements"], key=lambda one: one["user_id"] != ana.id)
    assert of_ana["shown_at"] == "2026-11-27T10:00:00Z"
    assert (of_ana["suggestion_accepted"], of_ana["elapsed_ms"]) == ({"answer": True}, 4200)
    assert (of_ben["suggestion_accepted"], of_ben["suggestion_edited"]) == (
        {"answer": False},
        {"answer": True},
    )
    assert [(one["version"], one["user_id"], one["status"]) for one in full["history"]] == [
        (1, ana.id, "submitted"),
        (2, ana.id, "submitted"),
        (1, ben.id, "submitted"),
    ]
    assert full["control"] == control
    assert full["adjudication"] is None
    ana.refused("GET", f"/api/v1/records/{record['id']}/full", 403)
    dataset.owner.ask("DELETE", f"/api/v1/records/{record['id']}/control", 204)
    assert dataset.owner.get(f"/api/v1/records/{record['id']}/full")["control"] is None


def test_an_adjudication_comes_with_the_responses_for_those_who_see_all(
    pair: tuple[Dataset, list[Person]],
) -> None:
    dataset, (ana, _) = pair
    (record,) = dataset.add(item())
    respond(ana, record["id"], "Carolina")
    values = {"answer": {"value": "Denver"}}
    path = f"/api/v1/records/{record['id']}/adjudication"
    dataset.owner.ask("PUT", path, 200, json={"values": values})
    (seen,) = dataset.records(dataset.owner)
    assert seen["adjudication"]["values"] == values
    (hidden,) = dataset.records(ana)
    assert "adjudication" not in hidden


def test_companion_questions_and_the_order_shown_go_through_everything(
    make_dataset: MakeDataset, make_person: MakePerson
) -> None:
    labels = [{"value": "some", "text": "s"}, {"value": "none", "text": "n"}]
    dataset = make_dataset(
        {
            "answer": RANKING,
            "acceptable": {"type": "label_selection", "options": labels},
            "correction": TEXT,
            "strength": {"type": "rating", "options": [{"value": n} for n in (1, 2, 3)]},
            "rationale": TEXT,
        },
        fields=("question", "response1", "response2"),
    )
    dataset.add({"fields": {"question": "q", "response1": "a", "response2": "b"}})
    person = make_person("annotator", dataset.workspace)
    (task,) = person.get(f"/api/v1/me/datasets/{dataset.id}/next")["items"]
    order = task["shown_order"]
    ranks = [{"value": name, "rank": rank} for rank, name in enumerate(order, 1)]
    values = {
        "answer": {"value": ranks},
        "acceptable": {"value": "some"},
        "correction": {"value": "c"},
        "strength": {"value": 3},
        "rationale": {"value": "because"},
    }
    body = {
        "status": "submitted",
        "values": values,
        "judgement": {"shown_order": order, "elapsed_ms": 1000},
    }
    record_id = task["record"]["id"]
    done = person.ask("PUT", f"/api/v1/records/{record_id}/response", 200, json=body)
    assert done["response"]["values"] == values
    full = dataset.owner.get(f"/api/v1/records/{record_id}/full")
    assert full["judgements"][0]["shown_order"] == order
    quality = dataset.owner.get(f"{dataset.path}/quality")
    assert quality["position_bias"]["chosen"] == quality["position_bias"]["of"] == 1
    assert quality["position_bias"]["expected"] == 0.5
    assert quality["speed"] == {"median_s": 1.0, "p90_s": 1.0}


def test_quality_over_http_and_on_the_command_line(
    pair: tuple[Dataset, list[Person]], server: Any
) -> None:
    dataset, (ana, ben) = pair
    records = [record["id"] for record in dataset.add(*(item() for _ in range(4)))]
    for record_id, one, other in zip(records, "aabb", "aabx", strict=True):
        respond(ana, record_id, one)
        respond(ben, record_id, other)
    control = {"values": {"answer": {"value": "b"}}}
    dataset.owner.ask("PUT", f"/api/v1/records/{records[3]}/control", 200, json=control)
    quality = dataset.owner.get(f"{dataset.path}/quality")
    (question,) = quality["questions"]
    assert (question["records"], question["responses"]) == (4, 8)
    assert question["exact"]["value"] == 0.75
    # 3 of 4 pairs agree; of 8 answers 4, 3, 1 are alike ("a" is an article and vanishes):
    # expected disagreement 1 - (4*3 + 3*2) / (8*7) = 38/56, observed 1/4.
    assert question["alpha"]["value"] == pytest.approx(1 - 0.25 / (38 / 56))
    people = {one["user_id"]: one for one in quality["annotators"]}
    assert people[ana.id]["controls"]["right"] == 1
    assert people[ben.id]["controls"]["right"] == 0
    assert people[ben.id]["majority_agreement"]["rate"] == 0.75
    ana.refused("GET", f"{dataset.path}/quality", 403)

    told = on_command_line(dataset, server)
    assert f"{question['alpha']['value']:.2f}" in told
    assert "0.75" in told


def test_answers_like_a_suggestion_are_counted_by_whether_it_was_seen(
    make_dataset: MakeDataset, make_person: MakePerson, server: Any
) -> None:
    dataset = make_dataset()
    person = make_person("annotator", dataset.workspace)
    suggestion = {"question_id": dataset.question_ids["answer"], "value": "x"}
    records = dataset.add(*(item(suggestions=[suggestion]) for _ in range(6)))
    seen = [(True, "x"), (True, "x"), (True, "y"), (False, "x"), (False, "y"), (None, "x")]
    for record, (shown, value) in zip(records, seen, strict=True):
        judged = {} if shown is None else {"judgement": {"suggestion_shown": {"answer": shown}}}
        respond(person, record["id"], value, **judged)
    quality = dataset.owner.get(f"{dataset.path}/quality")
    accepted, unseen = quality["suggestion_acceptance"], quality["suggestion_unseen"]
    assert (accepted["count"], accepted["of"]) == (2, 3)
    assert (unseen["count"], unseen["of"], unseen["rate"]) == (1, 2, 0.5)
    assert unseen["low"] < 0.5 < unseen["high"]
    assert "not seen: 1/2, 0.50" in on_command_line(dataset, server)


def test_activity_counts_what_was_done_on_a_day(pair: tuple[Dataset, list[Person]]) -> None:
    dataset, (ana, ben) = pair
    one, two = (record["id"] for record in dataset.add(item(), item()))
    respond(ana, one, "x")
    respond(ana, one, "y")
    respond(ana, two, "x", status="discarded")
    respond(ben, one, "x")
    ben.ask("POST", f"/api/v1/records/{one}/response/undo", 200)
    # More than one, should a day end meanwhile.
    days = dataset.owner.get(f"{dataset.path}/activity", days=2)["days"]
    done = [sum(day[what] for day in days) for what in ("submitted", "discarded")]
    assert ({day["user_id"] for day in days}, done) == ({ana.id}, [1, 1])
