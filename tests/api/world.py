"""A small world, with one of each thing, that every route is asked about by everybody.

It is made over HTTP once and put back, table by table, after each request that changed it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient
from tests.api.browsing import COOKIE, token_of
from tests.api.receiver import Receiver

from goldspan.run.folder import RunFolder, RunSpec, write_json
from goldspan.run.source import Snapshot
from goldspan.server.app import create_app
from goldspan.server.deps import Db
from goldspan.services.owner import ensure_owner
from goldspan.storage.sql_store import SqliteStore
from goldspan.storage.store import Unit
from goldspan.storage.tables import metadata

PASSWORD = "correct horse battery"
TEXT = {"type": "text", "use_markdown": False}
TERMS = {"type": "terms", "values": None}
CANDIDATES = ("response1", "response2")
RANKING = {"type": "ranking", "options": [{"value": name, "text": name} for name in CANDIDATES]}
HIDDEN = {
    "external id": "hidden-id",
    "metadata property": "hidden_property",
    "its value": "hidden-value",
    "metadata that nobody declared": "hidden-extra",
    "agent of a suggestion": "hidden-agent",
    "another person's response": "hidden-response",
    "known answer of a control": "hidden-control",
    "adjudicated answer": "hidden-adjudication",
}
"""What an annotator may not see, and the text that gives it away in the world."""

# Who asks: the column's name, the user's role, whether they are in the workspace, the key's scope.
COLUMNS: dict[str, tuple[str, str, bool, str]] = {
    "outsider": ("outsider", "annotator", False, "admin"),
    "annotator": ("ana", "annotator", True, "admin"),
    "annotator:read": ("ana", "annotator", True, "read"),
    "other-admin": ("otto", "admin", False, "admin"),
    "admin": ("adam", "admin", True, "admin"),
    "admin:annotate": ("adam", "admin", True, "annotate"),
    "admin:read": ("adam", "admin", True, "read"),
    "owner": ("olga", "owner", False, "admin"),
    "owner:annotate": ("olga", "owner", False, "annotate"),
    "owner:read": ("olga", "owner", False, "read"),
}


@dataclass
class World:
    """The application, the ids and tokens of what is in it, and everybody's keys."""

    app: Litestar
    http: TestClient[Any]
    store: SqliteStore
    receiver: Receiver
    ids: dict[str, str] = field(default_factory=dict)
    draft: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)

    def ask(self, method: str, path: str, column: str | None, **options: Any) -> Any:
        """Make a request as somebody; None is a stranger."""
        headers = {} if column is None else {"X-Goldspan-Api-Key": self.keys[column]}
        return self.http.request(method, path, headers=headers, **options)

    def make(self, method: str, path: str, **options: Any) -> Any:
        """Make a request as the owner that must succeed; return the JSON."""
        answer = self.ask(method, path, "owner", **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def keep(self) -> None:
        """Remember the state to which ``put_back`` returns."""

        def read(unit: Unit) -> None:
            connection = connection_of(unit)
            for table in metadata.sorted_tables:
                found = connection.execute(sa.select(table)).mappings()
                self.rows[table.name] = [dict(row) for row in found]

        self.store.write(read).result()

    def put_back(self) -> None:
        """Undo what was changed since ``keep``."""

        def write(unit: Unit) -> None:
            connection = connection_of(unit)
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
            for table in metadata.sorted_tables:
                if self.rows[table.name]:
                    connection.execute(table.insert(), self.rows[table.name])

        self.store.write(write).result()
        db: Db = self.app.state.db
        db.callers.forget()


def connection_of(unit: Unit) -> sa.Connection:
    """Return the connection that a transaction of a SQL store runs on."""
    connection: sa.Connection = unit.users._connection  # type: ignore[attr-defined]
    return connection


def open_world(home: Path) -> World:
    """Make the world."""
    store = SqliteStore(home / "goldspan.db")
    first = store.write(
        lambda unit: ensure_owner(unit, given_key=None, home_key=None, password=None)
    ).result()
    assert first is not None
    receiver = Receiver()
    app = create_app(store, runs_dir=home / "runs", webhook_hosts=("127.0.0.1",))
    http = TestClient(app, base_url="http://127.0.0.1")
    world = World(app, http, store, receiver, keys={"owner": first})
    world.http.__enter__()
    _people(world)
    _things(world)
    _run(world, home / "runs")
    world.keep()
    return world


def close_world(world: World) -> None:
    """End the application."""
    world.http.__exit__(None, None, None)
    world.store.close()
    world.receiver.stop()


def _people(world: World) -> None:
    make, ids = world.make, world.ids
    for name in ("team", "empty", "elsewhere"):
        ids[name] = make("POST", "/api/v1/workspaces", json={"name": name})["id"]
    users: dict[str, str] = {}
    for name, role, inside, _ in COLUMNS.values():
        if name not in users:
            teams = ["team", "empty"] if inside else ["elsewhere"]
            body = {"username": name, "first_name": name, "role": role, "workspaces": teams}
            users[name] = make("POST", "/api/v1/users", json=body)["id"]
    for column, (name, _, _, scope) in COLUMNS.items():
        body = {"name": column, "scope": scope}
        path = f"/api/v1/users/{users[name]}/api-keys"
        world.keys[column] = make("POST", path, json=body)["key"]
    body = {"username": "bo", "first_name": "Bo", "password": PASSWORD, "workspaces": ["team"]}
    ids["user_id"] = make("POST", "/api/v1/users", json=body)["id"]
    kim = make("POST", "/api/v1/users", json={"username": "kim", "first_name": "Kim"})["id"]
    link = {"token": make("POST", f"/api/v1/users/{kim}/link")["token"]}
    token = token_of(world.http.post("/api/v1/session/link", json=link))
    own = {"Cookie": f"{COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}
    mine = {"new_password": PASSWORD}
    assert world.http.put("/api/v1/me/password", json=mine, headers=own).status_code == 204
    guest = {"username": "guest", "first_name": "Guest"}
    ids["guest"] = make("POST", "/api/v1/users", json=guest)["id"]
    ids["workspace_id"] = ids["team"]
    key = make(
        "POST", f"/api/v1/users/{users['ana']}/api-keys", json={"name": "k", "scope": "read"}
    )
    ids["key_id"] = key["id"]
    ids["link"] = make("POST", f"/api/v1/users/{ids['user_id']}/link")["token"]
    body = {"role": "annotator", "workspace_ids": [ids["team"]]}
    invitation = make("POST", "/api/v1/invitations", json=body)
    ids["invitation_id"], ids["invitation"] = invitation["id"], invitation["token"]
    body = {"url": world.receiver.url, "events": ["dataset.published"]}
    ids["webhook_id"] = make("POST", "/api/v1/webhooks", json=body)["id"]


def _dataset(world: World, name: str) -> dict[str, str]:
    make = world.make
    body = {
        "name": name,
        "workspace_id": world.ids["team"],
        "distribution": {"strategy": "overlap", "min_submitted": 2},
    }
    ids = {"dataset_id": make("POST", "/api/v1/datasets", json=body)["id"]}
    path = f"/api/v1/datasets/{ids['dataset_id']}"
    made = {"name": "text", "title": "Text", "required": True, "settings": TEXT}
    ids["field_id"] = make("POST", f"{path}/fields", json=made)["id"]
    made = {"name": "answer", "title": "Answer", "required": True, "settings": TEXT}
    ids["question_id"] = make("POST", f"{path}/questions", json=made)["id"]
    made = {"name": "best", "title": "Best", "required": False, "settings": RANKING}
    make("POST", f"{path}/questions", json=made)
    for candidate in CANDIDATES:
        made = {"name": candidate, "title": candidate, "required": False, "settings": TEXT}
        make("POST", f"{path}/fields", json=made)
    secret = HIDDEN["metadata property"]
    made = {"name": secret, "title": secret, "visible_for_annotators": False, "settings": TERMS}
    ids["hidden_property"] = make("POST", f"{path}/metadata-properties", json=made)["id"]
    made = {"name": "split", "title": "Split", "settings": TERMS}
    ids["property_id"] = make("POST", f"{path}/metadata-properties", json=made)["id"]
    made = {"name": "vector", "title": "Vector", "dimensions": 2}
    ids["settings_id"] = make("POST", f"{path}/vectors-settings", json=made)["id"]
    return ids


def _things(world: World) -> None:
    world.draft = _dataset(world, "draft")
    world.ids |= _dataset(world, "ready")
    ids, make = world.ids, world.make
    path = f"/api/v1/datasets/{ids['dataset_id']}"
    make("PUT", f"{path}/publish")
    items = [
        {
            "fields": {"text": "Denver won."},
            "external_id": f"{HIDDEN['external id']}-{number}",
            "metadata": {
                "split": "dev",
                HIDDEN["metadata property"]: HIDDEN["its value"],
                "extra": HIDDEN["metadata that nobody declared"],
            },
            "suggestions": [
                {
                    "question_name": "answer",
                    "value": "Denver",
                    "agent": HIDDEN["agent of a suggestion"],
                }
            ],
        }
        for number in range(3)
    ]
    make("POST", f"{path}/records", json={"items": items})
    page = make("GET", f"{path}/records", params={"include": "suggestions"})["items"]
    ids["record_id"], ids["other_record"] = page[0]["id"], page[1]["id"]
    ids["suggestion_id"] = page[0]["suggestions"][0]["id"]
    ids["answered"] = page[2]["id"]
    for column in ("admin", "owner", "annotator"):
        value = "Denver" if column == "annotator" else HIDDEN["another person's response"]
        body = {"status": "draft", "values": {"answer": {"value": value}}}
        answer = world.ask("POST", f"/api/v1/records/{page[2]['id']}/responses", column, json=body)
        assert answer.status_code == 201, answer.text
        ids["response_id"] = answer.json()["id"]
    for kind, what in (
        ("control", "known answer of a control"),
        ("adjudication", "adjudicated answer"),
    ):
        body = {"values": {"answer": {"value": HIDDEN[what]}}}
        make("PUT", f"/api/v1/records/{ids['answered']}/{kind}", json=body)


def _run(world: World, runs: Path) -> None:
    """Keep the dataset and train on it, as far as the server can see."""
    ids = world.ids
    path = f"/api/v1/datasets/{ids['dataset_id']}/snapshots"
    made = world.make("POST", path, json={"name": "first"})
    ids["snapshot_id"], ids["name"] = made["id"], "run-1"
    spec = RunSpec(
        id="run-1",
        command="sft",
        reader="span",
        parent="tiny",
        data_hash="0",
        rows=3,
        seed=1,
        settings={},
        created_at="2026-11-27T00:00:00Z",
        snapshot=Snapshot(id=made["id"], content_hash=made["content_hash"]),
    )
    run = RunFolder.create(runs / "run-1", spec)
    run.event("step", loss=2.0)
    (run.root / "report.html").write_text("<p>fine</p>", encoding="utf-8")
    score = {"mean": 50.0, "low": 40.0, "high": 60.0}
    scores = {"version": 1, "clusters_by": "passage", "exact_match": score, "f1": score}
    report = {"name": "tiny", "questions": 3, **scores}
    write_json(runs / "run-1.json", {"reports": [report], "comparisons": []})
