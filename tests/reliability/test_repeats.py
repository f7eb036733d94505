"""Writes that are sent twice, at once and after a crash, are carried out once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from tests.api.talk import new_name
from tests.reliability import integrity
from tests.reliability.processes import Server, all_records, make_dataset, records


def test_repeated_writes(
    tmp_path: Path, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    home, writes = tmp_path / "home", times(60, 1000)
    keys = [new_name("key") for _ in range(writes)]
    with Server(home) as server:
        with server.client() as client:
            dataset = make_dataset(client)
            path = f"/api/v1/datasets/{dataset}/records"
            at_once, crashed = keys[: writes // 2], keys[writes // 2 :]
            statuses = _send(client, path, at_once * 2)
            acknowledged = threading.Thread(target=_send_until_gone, args=(client, path, crashed))
            acknowledged.start()
            acknowledged.join(timeout=0.01 * len(crashed) / 4)
            server.kill()
            acknowledged.join(timeout=60)
    integrity.check(home / "goldspan.db")
    with Server(home) as server, server.client() as client:
        statuses |= _send(client, path, keys * 2)
        found = [one["fields"]["question"] for one in all_records(client, dataset)]
        server.stop()
    integrity.check(home / "goldspan.db")
    report(
        f"{writes} writes, each sent twice at once and again after kill -9: "
        f"rows {len(found)}, different {len(set(found))}"
    )
    assert statuses <= {204, 409}
    assert sorted(found) == sorted(keys)


def _post(client: httpx.Client, path: str, key: str) -> int:
    item = records(1, key)[0]
    item["fields"]["question"] = key
    del item["external_id"]  # the key alone tells a repetition
    headers = {"Idempotency-Key": key}
    return client.post(path, json={"items": [item]}, headers=headers).status_code


def _send(client: httpx.Client, path: str, keys: list[str]) -> set[int]:
    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(lambda key: _post(client, path, key), keys))


def _send_until_gone(client: httpx.Client, path: str, keys: list[str]) -> None:
    for key in keys:
        try:
            _post(client, path, key)
        except httpx.HTTPError:
            return
