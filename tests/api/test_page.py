"""The page's files over HTTP: the index, its policy, the assets, and what the page leaves alone."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from goldspan.server import page


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A bundle of one script and an index, in the place of the real one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc123.js").write_text("let a = 1;" * 100, encoding="utf-8")
    (tmp_path / "index.html").write_text(
        f'<meta property="csp-nonce" nonce="{page.NONCE}"><p>Goldspan', encoding="utf-8"
    )
    monkeypatch.setattr(page, "STATIC", tmp_path)
    yield tmp_path
    page._content.cache_clear()


def nonce_of(answer: httpx.Response) -> str:
    (nonce,) = re.findall("nonce-([^']+)'", answer.headers["content-security-policy"])
    assert f'nonce="{nonce}"' in answer.text
    return str(nonce)


def test_without_a_bundle_the_page_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "STATIC", tmp_path / "nothing")
    answer = page.index()
    assert answer.status_code == 503
    assert "make web" in answer.content


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/link", "/datasets/some-id/annotate"])
def test_the_page_answers_every_address_of_its_own_with_a_fresh_nonce(
    stranger: httpx.Client, path: str
) -> None:
    first, second = stranger.get(path), stranger.get(path)
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/html")
    assert first.headers["cache-control"] == "no-store"
    assert nonce_of(first) != nonce_of(second)


def test_the_policy_allows_nothing_from_elsewhere() -> None:
    directives = dict(part.strip().split(" ", 1) for part in page.policy("n").split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self' 'nonce-n'"
    assert directives["frame-ancestors"] == "'none'"


@pytest.mark.usefixtures("built")
def test_an_asset_may_be_kept_for_ever_and_is_sent_compressed(stranger: httpx.Client) -> None:
    answer = stranger.get("/assets/index-abc123.js")
    assert answer.text == "let a = 1;" * 100
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    plain = stranger.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
    assert plain.text == answer.text
    assert "content-encoding" not in plain.headers


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path",
    ["/assets/none.js", "/assets/..%2Findex.html", "/assets/a/b", "/api/v1/none"],
)
def test_what_is_not_the_pages_is_not_answered_with_the_page(
    stranger: httpx.Client, path: str
) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]["code"] == "goldspan.NotFound"
