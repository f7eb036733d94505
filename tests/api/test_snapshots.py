"""Snapshots: what a dataset was stays what it was."""

import json
from collections.abc import Callable
from typing import Any

from tests.api.talk import Dataset, Person, answer, item


def snapshot(dataset: Dataset, name: str | None = None) -> Any:
    return dataset.owner.ask("POST", f"{dataset.path}/snapshots", 201, json={"name": name})


def content(dataset: Dataset, snapshot_id: str, format: str = "jsonl") -> list[Any]:
    path = f"/api/v1/snapshots/{snapshot_id}/export"
    done = dataset.owner.http.get(path, params={"format": format})
    assert done.status_code == 200, done.text
    return [json.loads(line) for line in done.text.splitlines()]


def test_a_snapshot_stays_as_it_was(dataset: Dataset) -> None:
    (record,) = dataset.add(item(responses=[answer("Denver")]))
    made = snapshot(dataset, "before")
    assert (made["name"], made["records"], made["responses"]) == ("before", 1, 1)
    assert made["inserted_at"].endswith("Z")
    dataset.add(item("A second passage."))
    assert [one["id"] for one in content(dataset, made["id"])] == [record["id"]]
    (row,) = content(dataset, made["id"], "sft")
    assert row["completion"] == " Denver"


def test_equal_datasets_have_equal_hashes(dataset: Dataset) -> None:
    dataset.add(item())
    one, other = snapshot(dataset), snapshot(dataset)
    assert one["content_hash"] == other["content_hash"]
    dataset.add(item("Something else."))
    assert snapshot(dataset)["content_hash"] != one["content_hash"]
    listed = dataset.owner.get(f"{dataset.path}/snapshots")["items"]
    assert [each["id"] for each in listed][1:] == [other["id"], one["id"]]
    assert dataset.owner.get(f"/api/v1/snapshots/{one['id']}") == one


def test_a_long_snapshot_comes_back_whole(dataset: Dataset) -> None:
    texts = [f"{number} " + "wort " * 3000 for number in range(120)]
    dataset.add(*[item(text) for text in texts])
    made = snapshot(dataset)
    assert [one["fields"]["context"] for one in content(dataset, made["id"])] == texts


def test_snapshots_go_with_their_dataset(dataset: Dataset) -> None:
    dataset.add(item())
    made = snapshot(dataset)
    dataset.owner.ask("DELETE", dataset.path, 200)
    assert dataset.owner.refused("GET", f"/api/v1/snapshots/{made['id']}", 404)[0] == "NotFound"


def test_annotators_and_strangers_see_no_snapshot(
    dataset: Dataset, make_person: Callable[..., Person]
) -> None:
    path = f"/api/v1/snapshots/{snapshot(dataset)['id']}"
    ann, other = make_person("annotator", dataset.workspace), make_person("admin")
    assert ann.refused("GET", path, 403)[0] == "Forbidden"
    assert ann.refused("POST", f"{dataset.path}/snapshots", 403, json={})[0] == "Forbidden"
    assert other.refused("GET", path, 404)[0] == "NotFound"
    assert other.refused("GET", f"{path}/export", 404)[0] == "NotFound"
