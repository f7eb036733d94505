"""Training runs as leads read them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.api.talk import KEY_HEADER, TIMEOUT_S, Person

from goldspan.run.folder import RunFolder, RunSpec, write_json
from goldspan.run.source import Snapshot
from goldspan.server.serve import RunningServer, start_in_thread


def run_folder(root: Path, name: str, snapshot: Snapshot | None = None) -> RunFolder:
    spec = RunSpec(
        id=name,
        command="sft",
        reader="span",
        parent="tiny",
        data_hash="0",
        rows=3,
        seed=1,
        settings={},
        created_at=f"2026-11-27T00:00:0{len(name)}Z",
        snapshot=snapshot,
    )
    return RunFolder.create(root / name, spec)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("runs")
    running = start_in_thread(folder / "home", runs_dir=folder / "runs")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def lead(served: RunningServer) -> Iterator[Person]:
    assert served.api_key is not None
    with httpx.Client(
        base_url=served.url,
        headers={KEY_HEADER: served.api_key},
        trust_env=False,
        timeout=TIMEOUT_S,
    ) as http:
        yield Person("", http)


@pytest.fixture(autouse=True)
def runs(served: RunningServer) -> Iterator[Path]:
    """The folder of the runs, which is not there at first."""
    folder = served.home.parent / "runs"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_no_folder_means_no_runs(lead: Person) -> None:
    assert lead.get("/api/v1/runs") == {"items": []}


def test_a_run_is_read_while_it_goes_on(lead: Person, runs: Path) -> None:
    run = run_folder(runs, "a")
    run.event("step", loss=2.0)
    with (run.root / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "half a li')
    (one,) = lead.get("/api/v1/runs")["items"]
    assert (one["name"], one["state"], one["rows"]) == ("a", "unfinished", 3)
    first = lead.get("/api/v1/runs/a/events")
    assert [event["loss"] for event in first["items"]] == [2.0]
    assert lead.get("/api/v1/runs/a/events", after=first["next"])["items"] == []
    for place in (3, first["next"] + 100, 2**53):
        path = f"/api/v1/runs/a/events?after={place}"
        assert lead.refused("GET", path, 422)[0] == "InvalidInput"
    assert lead.refused("GET", "/api/v1/runs/a/report.html", 404)[0] == "NotFound"


def test_a_finished_run_shows_its_report(lead: Person, runs: Path) -> None:
    run = run_folder(runs, "bb")
    write_json(run.report_path, {"steps": 7})
    (run.root / "report.html").write_text("<p>fine</p>", encoding="utf-8")
    found = lead.get("/api/v1/runs/bb")
    assert (found["summary"]["state"], found["report"]) == ("finished", {"steps": 7})
    page = lead.http.get("/api/v1/runs/bb/report.html")
    assert page.text == "<p>fine</p>"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


SCORES = {"mean": 61.2, "low": 55.1, "high": None}
DOCUMENT = {
    "reports": [
        {
            "name": "<b>mini</b>",
            "questions": 240,
            "version": 1,
            "clusters_by": "passage",
            "exact_match": SCORES,
            "f1": SCORES,
        }
    ],
    "comparisons": [],
}


def test_an_evaluation_among_the_runs_is_listed_and_shown(lead: Person, runs: Path) -> None:
    runs.mkdir(exist_ok=True)
    (runs / "other.json").write_text('{"no": "evaluation"}', encoding="utf-8")
    write_json(runs / "mini on dev.json", DOCUMENT)
    (one,) = lead.get("/api/v1/evaluations")["items"]
    assert one["name"] == "mini on dev"
    assert one["written_at"].endswith("Z")
    ((reader,), scores) = one["readers"], {"exact_match": SCORES, "f1": SCORES}
    assert reader == {"name": "<b>mini</b>", "questions": 240, **scores}
    page = lead.http.get("/api/v1/evaluations/mini on dev/report.html")
    assert "&lt;b&gt;mini&lt;/b&gt;" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert lead.refused("GET", "/api/v1/evaluations/nix/report.html", 404)[0] == "NotFound"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2fhome", "nix", "%00"])
def test_names_lead_nowhere_else(lead: Person, name: str) -> None:
    assert lead.http.get(f"/api/v1/runs/{name}").status_code == 404


def test_an_admin_sees_runs_on_snapshots_of_their_own_workspaces(lead: Person, runs: Path) -> None:
    workspace = lead.ask("POST", "/api/workspaces", 200, json={"name": "team"})
    body = {"name": "d", "workspace_id": workspace["id"]}
    path = f"/api/v1/datasets/{lead.ask('POST', '/api/v1/datasets', 201, json=body)['id']}"
    made = lead.ask("POST", f"{path}/snapshots", 201, json={})
    run_folder(runs, "cccc", Snapshot(made["id"], made["content_hash"]))
    for role, workspaces, seen in (
        ("admin", ["team"], ["cccc"]),
        ("admin", [], []),
        ("annotator", ["team"], None),
    ):
        user = {"username": f"{role}{len(workspaces)}", "first_name": "x", "role": role}
        key = lead.ask("POST", "/api/users", 200, json={**user, "workspaces": workspaces})[
            "api_key"
        ]
        http = httpx.Client(
            base_url=lead.http.base_url,
            headers={KEY_HEADER: key},
            trust_env=False,
            timeout=TIMEOUT_S,
        )
        with http:
            found = http.get("/api/v1/runs")
        if seen is None:
            assert found.status_code == 403
        else:
            assert [one["name"] for one in found.json()["items"]] == seen
