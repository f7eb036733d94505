"""Records: all or none, known by external ids, and no change of texts under responses."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import SPAN, Dataset, Person, answer, item


def test_a_bulk_with_faults_writes_nothing_and_names_them_all(dataset: Dataset) -> None:
    items = [
        item(),
        {"fields": {"question": "Who?", "context": 7}},
        {"fields": {"question": "Who?"}},
        item(external_id="one"),
        item(external_id="one"),
    ]
    code, message = dataset.owner.refused(
        "POST", f"{dataset.path}/records", 422, json={"items": items}
    )
    assert code == "InvalidRecord"
    assert message.startswith("4 of 5 records do not fit the dataset; none was written")
    assert "items[1]: field 'context' is a text, found int 7" in message
    assert "items[2]: field 'context' is required" in message
    assert "items[4]: external id 'one' stands twice" in message
    assert dataset.records(dataset.owner) == []


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (answer(7), "question 'answer' takes a text, found 7"),
        (answer("x", question="answr"), "'answr' is not one of the dataset's questions"),
        ({"status": "submitted", "values": {}}, "missing: ['answer']"),
    ],
)
def test_a_response_that_does_not_fit_is_refused_by_its_own_class(
    dataset: Dataset, response: dict[str, Any], said: str
) -> None:
    body = {"items": [item(responses=[response])]}
    code, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert code == "InvalidResponse"
    assert said in message


def test_a_field_that_the_dataset_does_not_declare_is_refused(dataset: Dataset) -> None:
    body = {"items": [{"fields": {"question": "q", "context": "c", "answer": "a"}}]}
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert "a value for a question belongs in responses or suggestions" in message


def test_a_body_of_the_wrong_shape_is_refused_with_its_place(dataset: Dataset) -> None:
    _, message = dataset.owner.refused(
        "POST", f"{dataset.path}/records", 422, json={"items": [{"fields": []}]}
    )
    assert "$.items[0].fields" in message
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, content=b'{"it')
    assert "truncated" in message
    dataset.owner.refused("POST", f"{dataset.path}/records", 422, content=b'{"items":"\xff"}')


def test_a_draft_takes_no_records(owner: Person, dataset: Dataset) -> None:
    body = {"name": "draft", "workspace_id": dataset.workspace_id}
    draft = owner.ask("POST", "/api/v1/datasets", 201, json=body)
    path = f"/api/v1/datasets/{draft['id']}/records"
    code, message = owner.refused("POST", path, 409, json={"items": [item()]})
    assert (code, "publish it" in message) == ("Conflict", True)


def test_an_external_id_is_taken_once(dataset: Dataset) -> None:
    dataset.add(item(external_id="56be"))
    body = {"items": [item(external_id="new"), item(external_id="56be")]}
    code, message = dataset.owner.refused("POST", f"{dataset.path}/records", 409, json=body)
    assert (code, "'56be'" in message) == ("Conflict", True)
    assert len(dataset.records(dataset.owner)) == 1


def test_an_upsert_changes_the_known_and_adds_the_rest(dataset: Dataset) -> None:
    (old,) = dataset.add(item(external_id="one", metadata={"split": "dev"}))
    suggestion = {"question_name": "answer", "value": "Denver", "agent": "reader"}
    items = [item("Carolina lost.", external_id="one", suggestions=[suggestion]), item()]
    done = dataset.owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json={"items": items})
    assert done["updated_item_ids"] == [old["id"]]
    assert [one["fields"]["context"] for one in done["items"]] == ["Carolina lost.", "Denver won."]
    assert done["items"][0]["metadata"] == {"split": "dev"}
    assert [s["value"] for s in done["items"][0]["suggestions"]] == ["Denver"]
    assert done["items"] == dataset.records(dataset.owner)


def test_an_upsert_finds_a_record_by_its_id(dataset: Dataset) -> None:
    (old,) = dataset.add(item())
    body = {"items": [item(id=old["id"], external_id="named")]}
    done = dataset.owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json=body)
    assert [(one["id"], one["external_id"]) for one in done["items"]] == [(old["id"], "named")]


def test_an_upsert_sent_twice_does_what_it_does_once(dataset: Dataset) -> None:
    body = {"items": [item(external_id=name, responses=[answer("x")]) for name in "abc"]}
    for _ in range(2):
        dataset.owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json=body)
    assert [r["external_id"] for r in dataset.records(dataset.owner)] == ["a", "b", "c"]
    progress = dataset.owner.get(f"{dataset.path}/progress")
    assert (progress["total"], progress["completed"]) == (3, 3)


def test_texts_do_not_change_under_responses(dataset: Dataset) -> None:
    (old,) = dataset.add(item(external_id="one", responses=[answer("Denver")]))
    body = {"items": [item("Carolina won.", external_id="one")]}
    code, message = dataset.owner.refused("PUT", f"{dataset.path}/records/bulk", 409, json=body)
    assert (code, "under the responses" in message) == ("Conflict", True)
    change = {"fields": {"question": "q", "context": "c"}}
    dataset.owner.refused("PATCH", f"/api/v1/records/{old['id']}", 409, json=change)
    same = {"fields": {"context": "Denver won.", "question": "Who won?"}}
    dataset.owner.ask("PATCH", f"/api/v1/records/{old['id']}", 200, json=same)


def test_texts_do_not_change_under_what_has_settled_them(dataset: Dataset) -> None:
    (old,) = dataset.add(item(external_id="one"))
    path = f"/api/v1/records/{old['id']}"
    settled = {"values": {"answer": {"value": "Denver"}}}
    dataset.owner.ask("PUT", f"{path}/adjudication", 200, json=settled)
    change = {"fields": {"question": "q", "context": "c"}}
    dataset.owner.refused("PATCH", path, 409, json=change)
    body = {"items": [item("Carolina won.", external_id="one")]}
    dataset.owner.refused("PUT", f"{dataset.path}/records/bulk", 409, json=body)
    dataset.owner.ask("DELETE", f"{path}/adjudication", 204)
    dataset.owner.ask("PATCH", path, 200, json=change)


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize(
    ("context", "stays"),
    [("Denver did win.", True), ("Carolina won.", False), ("D", False), ("🙂 Denver won.", False)],
)
def test_a_suggestion_of_spans_stays_where_what_it_marks_still_stands(
    spans: Dataset, context: str, stays: bool, by_id: bool
) -> None:
    marked = [{"label": "answer", "start": 0, "end": 6}]
    suggestion = {"question_name": "answer", "value": marked}
    (old,) = spans.add(item("Denver won.", external_id="a", suggestions=[suggestion]))
    if by_id:
        change = {"fields": item(context)["fields"]}
        spans.owner.ask("PATCH", f"/api/v1/records/{old['id']}", 200, json=change)
    else:
        items = [item(context, external_id="a")]
        spans.owner.ask("PUT", f"{spans.path}/records/bulk", 200, json={"items": items})
    (new,) = spans.records(spans.owner)
    assert [one["value"] for one in new["suggestions"]] == [marked] * stays


def test_an_update_replaces_metadata_and_suggestions(dataset: Dataset) -> None:
    first = {"question_name": "answer", "value": "Denver"}
    (old,) = dataset.add(item(metadata={"a": 1}, suggestions=[first]))
    change = {"id": old["id"], "metadata": {"b": None, "c": 2}, "suggestions": []}
    dataset.owner.ask("PATCH", f"{dataset.path}/records", 204, json={"items": [change]})
    (new,) = dataset.records(dataset.owner)
    assert (new["metadata"], new["suggestions"]) == ({"c": 2}, [])
    assert new["updated_at"] > new["inserted_at"] == old["inserted_at"]


def test_an_update_leaves_alone_what_it_leaves_out(dataset: Dataset) -> None:
    suggestion = {"question_name": "answer", "value": "Denver"}
    (old,) = dataset.add(item(metadata={"a": 1}, suggestions=[suggestion]))
    path = f"/api/v1/records/{old['id']}"
    new = dataset.owner.ask("PATCH", path, 200, json={"metadata": None, "suggestions": None})
    assert (new["metadata"], len(new["suggestions"])) == ({"a": 1}, 1)


def test_deleted_records_are_gone_with_their_counts(dataset: Dataset) -> None:
    one, two, three = dataset.add(item(responses=[answer("x")]), item(), item())
    ids = f"{one['id']},{two['id']},none"
    dataset.owner.ask("DELETE", f"{dataset.path}/records?ids={ids}", 204)
    assert [r["id"] for r in dataset.records(dataset.owner)] == [three["id"]]
    deleted = dataset.owner.ask("DELETE", f"/api/v1/records/{three['id']}", 200)
    assert deleted["id"] == three["id"]
    progress = dataset.owner.get(f"{dataset.path}/progress")
    assert progress == {"total": 0, "completed": 0, "pending": 0, "users": []}
    own = dataset.owner.get(f"/api/v1/me/datasets/{dataset.id}/metrics")["responses"]
    assert own["count"] == 0


def test_a_suggestion_is_set_replaced_and_deleted(dataset: Dataset) -> None:
    (record,) = dataset.add(item())
    path = f"/api/v1/records/{record['id']}/suggestions"
    body = {"question_id": dataset.question_ids["answer"], "value": "Denver", "type": "model"}
    first = dataset.owner.ask("PUT", path, 201, json=body)
    second = dataset.owner.ask("PUT", path, 200, json={**body, "value": "Broncos", "score": 1})
    assert (second["id"], second["value"], second["score"]) == (first["id"], "Broncos", 1)
    dataset.owner.ask("DELETE", f"{path}?ids={first['id']},none", 204)
    assert dataset.records(dataset.owner)[0]["suggestions"] == []
    third = dataset.owner.ask("PUT", path, 201, json=body)
    dataset.owner.ask("DELETE", f"/api/v1/suggestions/{third['id']}", 200)
    dataset.owner.refused("DELETE", f"/api/v1/suggestions/{third['id']}", 404)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"value": 7}, "takes a text"),
        ({"value": "x", "score": 1.5}, "lies in [0, 1]"),
        ({"value": "x", "question_id": "none"}, "'none' is not one of the dataset's questions"),
        ({"value": "x", "question_name": "other"}, "for question 'other'"),
    ],
)
def test_a_suggestion_that_does_not_fit_is_refused(
    dataset: Dataset, more: dict[str, Any], said: str
) -> None:
    suggestion = {"question_id": dataset.question_ids["answer"], **more}
    body = {"items": [item(suggestions=[suggestion])]}
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert said in message


def test_vectors_have_the_declared_dimensions(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset()
    settings = {"name": "mean", "title": "Mean", "dimensions": 2}
    dataset.owner.ask("POST", f"{dataset.path}/vectors-settings", 201, json=settings)
    dataset.add(item(vectors={"mean": [0.5, 1.0]}))
    (read,) = dataset.owner.get(f"{dataset.path}/records", include="vectors")["items"]
    assert read["vectors"] == {"mean": [0.5, 1.0]}
    (read,) = dataset.owner.get(f"{dataset.path}/records", include="vectors:other")["items"]
    assert read["vectors"] == {}
    body = {"items": [item(vectors={"mean": [1]})]}
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert "vector 'mean' has 2 numbers, found 1" in message


def test_offsets_count_code_points(make_dataset: Callable[..., Dataset]) -> None:
    dataset = make_dataset({"answer": {**SPAN, "allow_overlapping": True}})
    context = "🏈🏈 Denver won."
    span = {"label": "answer", "start": 3, "end": 9, "text": "Denver"}
    (record,) = dataset.add(item(context, responses=[answer([span])]))
    del span["text"]
    assert record["responses"][0]["values"]["answer"]["value"] == [span]
    assert context[3:9] == "Denver"


@pytest.mark.parametrize("text", ["a\x00b", "\u202eabc", "x" * 1_000_000, "e\u0301", "'; DROP"])
def test_any_text_comes_back_as_it_was_sent(dataset: Dataset, text: str) -> None:
    name = text[:50].replace("\x00", "")  # a text of its own, where PostgreSQL has no NUL
    (record,) = dataset.add(item(text, external_id=name, metadata={"m": text, text: 1e308}))
    assert record["fields"]["context"] == text
    assert record["external_id"] == name
    assert record["metadata"] == {"m": text, text: 1e308}


def test_a_thousand_records_are_one_request_and_one_more_is_refused(dataset: Dataset) -> None:
    items = [item(external_id=str(number)) for number in range(1000)]
    dataset.owner.ask("POST", f"{dataset.path}/records", 204, json={"items": items})
    page = dataset.owner.get(f"{dataset.path}/records", offset=999, limit=250)
    assert (page["total"], [r["external_id"] for r in page["items"]]) == (1000, ["999"])
    body = {"items": [item()] * 1001}
    _, message = dataset.owner.refused("POST", f"{dataset.path}/records", 422, json=body)
    assert "1 to 1000 records, found 1001" in message


def test_changes_of_one_record_stand_in_one_item(dataset: Dataset) -> None:
    record = dataset.add(item())[0]["id"]
    items = [{"id": record, "metadata": {"a": 1}}, {"id": record, "metadata": {"b": 2}}]
    path = f"{dataset.path}/records"
    _, message = dataset.owner.refused("PATCH", path, 422, json={"items": items})
    assert f"record {record!r} stands twice" in message


@pytest.mark.parametrize("by_id", [True, False])
def test_vectors_of_other_names_stay(dataset: Dataset, by_id: bool) -> None:
    owner = dataset.owner
    kinds = {
        name: owner.ask(
            "POST", f"{dataset.path}/vectors-settings", 201, json={"name": name, "dimensions": 2}
        )["id"]
        for name in ("question", "context")
    }
    record = dataset.add(item(external_id="a", vectors={"question": [1.0, 0.0]}))[0]["id"]
    path = f"/api/v1/records/{record}"
    new: dict[str, Any] = {"vectors": {"context": [0.0, 1.0]}}
    if by_id:
        owner.ask("PATCH", path, 200, json=new)
    else:
        items = [item(external_id="a", **new)]
        owner.ask("PUT", f"{dataset.path}/records/bulk", 200, json={"items": items})
    both = {"question": [1.0, 0.0], "context": [0.0, 1.0]}
    assert owner.get(path)["vectors"] == both
    near = {"query": {"vector": {"name": "question", "value": [1.0, 0.0]}}}
    found = owner.ask("POST", f"{dataset.path}/records/search", 200, json=near)
    assert found["total"] == 1
    # What a record holds under the name of a kind that was taken away stays, and is in no way.
    owner.ask("DELETE", f"/api/v1/vectors-settings/{kinds['question']}", 200)
    owner.ask("PATCH", path, 200, json={"vectors": {"context": [1.0, 0.0]}})
    assert owner.get(path)["vectors"] == {**both, "context": [1.0, 0.0]}
