"""Candidates from another server: a real one, small, that speaks the protocol."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from goldspan.domain.prompt import PromptTemplate
from goldspan.errors import EndpointFailed, InvalidInput
from goldspan.reader.endpoint import EndpointConfig, EndpointReader

CONTEXT = "The mill was built in 1790 by Ada."
QUESTION = ("When was the mill built?", [CONTEXT])
SAID = [" 1790", " in 1790\nQuestion: more", " Ada", " (not in the passage)"]


class Handler(BaseHTTPRequestHandler):
    """Completes prompts and chats with the same few answers, and can be told to fail."""

    def do_POST(self) -> None:
        served: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with served.lock:
            served.asked.append((self.path, body, self.headers.get("Authorization")))
            served.under_way += 1
            served.most = max(served.most, served.under_way)
            failure = served.failures.pop(0) if served.failures else None
        if served.together is not None:
            served.together.wait(60)
            time.sleep(0.05)  # for one more to come, if it may
        with served.lock:
            served.under_way -= 1
        if failure is not None:
            status, headers = failure
            self.respond(status, {"error": {"message": "later"}}, headers)
            return
        texts = [SAID[i % len(SAID)] for i in range(body["n"])]
        chat = self.path.endswith("/chat/completions")
        choices = [{"message": {"content": t}} if chat else {"text": t} for t in texts]
        self.respond(200, {"choices": choices}, {})

    def respond(self, status: int, value: Any, headers: dict[str, str]) -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.lock = threading.Lock()
    server.asked, server.failures = [], []
    server.under_way = server.most = 0
    server.together = None
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reader(served: Any, journal: Path | None = None, **how: Any) -> EndpointReader:
    url = f"http://127.0.0.1:{served.server_port}/v1"
    waits: list[float] = []
    made = EndpointReader(EndpointConfig(url, "m", **how), journal=journal, sleep=waits.append)
    made.waits = waits  # type: ignore[attr-defined]
    return made


def test_candidates_are_distinct_placed_and_ranked_by_how_often_they_were_drawn(
    served: Any,
) -> None:
    (found,) = reader(served, api_key="secret").propose([QUESTION], 3)
    # Of six drawn, 1790 and "in 1790" came twice each; what follows a line's end is cut off.
    assert [(one.text, one.score) for one in found] == [
        ("1790", 2 / 6),
        ("in 1790", 2 / 6),
        ("Ada", 1 / 6),
    ]
    assert found[0].span is not None
    assert found[0].span.of(CONTEXT) == "1790"
    path, body, key = served.asked[0]
    assert (path, key) == ("/v1/completions", "Bearer secret")
    assert body["prompt"] == PromptTemplate().render_prompt(*[QUESTION[0], CONTEXT])
    assert (body["model"], body["n"], body["seed"]) == ("m", 6, 0)


def test_the_completion_for_not_answerable_is_the_empty_answer(served: Any) -> None:
    (found,) = reader(served).propose([QUESTION], 4)
    assert found[-1].text == ""
    assert found[-1].span is None


def test_a_chat_model_gets_the_prompt_as_a_message(served: Any) -> None:
    (found,) = reader(served, chat=True).answer_many([QUESTION])
    path, body, _ = served.asked[0]
    assert path == "/v1/chat/completions"
    assert CONTEXT in body["messages"][0]["content"]
    assert body["temperature"] == 0.0
    assert [one.text for one in found] == ["1790"]


def test_passing_failures_are_tried_again_and_the_server_says_when(served: Any) -> None:
    served.failures = [(503, {}), (429, {"Retry-After": "7"}), (500, {})]
    asking = reader(served)
    (found,) = asking.answer_many([QUESTION])
    assert found[0].text == "1790"
    assert asking.waits == [0.5, 7.0, 2.0]  # type: ignore[attr-defined]


def test_a_failure_that_stays_ends_it_with_what_the_server_said(served: Any) -> None:
    served.failures = [(401, {})]
    with pytest.raises(EndpointFailed, match=r"status 401.*later"):
        reader(served).answer_many([QUESTION])
    assert len(served.asked) == 1
    served.failures = [(503, {})] * 3
    with pytest.raises(EndpointFailed, match="status 503"):
        reader(served, retries=2).answer_many([QUESTION])


def test_no_more_requests_are_under_way_than_allowed(served: Any) -> None:
    served.together = threading.Barrier(3)
    questions = [(f"Question {i}?", [CONTEXT]) for i in range(9)]
    done: list[int] = []
    found = reader(served, concurrency=3).answer_many(questions, on_progress=done.append)
    assert served.most == 3
    assert sum(done) == len(found) == 9


def test_an_interrupted_run_asks_for_nothing_twice(served: Any, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    questions = [(f"Question {i}?", [CONTEXT]) for i in range(6)]
    whole = reader(served).propose(questions, 2)
    served.asked.clear()
    served.failures = [None, None, None, (400, {})]
    with pytest.raises(EndpointFailed, match="status 400"):
        reader(served, journal, concurrency=1).propose(questions, 2)
    first = {body["prompt"] for _, body, _ in served.asked[:3]}
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"key": "cut o')  # a kill in the middle of a line
    served.asked.clear()
    assert reader(served, journal, concurrency=1).propose(questions, 2) == whole
    assert first.isdisjoint(body["prompt"] for _, body, _ in served.asked)
    served.asked.clear()
    assert reader(served, journal).propose(questions, 2) == whole
    assert served.asked == []


def test_another_protocol_is_named_as_such(served: Any) -> None:
    url = f"http://127.0.0.1:{served.server_port}"
    served.failures = [(200, {})]
    with pytest.raises(EndpointFailed, match="OpenAI-compatible"):
        EndpointReader(EndpointConfig(url, "m")).answer_many([QUESTION])


def test_a_config_that_cannot_work_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'localhost:8000'"):
        EndpointConfig("localhost:8000", "m")
    with pytest.raises(InvalidInput, match="concurrency"):
        EndpointConfig("http://x/v1", "m", concurrency=0)
