"""A full disk, a folder that cannot be written, a file that is broken or from the future."""

import os
import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.reliability import integrity
from tests.reliability.processes import Server, all_records, ask, make_dataset, records, run


def test_a_full_disk(tmp_path: Path, report: Callable[[str], None]) -> None:
    home = tmp_path / "home"
    with Server(home) as server, server.client() as client:
        path = f"/api/v1/datasets/{make_dataset(client)}"
        ask(client, "PUT", f"{path}/records/bulk", json={"items": records(100, "before")})
        largest = max(file.stat().st_size for file in home.iterdir())
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        # No file may grow any more: every write meets what it would meet on a full disk.
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (largest, hard))
        refused = client.put(f"{path}/records/bulk", json={"items": records(500, "during")})
        assert refused.status_code == 503
        assert refused.json()["detail"]["code"] == "goldspan.StorageFailure"
        assert "Nothing of this request was saved" in refused.text
        assert len(list(all_records(client, path.rpartition("/")[2]))) == 100
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        ask(client, "PUT", f"{path}/records/bulk", json={"items": records(500, "after")})
        assert len(list(all_records(client, path.rpartition("/")[2]))) == 600
        server.stop()
    integrity.check(home / "goldspan.db")
    report("a full disk: refused with 503, nothing lost, goes on without a restart")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A home that has been served once."""
    home = tmp_path / "home"
    with Server(home) as server:
        server.stop()
    return home


# Root may write everywhere, unless it is deprived of that.
AS_A_USER = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []


def refusal(home: Path) -> str:
    """Start a server that must refuse to; return what it says."""
    ended = run(home, "serve", "--port", "0", before=AS_A_USER)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_read_only_folder(made: Path, report: Callable[[str], None]) -> None:
    made.chmod(0o500)
    try:
        said = refusal(made)
        assert "could not be opened" in said
        assert "see that the database can be reached and written" in said
    finally:
        made.chmod(0o700)
    report("a read-only folder: refused, nothing lost")


def test_a_corrupt_file(made: Path, report: Callable[[str], None]) -> None:
    database = made / "goldspan.db"
    broken = b"not a database" * 1000
    database.write_bytes(broken)
    assert "goldspan.db" in refusal(made) or "database" in refusal(made)
    assert database.read_bytes() == broken
    report("a corrupt file: refused and left as it is")


def test_a_file_of_a_newer_version(made: Path, report: Callable[[str], None]) -> None:
    database = made / "goldspan.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = database.read_bytes()
    said = refusal(made)
    assert "newer" in said
    assert "9999" in said
    assert database.read_bytes() == before
    report("a file of a newer version: refused and left as it is")
