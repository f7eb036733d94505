"""What a lead does: datasets, records, decisions, people, keys and runs."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.api.talk import Dataset, Person, answer, item, new_name
from tests.page.conftest import Faults, Look, Opened
from tests.page.site import Site, span
from tests.page.talk import attach, button, listed, marks, pick, respond

PAPER = "Lisa Novak founded the paper mill at Trelm in 1871. It burned down in 1902."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Trelm",
            "paragraphs": [
                {
                    "context": PAPER,
                    "qas": [
                        {
                            "id": "t1",
                            "question": "Who founded the mill?",
                            "answers": [{"text": "Lisa Novak", "answer_start": 0}],
                            "is_impossible": False,
                        },
                        {
                            "id": "t2",
                            "question": "Who rebuilt it?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def pair(site: Site) -> tuple[Person, Person]:
    return site.person("annotator"), site.person("annotator")


def disputed(site: Site, pair: tuple[Person, Person]) -> Dataset:
    """Return a dataset of two records; people agree on the first and differ on the second."""
    dataset = site.extractive(list(pair), name=new_name("Disputed"), min_submitted=2)
    agreed, other = dataset.add(
        item(PAPER, "Who founded it?"), item(PAPER, "When?", metadata={"source": "annals"})
    )
    one, two = pair
    for person in pair:
        respond(person, agreed, answer([span("Lisa Novak", PAPER)]), elapsed_ms=4000)
    respond(one, other, answer([span("1871", PAPER)]), elapsed_ms=2000)
    respond(two, other, answer([span("1902", PAPER)]), elapsed_ms=3000)
    return dataset


def create(page: Page, template: str, name: str) -> None:
    page.get_by_role("radio", name=template).check()
    page.get_by_label(re.compile("^Name")).fill(name)


def test_a_dataset_for_marking_is_made_from_a_squad_file(site: Site, walk: Opened) -> None:
    page = walk(site.owner, "/new")
    create(page, "Mark the answer", new_name("Mills"))
    attach(page, "mills.json", json.dumps(SQUAD))
    button(page, "Create").click()
    expect(listed(page)).to_have_count(2)
    expect(listed(page).first).to_contain_text("Lisa Novak · suggestion")
    expect(listed(page).last).to_contain_text("Not answerable from this passage · suggestion")
    page.get_by_role("link", name="Annotate").click()
    expect(page.get_by_text("Who founded the mill?")).to_be_visible()
    expect(page.get_by_role("region", name="Answer")).to_contain_text("Lisa Novak")


@pytest.mark.parametrize(
    ("template", "rows", "shown"),
    [
        ("Write the answer", [{"question": "When?", "context": PAPER}], "When?"),
        (
            "Prefer an answer",
            [{"prompt": "When?", "context": PAPER, "response1": "1871", "response2": "1902"}],
            "When?",
        ),
        ("Something else", [{"text": "A mill burned down."}], "A mill burned down."),
    ],
)
def test_the_other_templates_make_datasets_too(
    template: str, rows: list[dict[str, str]], shown: str, site: Site, walk: Opened
) -> None:
    page = walk(site.owner, "/new")
    create(page, template, new_name("Made"))
    if template == "Something else":
        page.get_by_label("What is asked").fill("What is it about?")
        page.get_by_label("Labels").fill("fire, water")
    attach(page, "rows.jsonl", "\n".join(json.dumps(row) for row in rows))
    button(page, "Create").click()
    expect(listed(page)).to_have_count(1)
    expect(listed(page).first).to_contain_text(shown)
    page.get_by_role("link", name="Annotate").click()
    expect(page.get_by_role("region", name=re.compile("Answer|better|about")).first).to_be_visible()


def test_columns_of_other_names_are_mapped_and_faulty_rows_left_out(
    site: Site, walk: Opened, faults: Faults
) -> None:
    # What the server says of a file whose columns bear other names.
    faults.allow("status of 422")
    dataset = site.extractive([], name=new_name("Mapped"))
    page = walk(site.owner, f"/datasets/{dataset.id}/records/import")
    attach(page, "mills.csv", f'ask,about,said\nWhen?,"{PAPER}",1871\nWho?,,x\n')
    for field, column in (("question", "ask"), ("context", "about"), ("answer", "said")):
        pick(page, f"Column for “{field}”", column)
    expect(page.get_by_text("1 row cannot be used")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="line 3")).to_be_visible()
    expect(button(page, "Import")).to_be_disabled()
    page.get_by_label("Leave these rows out").check()
    button(page, "Import").click()
    expect(listed(page)).to_have_count(1)
    expect(listed(page).first).to_contain_text("1871")


def test_one_key_decides_a_disagreement_and_one_takes_it_back(
    site: Site, pair: tuple[Person, Person], walk: Opened
) -> None:
    dataset = disputed(site, pair)
    page = walk(site.owner, f"/datasets/{dataset.id}/disagreements")
    waiting = page.get_by_role("list", name="Disagreements").get_by_role("listitem")
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("1871")
    expect(waiting).to_contain_text("1902")
    waiting.get_by_role("link").click()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_text("annals")).to_be_visible()
    page.keyboard.press("2")
    decision = page.get_by_role("article").filter(has_text="Adjudicated answer")
    # Either response may be listed first.
    expect(decision.locator("mark")).to_have_text(re.compile("1871|1902"))
    page.get_by_role("link", name="Disagreements").click()
    expect(page.get_by_text("No disagreement is open")).to_be_visible()
    page.go_back()
    expect(decision).to_be_visible()
    page.keyboard.press("u")
    expect(decision).to_be_hidden()
    page.get_by_role("link", name="Disagreements").click()
    expect(waiting).to_have_count(1)


def test_the_history_shows_each_version_and_what_was_taken_back(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = site.extractive([annotator], name=new_name("Changed"))
    (record,) = dataset.add(item(PAPER, "When?"))
    for year in ("1871", "1902"):
        respond(annotator, record, answer([span(year, PAPER)]), elapsed_ms=2000)
    page = walk(site.owner, f"/datasets/{dataset.id}/records/{record['id']}")
    page.get_by_text("History").click()
    versions = page.locator("details").get_by_role("listitem")
    expect(versions).to_contain_text([re.compile("version 2.*1902"), re.compile("version 1.*1871")])
    expect(page.get_by_role("article").locator("mark")).to_have_text("1902")

    annotating = walk(annotator, f"/datasets/{dataset.id}/annotate?record={record['id']}")
    marks(annotating, "1902")
    button(annotating, "Take back").click()
    expect(annotating.get_by_text("The change is taken back")).to_be_visible()

    page.reload()
    expect(page.get_by_role("article").locator("mark")).to_have_text("1871")
    page.get_by_text("History").click()
    expect(versions.first).to_contain_text(re.compile("version 2 .* taken back.*1902"))
    expect(versions.last).not_to_contain_text("taken back")


def test_an_answer_becomes_the_known_one_of_a_control_record(
    site: Site, pair: tuple[Person, Person], walk: Opened
) -> None:
    dataset = disputed(site, pair)
    record = dataset.records(site.owner)[0]
    page = walk(site.owner, f"/datasets/{dataset.id}/records/{record['id']}")
    button(page, "Use as control").first.click()
    known = page.get_by_role("article").filter(has_text="this is the known answer")
    expect(known.locator("mark")).to_have_text("Lisa Novak")
    button(page, "Remove the control").click()
    expect(known).to_be_hidden()


def test_insights_show_the_figures_of_the_quality_route(
    site: Site, pair: tuple[Person, Person], walk: Opened
) -> None:
    dataset = disputed(site, pair)
    quality = site.owner.get(f"{dataset.path}/quality")
    page = walk(site.owner, f"/datasets/{dataset.id}/insights")
    expect(page.locator("dl")).to_contain_text("2 of 2")
    row = page.get_by_role("region", name="Agreement").get_by_role("row").last
    (question,) = quality["questions"]
    alpha = question["alpha"]
    for figure in (alpha["value"], alpha["low"], alpha["high"], question["exact"]["value"]):
        expect(row).to_contain_text(f"{figure:.2f}")
    people = page.get_by_role("region", name="Annotators").get_by_role("row")
    for one in quality["annotators"]:
        line = people.filter(has_text=one["username"])
        expect(line).to_contain_text(str(one["submitted"]))
        expect(line).to_contain_text(f"{one['median_s']:g} s")


def test_insights_set_seen_suggestions_against_unseen_ones(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = site.extractive([annotator], name=new_name("Led"))
    suggestion = site.suggest(dataset, "answer", [span("Lisa Novak", PAPER)])
    records = dataset.add(*(item(PAPER, f"{n}?", suggestions=[suggestion]) for n in range(5)))
    said = [(True, "Lisa Novak")] * 2 + [(False, "Lisa Novak"), (False, "1871"), (False, "1902")]

    def judge(*numbers: int) -> None:
        for number in numbers:
            shown, text = said[number]
            values = answer([span(text, PAPER)])
            respond(annotator, records[number], values, suggestion_shown={"answer": shown})

    judge(0, 1)
    bias = walk(site.owner, f"/datasets/{dataset.id}/insights").get_by_role("region", name="Bias")
    expect(bias).to_contain_text("2 of 2 answers")
    expect(bias).to_contain_text("once some come only on request")
    judge(2, 3, 4)
    bias = walk(site.owner, f"/datasets/{dataset.id}/insights").get_by_role("region", name="Bias")
    # Wilson's intervals: 2 of 2 is 34 to 100 %, 1 of 3 is 6 to 79 %.
    for figure in ("100%34% to 100%2 of 2 answers", "33%6% to 79%1 of 3 answers"):
        expect(bias).to_contain_text(figure)


def test_settings_are_saved_and_a_stale_change_is_refused(
    site: Site, annotator: Person, walk: Opened, faults: Faults
) -> None:
    faults.allow("status of 412")
    dataset = site.extractive([annotator], name=new_name("Settings"))
    page = walk(site.owner, f"/datasets/{dataset.id}/settings")
    guidelines = page.get_by_label("Guidelines")
    guidelines.fill("Mark the *shortest* piece.")
    page.get_by_label("Responses per record").fill("3")
    pick(page, "Order of the records", "Shortest first")
    button(page, "Save").first.click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    saved = site.owner.get(dataset.path)
    assert saved["guidelines"] == "Mark the *shortest* piece."
    assert saved["distribution"]["min_submitted"] == 3
    assert saved["assignment"]["order"] == "length"

    site.owner.ask("PATCH", dataset.path, 200, json={"guidelines": "Somebody else's."})
    guidelines.fill("Mine, typed before I knew.")
    button(page, "Save").first.click()
    expect(page.get_by_text("Somebody else has changed this meanwhile")).to_be_visible()
    expect(guidelines).to_have_value("Mine, typed before I knew.")
    expect(page.get_by_role("alert").filter(has_text="stands here")).to_contain_text(
        "Somebody else's."
    )
    assert site.owner.get(dataset.path)["guidelines"] == "Somebody else's."
    button(page, "Save mine over it").click()
    expect(button(page, "Save mine over it")).to_be_hidden()
    expect(guidelines).to_have_value("Mine, typed before I knew.")
    assert site.owner.get(dataset.path)["guidelines"] == "Mine, typed before I knew."

    # What somebody else changed meanwhile beside it is kept, without a question.
    site.owner.ask("PATCH", dataset.path, 200, json={"guidelines": "Theirs again."})
    page.get_by_label(re.compile("^Name")).first.fill("Renamed")
    with page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
        button(page, "Save").first.click()
    expect(guidelines).to_have_value("Theirs again.")
    assert site.owner.get(dataset.path)["name"] == "Renamed"

    page.get_by_label("Title (answer)").fill("The piece")
    button(page, "Save").last.click()
    expect(button(page, "Save").last).to_be_disabled()
    page.get_by_label("Name (optional)").fill("first week")
    button(page, "Take a snapshot").click()
    expect(page.get_by_text("0 records, 0 responses")).to_be_visible()


def test_a_dataset_is_deleted_by_typing_its_name(
    site: Site, annotator: Person, walk: Opened
) -> None:
    dataset = site.extractive([annotator], name=new_name("Doomed"))
    name = site.owner.get(dataset.path)["name"]
    page = walk(site.owner, f"/datasets/{dataset.id}/settings")
    button(page, "Delete this dataset").click()
    dialog = page.get_by_role("dialog")
    last = dialog.get_by_role("button", name="Delete this dataset")
    expect(last).to_be_disabled()
    dialog.get_by_label(f"Type {name} to delete it").fill(name)
    last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
    site.owner.refused("GET", dataset.path, 404)


def test_somebody_is_invited_and_comes(
    site: Site, walk: Opened, open_page: Opened, look: Look
) -> None:
    workspace = site.owner.ask("POST", "/api/workspaces", 200, json={"name": new_name("0")})
    page = walk(site.owner, "/people")
    pick(page, "Workspace", workspace["name"])
    expect(page.get_by_text("Nobody is in this workspace yet.")).to_be_visible()
    button(page, "Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make the link").click()
    link = dialog.get_by_label("Send this link").input_value()
    guest = open_page(None, link, *look)
    username = new_name("guest")
    guest.get_by_label("User name").fill(username)
    guest.get_by_label("First name").fill("Grace")
    guest.get_by_label("New password").fill("a password of a guest")
    button(guest, "Join").click()
    expect(guest.get_by_role("heading", name="Hello, Grace")).to_be_visible()
    # Nothing else was chosen, so the invitation is into the workspace that is shown first.
    page.reload()
    expect(page.get_by_role("list", name="Members")).to_contain_text(username)


def test_a_key_is_shown_once_and_revoked(site: Site, walk: Opened) -> None:
    page = walk(site.owner, "/account/keys")
    name = new_name("trainer")
    button(page, "Make a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Make a key").click()
    key = dialog.get_by_label("Copy the key now.").input_value()
    assert len(key) > 20
    dialog.get_by_role("button", name="Done").click()
    page.reload()
    expect(page.get_by_text(name)).to_be_visible()
    assert key not in page.content()
    button(page, f"Revoke {name}").click()
    expect(page.get_by_text(name)).to_be_hidden()


def test_leads_screens_are_not_for_annotators(site: Site, annotator: Person, walk: Opened) -> None:
    dataset = site.extractive([annotator], name="For annotators")
    page = walk(annotator, f"/datasets/{dataset.id}/insights")
    for part in ("records", "disagreements", "insights", "settings"):
        page.goto(f"/datasets/{dataset.id}/{part}")
        expect(page).to_have_url(f"{site.url}/datasets/{dataset.id}/annotate")
    for path in ("/new", "/people", "/runs", "/runs/a"):
        page.goto(path)
        expect(page).to_have_url(f"{site.url}/")
