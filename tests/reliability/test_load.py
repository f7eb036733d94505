"""Twenty clients at once: nothing fails, nothing is overwritten unseen."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from tests.api.talk import KEY_HEADER, TIMEOUT_S
from tests.reliability import integrity
from tests.reliability.processes import (
    Server,
    all_responses,
    ask,
    make_annotators,
    make_dataset,
    records,
)

CLIENTS = 20


class Seen:
    """What the clients met, and what they last saved."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.locked = 0
        self.saved: dict[str, Any] = {}
        self.added = 0

    def note(self, answer: httpx.Response) -> httpx.Response:
        self.statuses[answer.status_code] += 1
        self.locked += "locked" in answer.text
        return answer


def test_a_mixed_load(
    tmp_path: Path, times: Callable[[int, int], int], report: Callable[[str], None]
) -> None:
    home, seconds, seen = tmp_path / "home", times(4, 60), Seen()
    with Server(home) as server:
        with server.client() as client:
            dataset = make_dataset(client, min_submitted=3)
            keys = make_annotators(client, dataset, CLIENTS)
            bulk = f"/api/v1/datasets/{dataset}/records/bulk"
            made = ask(client, "PUT", bulk, json={"items": records(200, "first")})
        ids = [one["id"] for one in made["items"]]
        until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_annotate, args=(server.url, key, ids, until, seen))
            for key in keys
        ]
        threads.append(threading.Thread(target=_lead, args=(server, dataset, until, seen)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=seconds + 60)
            assert not thread.is_alive()
        with server.client() as client:
            kept = all_responses(client, dataset)
            total = ask(client, "GET", f"/api/v1/me/datasets/{dataset}/metrics")["records"]["count"]
        server.stop()
    lost = [key for key, value in seen.saved.items() if kept.get(key) != value]
    integrity.check(home / "goldspan.db")
    failed = sum(count for status, count in seen.statuses.items() if status >= 500)
    report(
        f"{CLIENTS} annotators and a lead for {seconds} s: {seen.statuses.total()} requests, "
        f"lost updates {len(lost)}, answers of 5xx {failed}, 'locked' {seen.locked}"
    )
    assert (lost, failed, seen.locked) == ([], 0, 0)
    assert total == 200 + seen.added


def _annotate(url: str, key: str, ids: list[str], until: float, seen: Seen) -> None:
    """Answer, change, read and take back, in an order of one's own."""
    rng = random.Random(key)
    own: dict[str, str] = {}
    with httpx.Client(
        base_url=url, headers={KEY_HEADER: key}, trust_env=False, timeout=TIMEOUT_S
    ) as client:
        while time.monotonic() < until:
            record = rng.choice(ids)
            body = {
                "status": "submitted",
                "values": {"answer": {"value": f"{key[-6:]} {rng.random()}"}},
            }
            if record not in own:
                answer = seen.note(client.post(f"/api/v1/records/{record}/responses", json=body))
                own[record] = answer.json()["id"]
                seen.saved[own[record]] = body["values"]
            elif rng.random() < 0.1:
                response = own.pop(record)
                assert seen.note(client.delete(f"/api/v1/responses/{response}")).is_success
                del seen.saved[response]
            elif rng.random() < 0.5:
                path = f"/api/v1/responses/{own[record]}"
                assert seen.note(client.put(path, json=body)).is_success
                seen.saved[own[record]] = body["values"]
            else:
                assert seen.note(client.get(f"/api/v1/records/{record}")).is_success


def _lead(server: Server, dataset: str, until: float, seen: Seen) -> None:
    """Import and list."""
    with server.client() as client:
        while time.monotonic() < until:
            items = {"items": records(100, f"more-{seen.added}")}
            path = f"/api/v1/datasets/{dataset}"
            assert seen.note(client.put(f"{path}/records/bulk", json=items)).is_success
            seen.added += 100
            assert seen.note(client.get(f"{path}/records?limit=50&include=responses")).is_success
            time.sleep(0.2)
