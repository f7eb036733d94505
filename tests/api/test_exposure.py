"""How a server is reached from elsewhere: HTTPS, proxies, names, headers, bodies."""

import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.browsing import browser, token_of
from tests.api.talk import TIMEOUT_S, Person, new_name
from tests.conftest import missing

from goldspan.errors import InvalidInput
from goldspan.server.security import Security
from goldspan.server.serve import RunningServer, start_in_thread

Start = Callable[..., RunningServer]
EVERYWHERE = "0.0.0.0"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as started:

        def serve(host: str = "127.0.0.1", **options: Any) -> RunningServer:
            home = tmp_path / new_name("home")
            running = start_in_thread(home, host=host, security=Security(**options))
            started.callback(running.stop)
            return running

        yield serve


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if shutil.which("openssl") is None:
        missing("no openssl, which makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = {"tls_cert": folder / "cert.pem", "tls_key": folder / "key.pem"}
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-keyout", str(made["tls_key"]), "-out", str(made["tls_cert"])]
    subprocess.run(command, check=True, capture_output=True)
    return made


def link_of(server: RunningServer) -> str:
    """Return the token of a link that signs the owner in."""
    assert server.api_key is not None
    headers = {"X-Goldspan-Api-Key": server.api_key}
    with httpx.Client(
        base_url=server.local_url, headers=headers, trust_env=False, timeout=TIMEOUT_S
    ) as client:
        me = client.get("/api/v1/me").json()["id"]
        return str(client.post(f"/api/v1/users/{me}/link").json()["token"])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org"])
def test_other_machines_are_served_only_in_one_of_three_ways(tmp_path: Path, host: str) -> None:
    with pytest.raises(InvalidInput, match="would offer the server to other machines") as caught:
        start_in_thread(tmp_path / "home", host=host)
    for way in ("--tls-cert", "--tls-proxy", "--insecure-http"):
        assert way in caught.value.message
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tls_cert": Path("cert.pem")}, "given together"),
        ({"tls_cert": Path("cert.pem"), "tls_key": Path("key.pem")}, "there is no file cert.pem"),
        ({"tls_proxy": "proxy.example"}, "the proxy's IP address"),
        ({"tls_proxy": "127.0.0.1", "insecure_http": True}, "choose one of"),
    ],
)
def test_what_does_not_fit_together_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Security(**options).check("127.0.0.1")


def test_files_that_are_no_certificate_are_refused(start: Start, tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("nothing")
    with pytest.raises(InvalidInput, match="cannot be used"):
        start(tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem")


def test_https_by_the_server_itself(start: Start, certificate: dict[str, Path]) -> None:
    server = start(EVERYWHERE, **certificate)
    port = httpx.URL(server.url).port
    assert server.url.startswith("https://")
    context = ssl.create_default_context(cafile=str(certificate["tls_cert"]))
    url = f"https://localhost:{port}"
    with httpx.Client(base_url=url, verify=context, trust_env=False, timeout=TIMEOUT_S) as client:
        answer = client.post("/api/v1/session/link", json={"token": link_of(server)})
        assert answer.status_code == 200, answer.text
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        token = token_of(answer)
        cookie = {"Cookie": f"__Host-goldspan={token}", "Origin": url}
        assert client.put("/api/v1/me/password", headers=cookie, json={}).status_code == 422
        changed = {"new_password": "correct horse battery"}
        done = client.put("/api/v1/me/password", headers=cookie, json=changed)
        assert done.status_code == 204
    assert server.local_url.startswith("http://127.0.0.1:")


def test_plain_http_to_other_machines_says_so_and_its_cookie_promises_nothing(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    server = start(EVERYWHERE, insecure_http=True)
    assert "plain HTTP" in caplog.text
    with browser(server.local_url) as outside:
        answer = outside.post("/api/v1/session/link", json={"token": link_of(server)})
    assert answer.json()["insecure_http"] is True
    name, _, flags = answer.headers["set-cookie"].partition("=")
    assert name == "goldspan"
    assert "HttpOnly" in flags
    assert "SameSite=strict" in flags
    assert "Secure" not in flags
    cookie = answer.headers["set-cookie"].partition(";")[0]
    with httpx.Client(
        base_url=server.local_url, headers={"Cookie": cookie}, timeout=TIMEOUT_S
    ) as inside:
        assert inside.get("/api/v1/session").json()["insecure_http"] is True
    assert "strict-transport-security" not in answer.headers


def address_seen(server: RunningServer, headers: dict[str, str]) -> str:
    """Return the address that the audit log has for a request with these headers."""
    assert server.api_key is not None
    headers = {**headers, "X-Goldspan-Api-Key": server.api_key}
    with httpx.Client(
        base_url=server.url, headers=headers, trust_env=False, timeout=TIMEOUT_S
    ) as client:
        assert client.post("/api/v1/workspaces", json={"name": "w"}).status_code == 201
        return str(client.get("/api/v1/audit", params={"limit": 1}).json()["items"][0]["address"])


FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def test_only_the_named_proxy_is_believed(start: Start) -> None:
    assert address_seen(start(), FORWARDED) == "127.0.0.1"
    assert address_seen(start(tls_proxy="192.0.2.1"), FORWARDED) == "127.0.0.1"
    behind = start(tls_proxy="127.0.0.1")
    assert address_seen(behind, FORWARDED) == "203.0.113.9"
    with httpx.Client(
        base_url=behind.url, headers=FORWARDED, trust_env=False, timeout=TIMEOUT_S
    ) as client:
        secure = client.post("/api/v1/session/link", json={"token": link_of(behind)})
    assert token_of(secure)
    assert "strict-transport-security" in secure.headers


def test_what_comes_through_the_proxy_over_plain_http_is_refused(start: Start) -> None:
    behind = start(tls_proxy="127.0.0.1")
    headers = {**FORWARDED, "X-Forwarded-Proto": "http"}
    answer = httpx.get(
        f"{behind.url}/api/v1/session", headers=headers, trust_env=False, timeout=TIMEOUT_S
    )
    assert answer.status_code == 403
    assert "over HTTPS through its proxy" in answer.json()["detail"]["message"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST.:80", 200),
        ("127.0.0.1", 200),
        ("[::1]:6900", 200),
        ("192.168.0.7:6900", 200),
        ("annotate.example.org", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example:6900", 421),
        ("evil.localhost", 421),
        ("0x7f000001", 421),
        ("", 421),
    ],
)
def test_only_names_that_the_server_goes_by_are_answered(
    start: Start, host: str, status: int
) -> None:
    server = start(hosts=("annotate.example.org",))
    answer = httpx.get(
        f"{server.url}/healthz", headers={"Host": host}, trust_env=False, timeout=TIMEOUT_S
    )
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["detail"]["code"] == "goldspan.UnknownHost"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/healthz"),
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/session"),
        ("GET", "/api/v1/nothing"),
        ("PATCH", "/api/v1/me"),
        ("GET", "/schema/openapi.json"),
    ],
)
def test_every_answer_carries_the_headers_that_browsers_heed(
    stranger: httpx.Client, method: str, path: str
) -> None:
    headers = stranger.request(method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_a_refused_host_gets_them_too(server: RunningServer) -> None:
    answer = httpx.get(
        server.url, headers={"Host": "evil.example"}, trust_env=False, timeout=TIMEOUT_S
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_body_without_a_length_is_limited_too(owner: Person) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(5):
            yield b"x" * 2**20
        yield b'"}'

    answer = owner.http.post("/api/v1/workspaces", content=pieces())
    assert answer.status_code == 413
    assert answer.json()["detail"]["code"] == "goldspan.TooLarge"


def test_no_secret_stands_in_the_log(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server = start()
    token = link_of(server)
    secrets = [token, server.api_key or "", "correct horse battery"]
    with browser(server.url) as client:
        cookie = token_of(client.post("/api/v1/session/link", json={"token": token}))
        secrets.append(cookie)
        client.headers["Cookie"] = f"__Host-goldspan={cookie}"
        body = {"new_password": "correct horse battery"}
        assert client.put("/api/v1/me/password", json=body).status_code == 204
        made = client.post("/api/v1/me/api-keys", json={"name": "k", "scope": "read"}).json()
        secrets.append(made["key"])
        for password in ("correct horse battery", "wrong wrong"):
            client.post("/api/v1/session", json={"username": "owner", "password": password})
        client.get("/api/v1/me", headers={"X-Goldspan-Api-Key": made["key"]})
        client.get("/api/v1/me", headers={"X-Goldspan-Api-Key": made["key"] + "x"})
        client.post("/api/v1/session", content=b'{"password": "correct horse battery"')
        key = {"Cookie": "", "X-Goldspan-Api-Key": server.api_key or ""}
        audit = client.get("/api/v1/audit", params={"limit": 50}, headers=key).text
    assert "PUT /api/v1/me/password" in audit
    ours = [one for one in caplog.records if not one.name.startswith("http")]
    written = "\n".join(one.getMessage() + str(one.exc_text or "") for one in ours)
    assert "a sign-in from 127.0.0.1 was refused" in written
    for secret in secrets:
        assert secret
        assert secret not in written
        assert secret not in audit


def test_the_answers_are_json_whatever_was_asked_for(stranger: httpx.Client) -> None:
    answer = stranger.get("/api/v1/me", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["detail"]["code"] == "goldspan.Unauthenticated"
