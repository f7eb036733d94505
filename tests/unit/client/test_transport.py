"""Requests that fail: lost connections, errors of the server, answers of something else."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from goldspan import errors
from goldspan.client import HttpClient
from goldspan.client.transport import Transport, rebuild
from goldspan.errors import (
    GoldspanError,
    InvalidFile,
    InvalidInput,
    MissingExtra,
    ServerUnreachable,
    UnexpectedAnswer,
)
from goldspan.wire.error import ErrorDetail


def whole_request(connection: socket.socket) -> bytes:
    """Read a request to its end: a connection that is closed before is reset."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65536)
    head, _, body = read.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
    while len(body) < int(length[1] if length else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Give one connection after the other its bytes (b"" hangs up); yield the URL and requests."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    requests.append(whole_request(connection))
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
        thread.join(timeout=60)


def http(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def test_reading_survives_a_lost_connection() -> None:
    with answering(b"", http("200 OK", b'{"items": []}')) as (url, requests):
        assert HttpClient(url, "key").workspaces() == []
    assert len(requests) == 2
    assert b"X-Argilla-Api-Key: key" in requests[0]


def test_writing_is_not_sent_twice() -> None:
    with answering(b"") as (url, requests):
        with pytest.raises(ServerUnreachable, match=url):
            HttpClient(url, "key").create_workspace("w")
        assert len(requests) == 1


def test_a_server_that_is_not_there_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ServerUnreachable, match=rf"127\.0\.0\.1:{port} .*goldspan serve"):
        Transport(f"http://127.0.0.1:{port}", "key").call("POST", "/")


def test_an_answer_of_something_else_is_shown() -> None:
    with (
        answering(http("200 OK", b"<html>Welcome</html>")) as (url, _),
        pytest.raises(UnexpectedAnswer, match="is this the address of a Goldspan server"),
    ):
        HttpClient(url, "key").me()


def test_an_error_of_something_else_is_shown() -> None:
    with (
        answering(http("502 Bad Gateway", b"upstream is down")) as (url, _),
        pytest.raises(UnexpectedAnswer, match=r"status 502 .*'upstream is down'"),
    ):
        HttpClient(url, "key").me()


def test_an_error_of_the_server_comes_back_in_its_class() -> None:
    detail = {"code": "goldspan.Conflict", "message": "taken", "params": {"name": "w"}}
    body = msgspec.json.encode({"detail": detail})
    with (
        answering(http("409 Conflict", body)) as (url, _),
        pytest.raises(errors.Conflict, match="taken") as caught,
    ):
        HttpClient(url, "key").create_workspace("w")
    assert caught.value.params == {"name": "w"}


def every_error(root: type[GoldspanError] = GoldspanError) -> list[type[GoldspanError]]:
    return [root, *(one for child in root.__subclasses__() for one in every_error(child))]


@pytest.mark.parametrize("kind", every_error())
def test_every_class_of_error_crosses_the_wire(kind: type[GoldspanError]) -> None:
    made = rebuild(ErrorDetail(code=f"goldspan.{kind.__name__}", message="m", params={"a": 1}))
    assert type(made) is kind
    assert (made.message, made.params, str(made)) == ("m", {"a": 1}, "m")


def test_errors_with_arguments_of_their_own_keep_message_and_faults() -> None:
    for error in (InvalidFile("bad file", ["line 1: x"]), MissingExtra("training", "train")):
        made = rebuild(ErrorDetail(code=error.code, message=error.message, params=error.params))
        assert str(made) == str(error)
        if isinstance(made, InvalidFile):
            assert made.faults == ("line 1: x",)


def test_a_code_that_names_no_error_is_not_trusted() -> None:
    assert rebuild(ErrorDetail(code="goldspan.annotations")) is None


def test_a_url_without_a_scheme_is_refused() -> None:
    with pytest.raises(InvalidInput, match="found 'localhost:6900'"):
        HttpClient("localhost:6900", "key")
