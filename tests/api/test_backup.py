"""Backup and restore: all of one moment, or nothing."""

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import Databases
from typer.testing import CliRunner

from goldspan.cli import build_app
from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.errors import Conflict, HomeBusy, InvalidFile, StorageFailure
from goldspan.sdk import embedded
from goldspan.sdk.importing import import_demonstrations
from goldspan.sdk.remote import RemoteFeedbackDataset
from goldspan.sdk.session import Session, connect
from goldspan.sdk.workspace import Workspace
from goldspan.storage.copying import MANIFEST, read_manifest
from goldspan.storage.home import Home
from goldspan.storage.restoring import restore_home

Run = Callable[..., str]


def questions(start: int, count: int) -> list[Demonstration]:
    return [
        Demonstration(f"q{n}", f"Question {n}?", f"Text {n}.", (Answer(f"Text {n}"),))
        for n in range(start, start + count)
    ]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("GOLDSPAN_HOME", str(tmp_path / "home"))

    def typed(*words: str, status: int = 0) -> str:
        done = CliRunner().invoke(build_app(), words, catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done.stdout

    yield typed
    embedded.stop()


@pytest.fixture
def owner(run: Run, tmp_path: Path) -> Iterator[Session]:
    with connect(home=tmp_path / "home") as session:
        Workspace.create("w", session=session)
        import_demonstrations("d", questions(0, 20), session=session, show_progress=False)
        yield session


def content(session: Session) -> list[Any]:
    dataset = RemoteFeedbackDataset.find(session, "d")
    return [
        (record.id, record.external_id, record.fields, record.metadata, record.responses)
        for record in dataset
    ]


def test_what_was_backed_up_comes_back(run: Run, owner: Session, tmp_path: Path) -> None:
    before = content(owner)
    snapshot = owner.client.create_snapshot(RemoteFeedbackDataset.find(owner, "d").id)
    assert "rows as of" in run("backup", str(tmp_path / "b.zip"))
    RemoteFeedbackDataset.find(owner, "d").delete()
    with pytest.raises(HomeBusy):
        run("restore", str(tmp_path / "b.zip"), "--replace")
    embedded.stop()
    with pytest.raises(Conflict, match="with --replace it is set aside"):
        run("restore", str(tmp_path / "b.zip"))
    assert "what was there before is in" in run("restore", str(tmp_path / "b.zip"), "--replace")
    with connect(home=tmp_path / "home") as again:
        assert content(again) == before
        assert (
            again.client.create_snapshot(RemoteFeedbackDataset.find(again, "d").id).content_hash
            == snapshot.content_hash
        )
        assert set(again.client.check_up().values()) == {""}


def test_what_was_backed_up_comes_back_on_postgres(
    run: Run, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = databases.make(), databases.make()
    monkeypatch.setenv("GOLDSPAN_DATABASE_URL", first)
    with connect(home=tmp_path / "home") as session:
        Workspace.create("w", session=session)
        import_demonstrations("d", questions(0, 20), session=session, show_progress=False)
        RemoteFeedbackDataset.find(session, "d")[3].submit({"answer": "Text \u05d0"})
        before = content(session)
    run("backup", str(tmp_path / "b.zip"))
    with pytest.raises(StorageFailure, match="into an empty database, and this one is not"):
        run("restore", str(tmp_path / "b.zip"))
    embedded.stop()
    monkeypatch.setenv("GOLDSPAN_DATABASE_URL", second)
    assert "restored into the database" in run("restore", str(tmp_path / "b.zip"))
    with connect(home=tmp_path / "home") as again:
        assert content(again) == before
        assert set(again.client.check_up().values()) == {""}
        again.client.back_up(tmp_path / "again.zip")
    kept, found = (read_manifest(tmp_path / f"{name}.zip").tables for name in ("b", "again"))
    # Every row of every table; only who asked the server since stands in the two besides.
    moved = {"api_keys", "audit_log"}
    assert {name for name in kept if found[name] != kept[name]} <= moved


def test_a_backup_under_load_is_of_one_moment(run: Run, owner: Session, tmp_path: Path) -> None:
    ended = threading.Event()

    def load() -> None:
        start = 20
        while not ended.is_set():
            part = questions(start, 50)
            import_demonstrations("d", part, session=owner, show_progress=False)
            start += 50

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for number in range(3):
            owner.client.back_up(tmp_path / f"{number}.zip")
    finally:
        ended.set()
        thread.join()
    for number in range(3):
        home = Home(tmp_path / f"home{number}")
        restore_home(home, tmp_path / f"{number}.zip")
        session = connect(home=home.path)
        # An import is written in transactions of up to 500 rows: all of one or none of it.
        assert (len(content(session)) - 20) % 50 == 0
        assert set(session.client.check_up().values()) == {""}
        session.close()


def test_a_backup_that_is_damaged_or_newer_is_refused_and_changes_nothing(
    run: Run, owner: Session, tmp_path: Path
) -> None:
    whole = tmp_path / "b.zip"
    owner.client.back_up(whole)
    embedded.stop()
    kept = (tmp_path / "home" / "goldspan.db").read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(InvalidFile, match="was cut off"):
        run("restore", str(cut), "--replace")
    shorter = changed(whole, "tables/records.jsonl", lambda text: text[: len(text) // 2])
    with pytest.raises(InvalidFile, match="is damaged: table records should have 20 rows"):
        run("restore", str(shorter), "--replace")
    newer = changed(whole, MANIFEST, newer_schema)
    with pytest.raises(StorageFailure, match="with schema 9999"):
        run("restore", str(newer), "--replace")
    assert (tmp_path / "home" / "goldspan.db").read_bytes() == kept


def newer_schema(text: bytes) -> bytes:
    return json.dumps({**json.loads(text), "revision": "9999"}).encode()


def changed(archive: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    path = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.namelist():
            text = source.read(member)
            target.writestr(member, change(text) if member == name else text)
    return path


def test_nobody_but_an_owner_backs_up(run: Run, owner: Session, tmp_path: Path) -> None:
    from goldspan.errors import Forbidden
    from goldspan.sdk.user import User

    admin = User.create("admin", role="admin", session=owner)
    other = connect(owner.api_url, admin.api_key)
    with pytest.raises(Forbidden, match="may not back up"):
        other.client.back_up(tmp_path / "b.zip")
    with pytest.raises(Forbidden):
        other.client.check_up()
    other.close()


def test_the_manifest_counts_every_table(run: Run, owner: Session, tmp_path: Path) -> None:
    owner.client.back_up(tmp_path / "b.zip")
    manifest = read_manifest(tmp_path / "b.zip")
    assert manifest.tables["records"].rows == 20
    assert manifest.tables["responses"].rows == 20
    assert "search_documents" not in manifest.tables


def test_doctor_says_what_is_wrong(run: Run, owner: Session, tmp_path: Path) -> None:
    assert "WRONG" not in run("doctor")
    (tmp_path / "home" / "owner.key").chmod(0o644)
    assert "WRONG  rights: others of this machine may use ['owner.key']" in run("doctor", status=1)
    embedded.stop()
    (tmp_path / "home" / "goldspan.db").write_bytes(b"no database at all" * 100)
    assert "WRONG  database: the database could not be opened" in run("doctor", status=1)
