"""How people come in, and go."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.api.talk import Person, item, new_name
from tests.conftest import missing
from tests.page.conftest import Faults, Opened
from tests.page.site import PASSAGE, PASSWORD, Site, span
from tests.page.talk import double_click, on_desk, saved, values_of

from goldspan.server.security import Security
from goldspan.server.serve import start_in_thread

NEW = "quite another password"


def test_a_password_that_somebody_else_set_must_be_changed_first(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    username, password = site.name_of(annotator)
    page = open_page(None, "/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill("not that one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "This user name and password do not go together."
    )
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
    page.get_by_label("New password").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    page.get_by_role("menuitem", name="Sign out on all devices").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_invitation_makes_an_account(site: Site, open_page: Opened) -> None:
    workspace = site.owner.ask("POST", "/api/workspaces", 200, json={"name": new_name("team")})
    body = {"role": "annotator", "workspace_ids": [workspace["id"]]}
    made = site.owner.ask("POST", "/api/v1/invitations", 201, json=body)
    page = open_page(None, made["path"])
    expect(page.get_by_text(f"as annotator to {workspace['name']}")).to_be_visible()
    page.get_by_label("User name").fill(new_name("guest"))
    page.get_by_label("First name").fill("Grace")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Hello, Grace")).to_be_visible()
    assert page.url == f"{site.url}/"


def test_a_link_signs_in_once(site: Site, annotator: Person, open_page: Opened) -> None:
    link = site.owner.ask("POST", f"/api/v1/users/{annotator.id}/link", 201)["path"]
    page = open_page(None, link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_hidden()
    page.context.clear_cookies()
    page.goto("about:blank")
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("goldspan user link NAME")


def own_address() -> str:
    """Return an address of this machine that is not its loopback, or say that there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def test_over_plain_http_on_another_address_the_page_says_so_and_works(
    open_page: Opened, faults: Faults, tmp_path: Path
) -> None:
    # Chromium says so of a header that counts over TLS only.
    faults.allow("Cross-Origin-Opener-Policy header has been ignored")
    try:
        address = own_address()
    except OSError as error:
        missing(f"this machine has no other address: {error}")
    security = Security(insecure_http=True)
    running = start_in_thread(
        tmp_path / "home", host=address, security=security, owner_password=PASSWORD
    )
    try:
        assert running.api_key is not None
        site = Site(running.url, running.api_key)
        username, _ = site.name_of(site.owner)
        page = open_page(None, running.url)
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("This address is not encrypted")).to_be_visible()
        page.get_by_role("button", name="Understood").click()
        expect(page.get_by_text("This address is not encrypted")).to_be_hidden()
        page.close()  # before its server: it still fetches the screens that may come next
        site.close()
    finally:
        running.stop()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Give a certificate for this machine that signs itself, and its key."""
    program = shutil.which("openssl")
    if program is None:
        missing("there is no openssl on the PATH")
    made = tmp_path / "server.crt", tmp_path / "server.key"
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-out", str(made[0]), "-keyout", str(made[1])]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return made


def test_over_tls_the_cookie_is_bound_to_the_host_and_a_record_is_answered(
    open_page: Opened, faults: Faults, tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = certificate
    security = Security(tls_cert=cert, tls_key=key)
    running = start_in_thread(tmp_path / "home", security=security, owner_password=PASSWORD)
    try:
        assert running.url.startswith("https://")
        assert running.api_key is not None
        site = Site(running.url, running.api_key, trusted=cert)
        username, _ = site.name_of(site.owner)
        dataset = site.extractive([])
        dataset.add(item(PASSAGE, "Which country?"))
        page = open_page(None, "about:blank", ignore_https_errors=True)
        page.goto(f"{running.url}/datasets/{dataset.id}/annotate")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.keyboard.press("Enter")
        on_desk(page, "Which country?")
        (cookie,) = page.context.cookies()
        assert cookie["name"] == "__Host-goldspan"
        assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
        assert cookie["sameSite"] == "Strict"
        double_click(page, "Brazil")
        page.keyboard.press("Enter")
        expect(page.get_by_text("That was all")).to_be_visible()
        saved(page)
        (record,) = dataset.records(site.owner)
        assert values_of(record["responses"]) == [[span("Brazil")]]
        page.close()  # before its server: it still fetches the screens that may come next
        site.close()
    finally:
        running.stop()


def test_the_interface_speaks_german_where_the_browser_does(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    page = open_page(annotator, "/")
    expect(page.get_by_role("heading", name="Hello, Ada")).to_be_visible()
    page.get_by_role("button", name="Account of Ada Lovelace").click()
    page.get_by_role("menuitem", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Hallo, Ada")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
