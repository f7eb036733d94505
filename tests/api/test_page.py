"""The page's files over HTTP: the index, its policy, the assets, and what the page leaves alone."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.browsing import enter_by_link
from tests.api.talk import Dataset, Person, item

from goldspan.server import page


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A bundle of one script and an index, in the place of the real one."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc123.js").write_text("let a = 1;" * 100, encoding="utf-8")
    (tmp_path / "index.html").write_text(
        f'<meta property="csp-nonce" nonce="{page.NONCE}"><p>Goldspan'
        f'<script type="application/json">{page.CARRIED}</script>',
        encoding="utf-8",
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


def carried(answer: httpx.Response) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json">(.*)</script>', answer.text)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def browser(
    owner: Person, dataset: Dataset, make_person: Callable[..., Person]
) -> Iterator[httpx.Client]:
    """Of an annotator of the dataset."""
    annotator = make_person("annotator", dataset.workspace)
    with closing(enter_by_link(owner, annotator.id, "a password of theirs")) as inside:
        yield inside


@pytest.mark.usefixtures("built")
def test_the_index_carries_what_the_first_screen_asks_for(
    browser: httpx.Client, dataset: Dataset
) -> None:
    dataset.add(item(), item())
    found = carried(browser.get(f"/datasets/{dataset.id}/annotate"))
    given = f"/api/v1/me/datasets/{dataset.id}/next?count=4"
    assert list(found) == [
        "/api/v1/session",
        dataset.path,
        f"{dataset.path}/fields",
        f"{dataset.path}/questions",
        given,
    ]
    assert len(found[given]["items"]) == 2
    assert found == {address: browser.get(address).json() for address in found}
    assert list(carried(browser.get("/"))) == ["/api/v1/session"]


@pytest.mark.usefixtures("built")
def test_a_page_that_is_loaded_anew_asks_for_records_itself(
    browser: httpx.Client, dataset: Dataset
) -> None:
    """The one before it is about to hand back what it holds."""
    dataset.add(item())
    headers = {"Cache-Control": "max-age=0"}
    found = carried(browser.get(f"/datasets/{dataset.id}/annotate", headers=headers))
    assert len(found) == 4
    assert not [address for address in found if "/next" in address]


@pytest.mark.usefixtures("built")
def test_strangers_and_refusals_are_left_to_the_page(
    browser: httpx.Client, stranger: httpx.Client, make_dataset: Callable[..., Dataset]
) -> None:
    elsewhere = f"/datasets/{make_dataset().id}/annotate"
    assert list(carried(browser.get(elsewhere))) == ["/api/v1/session"]
    assert carried(stranger.get(elsewhere)) == {}
    signed_out = {"Cookie": "__Host-goldspan=none"}
    assert carried(stranger.get(elsewhere, headers=signed_out)) == {}


@pytest.mark.usefixtures("built")
def test_no_text_that_the_index_carries_ends_the_script_around_it(
    browser: httpx.Client, dataset: Dataset
) -> None:
    hostile = f"</script><script>alert(1)</script><!--{page.CARRIED}{page.NONCE}"
    dataset.add(item(hostile))
    answer = browser.get(f"/datasets/{dataset.id}/annotate")
    assert answer.text.count("</script>") == 1
    tasks = carried(answer)[f"/api/v1/me/datasets/{dataset.id}/next?count=4"]
    assert hostile in tasks["items"][0]["record"]["fields"].values()
