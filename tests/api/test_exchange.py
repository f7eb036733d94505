"""Files in and out over HTTP."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.api.talk import RANKING, TEXT, Dataset, Person, answer, item

CONTEXT = "From Rome to Paris."
ROWS = f"question,context,answer,id\nWhere to?,{CONTEXT},Paris,q1\nWhen?,{CONTEXT},,q2\n"


def send(dataset: Dataset, content: str | bytes, status: int = 200, **params: Any) -> Any:
    body = content if isinstance(content, bytes) else content.encode()
    return dataset.owner.ask("POST", f"{dataset.path}/import", status, content=body, params=params)


def squad(*qas: dict[str, Any]) -> str:
    data = [{"title": "Roads", "paragraphs": [{"context": CONTEXT, "qas": list(qas)}]}]
    return json.dumps({"version": "v2.0", "data": data})


def qa(id: str, text: str = "Paris", start: int = 13) -> dict[str, Any]:
    answers = [{"text": text, "answer_start": start}]
    return {"id": id, "question": f"{id}?", "answers": answers, "is_impossible": False}


def export_bytes(dataset: Dataset, format: str) -> bytes:
    done = dataset.owner.http.get(f"{dataset.path}/export", params={"format": format})
    assert done.status_code == 200, done.text
    assert f"-{format}." in done.headers["content-disposition"]
    assert int(done.headers["content-length"]) == len(done.content)
    return done.content


def export(dataset: Dataset, format: str) -> str:
    return export_bytes(dataset, format).decode()


def test_a_dry_run_says_what_would_be_read_and_writes_nothing(spans: Dataset) -> None:
    told = send(spans, ROWS, dry_run=True)
    assert (told["format"], told["rows"], told["accepted"], told["dry_run"]) == ("csv", 2, 2, True)
    assert told["columns"] == ["question", "context", "answer", "id"]
    assert told["preview"][0] == {
        "fields": {"question": "Where to?", "context": CONTEXT},
        "answers": ["Paris"],
    }
    assert spans.records(spans.owner) == []


def test_gold_answers_become_suggestions_or_submitted_responses(spans: Dataset) -> None:
    marked = [{"label": "answer", "start": 13, "end": 18}]
    assert send(spans, ROWS)["added"] == 2
    assert [one["suggestions"][0]["value"] for one in spans.records(spans.owner)] == [marked, []]
    done = send(spans, ROWS, answers="responses")
    assert (done["added"], done["updated"]) == (0, 2)
    values = [one["responses"][0]["values"] for one in spans.records(spans.owner)]
    assert values == [{"answer": {"value": marked}}, {"answer": {"value": []}}]


def test_every_faulty_row_is_told_with_its_place_and_nothing_is_written(spans: Dataset) -> None:
    content = squad(qa("q1"), qa("q2", start=12), qa("q1"))
    told = send(spans, content, dry_run=True)
    assert (told["rows"], told["accepted"], told["skipped"]) == (3, 1, 2)
    assert [(one["row"], one["place"]) for one in told["faults"]] == [
        (2, "data[0].paragraphs[0].qas[1].answers[0]"),
        (3, "data[0].paragraphs[0].qas[2]"),
    ]
    detail = send(spans, content, 422, filename="roads.json")["detail"]
    assert detail["code"] == "goldspan.InvalidFile"
    assert [one["row"] for one in detail["params"]["errors"]] == [2, 3]
    assert detail["message"].startswith("roads.json has 2 faults, so nothing was written")
    assert spans.records(spans.owner) == []


def test_faulty_rows_are_skipped_where_that_is_asked_for(spans: Dataset) -> None:
    told = send(spans, squad(qa("q1"), qa("q2", start=12)), on_fault="skip")
    assert (told["added"], told["skipped"]) == (1, 1)
    assert [one["external_id"] for one in spans.records(spans.owner)] == ["q1"]


def test_a_mapping_names_the_columns(dataset: Dataset) -> None:
    told = send(
        dataset,
        "Frage;Text;note\nWho?;Denver won.;x\n",
        mapping=json.dumps({"question": "Frage", "context": "Text"}),
    )
    assert told["mapping"] == {"question": "frage", "context": "text"}
    assert dataset.records(dataset.owner)[0]["fields"] == {
        "question": "Who?",
        "context": "Denver won.",
    }


@pytest.mark.parametrize(
    ("content", "params", "message"),
    [
        ("a,b\n1,2\n", {}, "has no column for ['question', 'context']"),
        (
            "question,context,answer,Answer\nWho?,Ann or Bob,Ann,Bob\n",
            {},
            "has more than one column ['answer']",
        ),
        ("question,context\nW?,C\n", {"mapping": '{"question": "nix"}'}, "has no column ['nix']"),
        ("question,context\nW?,C\n", {"mapping": "["}, "mapping is a JSON object"),
        ('{"data": [', {}, "is not JSON"),
        ("", {}, "has no body"),
        ("question,context\n", {}, "has no rows"),
        (b"question,context\nW?,\xff\n", {}, "line 2, column 4: byte 0xff is not UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_reason(
    dataset: Dataset, content: str | bytes, params: dict[str, str], message: str
) -> None:
    assert message in send(dataset, content, 422, **params)["detail"]["message"]


def test_texts_that_people_have_answered_are_not_changed_by_an_import(dataset: Dataset) -> None:
    send(dataset, ROWS, answers="responses")
    changed = ROWS.replace("Where to?", "Where from?")
    told = send(dataset, changed, 422)["detail"]["params"]["errors"]
    assert [(one["row"], one["place"]) for one in told] == [(1, "line 2")]
    assert "people have responded" in told[0]["message"]


def test_an_annotator_neither_imports_nor_exports(
    dataset: Dataset, make_person: Callable[..., Person]
) -> None:
    ann = make_person("annotator", dataset.workspace)
    assert ann.refused("POST", f"{dataset.path}/import", 403, content=b"x")[0] == "Forbidden"
    assert ann.refused("GET", f"{dataset.path}/export", 403)[0] == "Forbidden"
    stranger = make_person("admin")
    assert stranger.refused("GET", f"{dataset.path}/export", 404)[0] == "NotFound"


def test_squad_comes_out_as_it_went_in(spans: Dataset) -> None:
    impossible = {"id": "q2", "question": "When?", "answers": [], "is_impossible": True}
    content = squad(qa("q1"), impossible)
    send(spans, content, answers="responses")
    assert json.loads(export(spans, "squad")) == json.loads(content)


def test_sft_and_dpo_are_rows_with_prompts(
    spans: Dataset, make_dataset: Callable[..., Dataset]
) -> None:
    send(spans, ROWS, answers="responses")
    first, second = map(json.loads, export(spans, "sft").splitlines())
    assert first["prompt"] == f"Context: {CONTEXT}\nQuestion: Where to?\nAnswer:"
    assert (first["completion"], second["answer"]) == (" Paris", [])
    pairs = make_dataset({"answer": RANKING}, ("prompt", "context", "response1", "response2"))
    ranks = [{"value": "response2", "rank": 1}, {"value": "response1", "rank": 2}]
    fields = {"prompt": "Where to?", "context": CONTEXT, "response1": "Rome", "response2": "Paris"}
    given = {"values": {"answer": {"value": ranks}}, "status": "submitted"}
    pairs.add({"fields": fields, "responses": [given]})
    row = json.loads(export(pairs, "dpo"))
    assert (row["chosen"], row["rejected"]) == (" Paris", " Rome")
    assert (row["annotators"], row["agreement"]) == ([pairs.owner.id], 1.0)


def test_an_export_that_does_not_fit_the_dataset_says_why(dataset: Dataset) -> None:
    detail = dataset.owner.ask("GET", f"{dataset.path}/export", 422, params={"format": "dpo"})
    assert "need a ranking question" in detail["detail"]["message"]


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet", "datasets"])
def test_whole_records_go_into_another_dataset_unchanged(
    format: str, make_dataset: Callable[..., Dataset], make_person: Callable[..., Person]
) -> None:
    one, other = make_dataset(), make_dataset()
    ann = make_person("annotator", one.workspace)
    suggestion = {
        "question_name": "answer", "value": "=Rome", "score": 0.5, "agent": "m", "type": "model",
    }  # fmt: skip
    metadata = {"n": 1, "deep": {"list": [1.5, None, "x"]}}
    records = one.add(
        item("=2+3", "'quoted", external_id="x", metadata=metadata, suggestions=[suggestion]),
        item("a\r\nb\0c", "שלום", responses=[answer("yes"), {**answer("no"), "user_id": ann.id}]),
    )
    content = export_bytes(one, format)
    for added in (2, 0):  # the second time, everything is there
        assert send(other, content)["added"] == added
    kept = ("fields", "metadata", "external_id", "status")
    assert [{k: r[k] for k in kept} for r in other.records(other.owner)] == [
        {k: r[k] for k in kept} for r in records
    ]

    def judged(dataset: Dataset) -> list[Any]:
        return [
            (
                [(s["value"], s["score"], s["agent"], s["type"]) for s in r["suggestions"]],
                [(a["user_id"], a["status"], a["values"]) for a in r["responses"]],
            )
            for r in dataset.records(dataset.owner)
        ]

    assert judged(other) == judged(one)


def test_a_spreadsheet_sees_no_formula(dataset: Dataset) -> None:
    dataset.add(item("=1+1", "@x"), item("-1", "+1"))
    rows = list(csv.DictReader(io.StringIO(export(dataset, "csv"))))
    assert [row["context"] for row in rows] == ["'=1+1", "'-1"]
    for row in rows:
        assert not any(cell[:1] in ("=", "+", "-", "@") for cell in row.values())


def test_an_unused_question_kind_is_no_hindrance(make_dataset: Callable[..., Dataset]) -> None:
    made = make_dataset({"answer": TEXT, "note": TEXT})
    assert send(made, "question,context,note\nW?,C.,fine\n")["added"] == 1
    assert made.records(made.owner)[0]["suggestions"][0]["value"] == "fine"


def test_what_a_lead_settled_stands_in_place_of_the_votes(
    dataset: Dataset, make_dataset: Callable[..., Dataset]
) -> None:
    (record,) = dataset.add(item(responses=[answer("Boston")]))
    path = f"/api/v1/records/{record['id']}"
    dataset.owner.ask("PUT", f"{path}/adjudication", 200, json={"values": value("Denver")})
    dataset.owner.ask("PUT", f"{path}/control", 200, json={"values": value("Denver")})
    assert json.loads(export(dataset, "sft"))["completion"] == " Denver"
    other = make_dataset()
    send(other, export(dataset, "jsonl"))
    (copy,) = other.records(other.owner)
    full = other.owner.get(f"/api/v1/records/{copy['id']}/full")
    assert full["adjudication"]["values"] == full["control"]["values"] == value("Denver")


def test_gold_answers_become_controls(spans: Dataset) -> None:
    send(spans, ROWS, answers="controls")
    (first, _) = spans.records(spans.owner)
    assert (first["responses"], first["suggestions"]) == ([], [])
    full = spans.owner.get(f"/api/v1/records/{first['id']}/full")
    assert full["control"]["values"]["answer"]["value"] == [
        {"label": "answer", "start": 13, "end": 18}
    ]


def value(text: str) -> dict[str, Any]:
    return {"answer": {"value": text}}
