"""Who is told what happens, and how that is signed."""

import pytest

from goldspan.domain.webhook import refusal, sign, url_refusal


def test_a_signature_is_that_of_the_standards_own_library() -> None:
    # standardwebhooks 1.1.0 from PyPI, asked to sign the same.
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://hooks.example.org/x", ["hooks.example.org"]),
        ("https://hooks.example.org/x", ["other", "HOOKS.example.org:443"]),
        ("http://hooks.example.org:8000/x", ["hooks.example.org"]),
        ("http://[::1]:8000/x", ["[::1]:8000"]),
    ],
)
def test_what_is_named_is_sent_to(url: str, hosts: list[str]) -> None:
    assert url_refusal(url, hosts) is None


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://hooks.example.org/x", []),
        ("https://hooks.example.org/x", ["example.org"]),
        ("https://hooks.example.org.evil.net/x", ["hooks.example.org"]),
        ("https://hooks.example.org@evil.net/x", ["hooks.example.org"]),
        ("http://hooks.example.org/x", ["hooks.example.org:443"]),
        ("http://hooks.example.org:8001/x", ["hooks.example.org:8000"]),
    ],
)
def test_what_is_not_named_is_not_sent_to(url: str, hosts: list[str]) -> None:
    assert "is not among the hosts" in str(url_refusal(url, hosts))


def test_a_refusal_names_host_and_port() -> None:
    assert str(refusal("http", "::1", None, [])).startswith("[::1]:80 is not")
