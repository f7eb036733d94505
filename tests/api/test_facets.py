"""What there is to filter by, and what the server says of itself."""

from collections.abc import Callable
from typing import Any

import httpx
from tests.api.talk import RANKING, TEXT, Dataset, Person, item

PROPERTIES: tuple[dict[str, Any], ...] = (
    {"name": "split", "settings": {"type": "terms"}},
    {"name": "n", "settings": {"type": "integer"}, "visible_for_annotators": False},
    {"name": "score", "settings": {"type": "float"}},
)


def metrics(dataset: Dataset) -> dict[str, Any]:
    declared = dataset.owner.get(f"{dataset.path}/metadata-properties")["items"]
    return {
        one["name"]: dataset.owner.get(f"/api/v1/metadata-properties/{one['id']}/metrics")
        for one in declared
    }


def test_terms_are_counted_and_numbers_have_a_range(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset(properties=PROPERTIES)
    dataset.add(
        item(metadata={"split": ["train", "x"], "n": 3, "score": 0.5}),
        item(metadata={"split": "train", "n": 7}),
        item(metadata={"split": True}),
        item(metadata={"split": 1}),
    )
    assert metrics(dataset) == {
        "split": {
            "type": "terms",
            "total": 4,
            "values": [
                {"term": "train", "count": 2},
                {"term": 1, "count": 1},
                {"term": True, "count": 1},
                {"term": "x", "count": 1},
            ],
        },
        "n": {"type": "integer", "min": 3, "max": 7},
        "score": {"type": "float", "min": 0.5, "max": 0.5},
    }


def test_where_there_are_no_values_there_is_no_range(make_dataset: Callable[..., Dataset]) -> None:
    assert metrics(make_dataset(properties=PROPERTIES))["n"] == {
        "type": "integer",
        "min": None,
        "max": None,
    }


def test_a_property_hidden_from_annotators_has_no_values_for_them(
    make_dataset: Callable[..., Dataset], make_person: Callable[..., Person]
) -> None:
    dataset = make_dataset(properties=PROPERTIES)
    hidden = dataset.owner.get(f"{dataset.path}/metadata-properties")["items"][1]
    person = make_person("annotator", dataset.workspace)
    person.refused("GET", f"/api/v1/metadata-properties/{hidden['id']}/metrics", 404)


def agents(dataset: Dataset, person: Person) -> dict[str, list[str]]:
    found = person.get(f"{dataset.path}/records/search/suggestions/options")["items"]
    return {one["question"]["name"]: one["options"]["agents"] for one in found}


def test_agents_are_told_but_not_to_who_compares_candidates(
    make_dataset: Callable[..., Dataset], make_person: Callable[..., Person]
) -> None:
    suggestion = {"question_name": "answer", "value": "x"}
    for questions, told in (({"answer": TEXT}, True), ({"answer": TEXT, "best": RANKING}, False)):
        dataset = make_dataset(questions)
        dataset.add(
            item(suggestions=[{**suggestion, "agent": "b"}]),
            item(suggestions=[{**suggestion, "agent": "a"}]),
            item(suggestions=[suggestion]),
        )
        person = make_person("annotator", dataset.workspace)
        assert agents(dataset, dataset.owner)["answer"] == ["a", "b"]
        assert agents(dataset, person)["answer"] == (["a", "b"] if told else [])


def test_the_server_tells_strangers_its_version_and_settings(stranger: httpx.Client) -> None:
    assert stranger.get("/api/v1/version").json()["version"] == "2.8.0"
    assert stranger.get("/api/v1/settings").json()["huggingface"] is None


def test_records_are_created_in_bulk_and_returned(dataset: Dataset) -> None:
    body = {"items": [item(), item(external_id="e")]}
    made = dataset.owner.ask("POST", f"{dataset.path}/records/bulk", 201, json=body)
    assert [one["external_id"] for one in made["items"]] == [None, "e"]


def test_an_id_of_another_dataset_is_passed_over_where_records_are_copied(
    dataset: Dataset,
) -> None:
    body = {"items": [item(id="01a21a6b-a9fc-7790-9770-4180fea81282", external_id="e")]}
    first = dataset.owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json=body)
    again = dataset.owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json=body)
    assert first["updated_item_ids"] == []
    assert again["updated_item_ids"] == [first["items"][0]["id"]]
