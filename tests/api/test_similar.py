"""Similarity search: exact, by value and by record, with filters and pages."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.api.talk import Dataset, item

from goldspan.services import similar_records
from goldspan.storage.sql_vectors import SqlVectors

PROPERTIES: tuple[dict[str, Any], ...] = ({"name": "n", "settings": {"type": "integer"}},)


@pytest.fixture
def vectors(make_dataset: Callable[..., Dataset]) -> Dataset:
    dataset = make_dataset(properties=PROPERTIES)
    for name, dimensions in (("v", 3), ("w", 2)):
        body = {"name": name, "dimensions": dimensions}
        dataset.owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=body)
    return dataset


def ranked(dataset: Dataset, vector: dict[str, Any], **more: Any) -> list[tuple[int, float]]:
    params = {name: more.pop(name) for name in ("offset", "limit") if name in more}
    body = {"query": {"vector": vector}, **more}
    path = f"{dataset.path}/records/search"
    page = dataset.owner.ask("POST", path, 200, json=body, params=params)
    hits = [(one["record"]["metadata"]["n"], one["query_score"]) for one in page["items"]]
    assert page["total"] >= len(hits)
    return hits


def test_the_ranking_is_that_of_every_cosine(vectors: Dataset) -> None:
    draw = np.random.default_rng(7)
    given, wanted = draw.normal(size=(60, 3)), draw.normal(size=3)
    vectors.add(
        *(item(metadata={"n": n}, vectors={"v": [*v]}) for n, v in enumerate(given.tolist()))
    )
    cosines = given @ wanted / np.linalg.norm(given, axis=1) / np.linalg.norm(wanted)
    best = [int(n) for n in np.argsort(-cosines)]
    value = {"name": "v", "value": wanted.tolist()}
    hits = ranked(vectors, value, limit=60)
    assert [n for n, _ in hits] == best
    assert np.allclose([score for _, score in hits], cosines[best], atol=1e-6)
    assert [n for n, _ in ranked(vectors, value, offset=5, limit=4)] == best[5:9]
    least = ranked(vectors, {**value, "order": "least_similar"}, limit=3)
    assert [n for n, _ in least] == best[::-1][:3]
    assert least[0][1] == pytest.approx(cosines.min(), abs=1e-6)
    own = vectors.records(vectors.owner)[best[0]]["id"]
    others = ranked(vectors, {"name": "v", "record_id": own}, limit=60)
    assert len(others) == 59


def test_filters_hold_and_records_without_the_vector_are_left_out(vectors: Dataset) -> None:
    vectors.add(
        item("red ship", metadata={"n": 0}, vectors={"v": [1, 0, 0]}),
        item("blue ship", metadata={"n": 1}, vectors={"v": [0, 1, 0], "w": [1, 1]}),
        item("blue hat", metadata={"n": 2}, vectors={"w": [1, 0]}),
        item("none", metadata={"n": 3}),
        item("zeros", metadata={"n": 4}, vectors={"v": [0, 0, 0]}),
    )
    near = {"name": "v", "value": [1, 0, 0]}
    assert ranked(vectors, near) == [(0, 1.0), (1, 0.0)]
    scope = {"entity": "metadata", "metadata_property": "n"}
    only = {"type": "range", "ge": 1, "scope": scope}
    assert ranked(vectors, near, filters=only) == [(1, 0.0)]
    body = {"query": {"vector": {"name": "w", "value": [0, 1]}, "text": {"q": "blue"}}}
    page = vectors.owner.ask("POST", f"{vectors.path}/records/search", 200, json=body)
    assert [one["record"]["metadata"]["n"] for one in page["items"]] == [1, 2]


def test_a_vector_that_changes_is_found_where_it_points_now(vectors: Dataset) -> None:
    (record,) = vectors.add(item(metadata={"n": 0}, vectors={"v": [1, 0, 0]}))
    body = {"vectors": {"v": [0, 3, 0], "w": [1, 1]}}
    vectors.owner.ask("PATCH", f"/api/v1/records/{record['id']}", 200, json=body)
    assert ranked(vectors, {"name": "v", "value": [0, 1, 0]}) == [(0, 1.0)]
    upsert = {"items": [item(id=record["id"], vectors={"v": [0, 0, 2]})]}
    vectors.owner.ask("PUT", f"{vectors.path}/records/bulk", 200, json=upsert)
    assert ranked(vectors, {"name": "v", "value": [0, 0, 1]}) == [(0, 1.0)]


def test_equals_come_in_the_order_of_creation_however_the_database_gives_them(
    vectors: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_order = SqlVectors.scan

    def backwards(*args: Any) -> Iterator[list[tuple[str, bytes]]]:
        yield from (chunk[::-1] for chunk in [*in_order(*args)][::-1])

    monkeypatch.setattr(SqlVectors, "scan", backwards)
    monkeypatch.setattr(similar_records, "CHUNK", 2)
    vectors.add(*(item(metadata={"n": n}, vectors={"v": [1, 0, 0]}) for n in range(5)))
    near = {"name": "v", "value": [1, 0, 0]}
    assert [n for n, _ in ranked(vectors, near)] == [0, 1, 2, 3, 4]
    pages = [ranked(vectors, near, offset=at, limit=2) for at in (0, 2, 4)]
    assert [n for page in pages for n, _ in page] == [0, 1, 2, 3, 4]
    assert ranked(vectors, near, limit=0) == []


@pytest.mark.parametrize(
    ("vector", "said"),
    [
        ({"name": "x", "value": [1, 0, 0]}, "'x' is not one of the dataset's ['v', 'w']"),
        ({"name": "v", "value": [1, 0]}, "has 3 numbers, found 2"),
        ({"name": "v", "value": [0, 0, 0]}, "has no direction"),
        ({"name": "v"}, "either value or record_id"),
        ({"name": "v", "value": [1, 0, 0], "record_id": "r"}, "either value or record_id"),
        ({"name": "v", "record_id": "r"}, "record 'r' has no vector 'v'"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    vectors: Dataset, vector: dict[str, Any], said: str
) -> None:
    body = {"query": {"vector": vector}}
    _, message = vectors.owner.refused("POST", f"{vectors.path}/records/search", 422, json=body)
    assert said in message
