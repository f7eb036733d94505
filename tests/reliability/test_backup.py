"""A backup while people write: all of one moment, with everything that was there when it began."""

import sqlite3
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import msgspec
from tests.reliability import integrity
from tests.reliability.processes import OWNER_KEY, Server, ask, make_dataset, records, run

from goldspan.storage.copying import read_manifest

WRITERS = 4
BATCH = 20
PAUSE_S = 0.1


def test_a_backup_under_writing(
    tmp_path: Path, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    home, backups = tmp_path / "home", times(2, 20)
    acknowledged: list[set[str]] = [set() for _ in range(WRITERS)]
    before: list[set[str]] = []
    refused: list[str] = []
    ended = threading.Event()
    with Server(home) as server, server.client() as client:
        path = f"/api/v1/datasets/{make_dataset(client)}/records"

        def write(writer: int) -> None:
            with server.client() as own:
                number = 0
                while not ended.is_set():
                    items = records(BATCH, f"{writer}-{number}")
                    answer = own.post(path, json={"items": items})
                    if answer.is_error:
                        refused.append(answer.text)
                        return
                    record = ask(own, "GET", path, params={"limit": 1})["items"][0]
                    _answer(own, record["id"])
                    acknowledged[writer] |= {item["external_id"] for item in items}
                    number += 1
                    time.sleep(PAUSE_S)

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            while not all(acknowledged) and not refused:
                time.sleep(0.01)
            for number in range(backups):
                before.append(set().union(*acknowledged))
                made = run(home, "backup", str(tmp_path / f"{number}.zip"), "--api-key", OWNER_KEY)
                assert made.returncode == 0, made.stderr
        finally:
            ended.set()
            for thread in threads:
                thread.join(timeout=60)
        server.stop()
    assert refused == []
    rows, later = 0, 0
    for number in range(backups):
        archive, other = tmp_path / f"{number}.zip", tmp_path / f"home{number}"
        done = run(other, "restore", str(archive))
        assert done.returncode == 0, done.stderr
        integrity.check(other / "goldspan.db")
        found = _compare(archive, other / "goldspan.db")
        assert before[number] <= found
        assert len(found) % BATCH == 0  # a request is in the backup wholly or not at all
        rows += read_manifest(archive).rows
        later += len(found - before[number])
    _refuses_a_part(tmp_path / "0.zip", tmp_path)
    report(
        f"{backups} backups while {WRITERS} clients write, restored: {rows} rows as claimed, "
        f"0 of {sum(map(len, before))} records acknowledged before missing, {later} later ones "
        "whole; a truncated one refused"
    )


def _answer(client: httpx.Client, record_id: str) -> None:
    """Answer a record, or change the answer that it has."""
    body = {"status": "submitted", "values": {"answer": {"value": "Ada Marsh"}}}
    items = {"items": [{**body, "record_id": record_id}]}
    ask(client, "POST", "/api/v1/me/responses/bulk", json=items)


def _compare(archive: Path, database: Path) -> set[str]:
    """Assert that each table has the archive's rows, value by value; return the external ids."""
    with closing(sqlite3.connect(database)) as connection, zipfile.ZipFile(archive) as file:
        for name, table in read_manifest(archive).tables.items():
            columns = ", ".join(f'"{column}"' for column in table.columns)
            found = Counter(map(_line, connection.execute(f'SELECT {columns} FROM "{name}"')))
            kept = Counter(file.read(f"tables/{name}.jsonl").splitlines())
            assert found == kept, name
            assert kept.total() == table.rows, name
        return {one for (one,) in connection.execute("SELECT external_id FROM records")}


def _line(row: Any) -> bytes:
    """Return a row as the archive has it; bytes are base64."""
    return msgspec.json.encode(row)


def _refuses_a_part(archive: Path, folder: Path) -> None:
    part, home = folder / "part.zip", folder / "of-a-part"
    whole = archive.read_bytes()
    part.write_bytes(whole[: len(whole) * 2 // 3])
    refusal = run(home, "restore", str(part))
    assert refusal.returncode != 0
    assert "Traceback" not in refusal.stderr
    assert "was cut off" in refusal.stderr
    assert not (home / "goldspan.db").exists()
