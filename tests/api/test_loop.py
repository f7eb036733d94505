"""What the older generation's client sends from connecting to reading back."""

from tests.api.talk import TEXT, Person, new_name


def test_a_notebook_pushes_records_and_reads_them_back(owner: Person) -> None:
    assert owner.get("/api/_info")["version"].startswith("1.29.")
    assert owner.get("/api/me")["role"] == "owner"
    workspace = owner.ask("POST", "/api/workspaces", 200, json={"name": new_name("admin")})
    assert workspace in owner.get("/api/v1/me/workspaces")["items"]
    body = {
        "name": "demonstration_data_squad",
        "workspace_id": workspace["id"],
        "allow_extra_metadata": True,
        "guidelines": "Mark the answer.",
    }
    dataset = owner.ask("POST", "/api/v1/datasets", 201, json=body)
    assert dataset["status"] == "draft"
    path = f"/api/v1/datasets/{dataset['id']}"
    for name in ("question", "context"):
        field = {"name": name, "title": name.capitalize(), "required": True, "settings": TEXT}
        assert owner.ask("POST", f"{path}/fields", 201, json=field)["dataset_id"] == dataset["id"]
    question = {
        "name": "answer",
        "title": "Answer",
        "description": "Answer the question.",
        "required": True,
        "settings": {"type": "text", "use_markdown": True},
    }
    asked = owner.ask("POST", f"{path}/questions", 201, json=question)
    assert {name: asked[name] for name in question} == question
    assert owner.ask("PUT", f"{path}/publish", 200)["status"] == "ready"
    record = {
        "fields": {"question": "Who won?", "context": "Denver won."},
        "responses": [
            {"user_id": owner.id, "status": "submitted", "values": {"answer": {"value": "Denver"}}}
        ],
        "suggestions": [
            {"question_id": asked["id"], "value": "Carolina", "score": 0.25, "agent": "reader"}
        ],
        "metadata": {"split": "train"},
        "external_id": "56be",
    }
    owner.ask("POST", f"{path}/records", 204, json={"items": [record]})
    page = owner.get(f"{path}/records", limit=250, include=["responses", "suggestions"])
    assert page["total"] == 1
    (read,) = page["items"]
    assert read["fields"] == record["fields"]
    assert (read["external_id"], read["metadata"]) == ("56be", {"split": "train"})
    assert [r["values"] for r in read["responses"]] == [{"answer": {"value": "Denver"}}]
    assert [(s["value"], s["score"]) for s in read["suggestions"]] == [("Carolina", 0.25)]
    assert owner.get(f"/api/v1/me/datasets/{dataset['id']}/metrics")["records"] == {"count": 1}
    assert owner.ask("DELETE", path, 200)["id"] == dataset["id"]
    owner.refused("GET", path, 404)
