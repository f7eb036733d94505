"""Filters, order and search, as both generations of clients write them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.talk import KEY_HEADER, TIMEOUT_S, Dataset, Person, answer, item, new_dataset

from goldspan.server.serve import start_in_thread

PROPERTIES = (
    {"name": "split", "settings": {"type": "terms", "values": ["train", "dev"]}},
    {"name": "n", "settings": {"type": "integer", "min": 0}},
)


@pytest.fixture
def filled(make_dataset: Callable[..., Dataset]) -> Dataset:
    dataset = make_dataset(properties=PROPERTIES)
    dataset.add(
        item(
            "Denver won.",
            external_id="a",
            metadata={"split": "train", "n": 1},
            suggestions=[suggested("Denver", 0.2)],
        ),
        item(
            "Carolina lost.",
            external_id="b",
            metadata={"split": "dev", "n": 3},
            responses=[answer("Carolina")],
        ),
        item(
            "Nobody drew.",
            external_id="c",
            metadata={"split": "train", "n": 2},
            responses=[answer("Nobody", status="draft")],
            suggestions=[suggested("Nobody", 0.9)],
        ),
    )
    return dataset


def suggested(value: str, score: float) -> dict[str, Any]:
    return {"question_name": "answer", "value": value, "score": score, "agent": "reader"}


def names(page: dict[str, Any]) -> str:
    assert page["total"] == len(page["items"])
    return "".join(one.get("record", one)["external_id"] for one in page["items"])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "abc"),
        ({"response_status": "submitted"}, "b"),
        ({"response_status": ["draft", "pending"]}, "ac"),
        ({"metadata": "split:train"}, "ac"),
        ({"metadata": ["split:train,dev", 'n:{"ge":2}']}, "bc"),
        ({"metadata": 'n:{"ge":1,"le":2}'}, "ac"),
        ({"sort_by": "inserted_at:desc"}, "cba"),
        ({"sort_by": "inserted_at:SortOrder.desc"}, "cba"),
        ({"sort_by": "metadata.n:desc"}, "bca"),
        ({"sort_by": ["metadata.split:asc", "metadata.n:desc"]}, "bca"),
        ({"sort_by": "updated_at"}, "abc"),
    ],
)
def test_a_list_is_filtered_and_sorted(filled: Dataset, params: dict[str, Any], found: str) -> None:
    assert names(filled.owner.get(f"{filled.path}/records", **params)) == found


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"response_status": "done"}, "found 'done'"),
        ({"metadata": "colour:red"}, "'colour' is not one of"),
        ({"metadata": "n:two"}, "filtered by a range"),
        ({"sort_by": "id:asc"}, "records sort by"),
        ({"sort_by": "inserted_at:down"}, "asc or desc"),
        ({"include": "everything"}, "include is"),
        ({"limit": 1001}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 2**64}, "offset"),
    ],
)
def test_a_query_that_means_nothing_is_refused(
    filled: Dataset, params: dict[str, Any], said: str
) -> None:
    _, message = filled.owner.refused("GET", f"{filled.path}/records", 422, params=params)
    assert said in message


STATUS = {"entity": "response", "question": None, "property": "status"}
N = {"entity": "metadata", "metadata_property": "n"}
SCORE = {"entity": "suggestion", "question": "answer", "property": "score"}
AGENT = {**SCORE, "property": "agent"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"query": None, "filters": None}, "abc"),
        ({"query": {"text": {"q": "denver", "field": None}, "vector": None}}, "a"),
        ({"query": {"text": {"q": "Who", "field": "context"}}}, ""),
        ({"filters": {"type": "terms", "values": ["submitted"], "scope": STATUS}}, "b"),
        (
            {
                "filters": {
                    "type": "and",
                    "and": [
                        {"type": "range", "ge": 2, "le": None, "scope": N},
                        {
                            "type": "terms",
                            "values": ["pending"],
                            "scope": {"entity": "record", "property": "status"},
                        },
                    ],
                }
            },
            "c",
        ),
        (
            {
                "filters": {
                    "type": "terms",
                    "values": ["Carolina"],
                    "scope": {"entity": "response", "question": "answer", "property": "value"},
                }
            },
            "b",
        ),
        (
            {
                "filters": {
                    "type": "range",
                    "ge": "2020-01-01",
                    "scope": {"entity": "record", "property": "updated_at"},
                }
            },
            "abc",
        ),
        (
            {
                "filters": {
                    "type": "range",
                    "ge": "2020-01-01T00:00:00+02:00",
                    "le": "2020-01-02",
                    "scope": {"entity": "record", "property": "inserted_at"},
                }
            },
            "",
        ),
        ({"sort": [{"scope": N, "order": "desc"}]}, "bca"),
        ({"filters": {"type": "range", "scope": SCORE}}, "ac"),
        ({"sort": [{"scope": SCORE, "order": "desc"}]}, "cab"),
        ({"sort": [{"scope": SCORE}]}, "acb"),
    ],
)
def test_a_search_finds(filled: Dataset, body: dict[str, Any], found: str) -> None:
    page = filled.owner.ask("POST", f"{filled.path}/records/search", 200, json=body)
    assert names(page) == found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"query": {"vector": {"name": "v", "value": [1]}}}, "'v' is not one of the dataset's"),
        ({"query": {"text": {"q": "x", "field": "none"}}}, "field 'none' is not one of"),
        ({"filters": {"type": "range", "ge": 1, "scope": STATUS}}, "has no range"),
        ({"sort": [{"scope": STATUS}]}, "records sort by"),
        ({"sort": [{"scope": AGENT}]}, "records sort by"),
        (
            {
                "filters": {
                    "type": "terms",
                    "values": ["x"],
                    "scope": {"entity": "suggestion", "question": "none"},
                }
            },
            "question 'none' is not one of",
        ),
    ],
)
def test_a_search_that_means_nothing_is_refused(
    filled: Dataset, body: dict[str, Any], said: str
) -> None:
    _, message = filled.owner.refused("POST", f"{filled.path}/records/search", 422, json=body)
    assert said in message


def test_my_queue_filters_by_my_responses_alone(
    filled: Dataset, make_person: Callable[..., Person]
) -> None:
    ana = make_person("annotator", filled.workspace)
    body = {"filters": {"type": "terms", "values": ["pending"], "scope": STATUS}}
    path = f"/api/v1/me/datasets/{filled.id}/records"
    assert ana.ask("POST", f"{path}/search", 200, json=body)["total"] == 3
    first = ana.get(path)["items"][0]
    ana.ask("POST", f"/api/v1/records/{first['id']}/responses", 201, json=answer("x"))
    assert ana.ask("POST", f"{path}/search", 200, json=body)["total"] == 2
    assert ana.get(path, response_status="submitted")["total"] == 1


def test_a_text_search_says_where_it_found_the_text(dataset: Dataset) -> None:
    dataset.add(item("🙂 The ship sank. Ships sink.", question="Which ship sank?"), item("None."))
    body = {"query": {"text": {"q": "sank ship"}}}
    page = dataset.owner.ask("POST", f"{dataset.path}/records/search", 200, json=body)
    (hit,) = page["items"]
    assert page["total"] == 1
    assert hit["highlights"] == {
        "question": [[6, 10], [11, 15]],
        "context": [[6, 10], [11, 15], [17, 22]],
    }
    body = {"query": {"text": {"q": "sank", "field": "context"}}}
    page = dataset.owner.ask("POST", f"{dataset.path}/records/search", 200, json=body)
    assert page["items"][0]["highlights"] == {"context": [[11, 15]]}
    page = dataset.owner.ask("POST", f"{dataset.path}/records/search", 200, json={})
    assert "highlights" not in page["items"][0]


@pytest.fixture(params=["sqlite", "postgres"])
def own_dataset(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Dataset]:
    """A dataset on a server of its own, where no other test's texts wait for the index."""
    url = request.getfixturevalue("databases").make() if request.param == "postgres" else None
    running = start_in_thread(tmp_path / "home", database_url=url)
    key = {KEY_HEADER: str(running.api_key)}
    with httpx.Client(
        base_url=running.url, headers=key, trust_env=False, timeout=TIMEOUT_S
    ) as http:
        yield new_dataset(Person(http.get("/api/me").json()["id"], http))
    running.stop()


def test_texts_are_indexed_while_the_server_runs(own_dataset: Dataset) -> None:
    own_dataset.add(item("Ångström's café"))

    def found() -> int:
        body = {"query": {"text": {"q": "angstrom"}}}
        page = own_dataset.owner.ask("POST", f"{own_dataset.path}/records/search", 200, json=body)
        total: int = page["total"]
        return total

    until = time.monotonic() + TIMEOUT_S
    while not found() and time.monotonic() < until:  # the index alone passes over accents
        time.sleep(0.1)
    assert found() == 1


RECORD = [{"entity": "record", "property": name} for name in ("id", "status", "updated_at")]
SUGGESTION = [
    {"entity": "suggestion", "question": "answer", "property": name}
    for name in ("value", "score", "agent", "type")
]
OTHERS = [
    {"entity": "response", "question": "answer"},
    {"entity": "response"},
    {"entity": "metadata", "metadata_property": "split"},
]


def test_a_list_of_scores_counts_as_its_first(dataset: Dataset) -> None:
    scores: list[float | list[float]] = [0.75, [0.25], [0.5, 0.125], []]
    dataset.add(
        *(
            item("A text.", external_id=id, suggestions=[{**suggested("A", 0), "score": score}])
            for id, score in zip("abcd", scores, strict=True)
        )
    )

    def found(body: dict[str, Any]) -> str:
        return names(dataset.owner.ask("POST", f"{dataset.path}/records/search", 200, json=body))

    assert found({"sort": [{"scope": SCORE}]}) == "bcad"
    assert found({"filters": {"type": "range", "scope": SCORE, "ge": 0.5}}) == "ac"
    assert found({"filters": {"type": "range", "scope": SCORE, "le": 0.5}}) == "bc"


@pytest.mark.parametrize("scope", [*RECORD, *SUGGESTION, *OTHERS], ids=lambda one: str(one))
def test_a_filter_without_values_finds_nothing(filled: Dataset, scope: dict[str, Any]) -> None:
    body = {"filters": {"type": "terms", "scope": scope, "values": []}}
    assert names(filled.owner.ask("POST", f"{filled.path}/records/search", 200, json=body)) == ""


@pytest.mark.parametrize(
    ("scope", "ge", "said"),
    [
        (RECORD[0], 5, "a record's id is a text, found the number 5.0"),
        (RECORD[2], 5, "a record's updated_at is a text, found the number 5.0"),
        (RECORD[2], "soon", "a time is written as in ISO 8601, found 'soon'"),
        (RECORD[2], "0001-01-01T00:00:00+14:00", "in the years 1 to 9999 in UTC"),
        (SUGGESTION[1], "a", "a suggestion's score is a number, found the text 'a'"),
        (SUGGESTION[2], "a", "a suggestion's agent has no range; give its values"),
        (SUGGESTION[3], "a", "a suggestion's type has no range; give its values"),
    ],
)
def test_a_range_that_cannot_be_is_refused(
    filled: Dataset, scope: dict[str, Any], ge: Any, said: str
) -> None:
    body = {"filters": {"type": "range", "scope": scope, "ge": ge}}
    _, message = filled.owner.refused("POST", f"{filled.path}/records/search", 422, json=body)
    assert said in message


@pytest.mark.parametrize(
    ("text", "status"), [("w " * 100, 200), ("?" * 1000, 200), ("w " * 101, 422), ("w" * 1001, 422)]
)
def test_a_text_to_search_for_has_a_length(filled: Dataset, text: str, status: int) -> None:
    body = {"query": {"text": {"q": text}}}
    filled.owner.ask("POST", f"{filled.path}/records/search", status, json=body)
