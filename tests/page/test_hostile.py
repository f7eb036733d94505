"""What people write is shown, never run: in every place that can be written, on every screen."""

from playwright.sync_api import Page, expect
from tests.api.talk import TEXT, Person
from tests.page.conftest import Opened
from tests.page.hostile import STRINGS
from tests.page.site import Site
from tests.page.test_preference import options, question

MARKDOWN = {"type": "text", "use_markdown": True}


def check(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("window.__ran") is None
    outside = page.evaluate(
        "performance.getEntriesByType('resource').map(each => each.name)"
        ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"
    )
    assert outside == []
    # A link that would run something has lost its address.
    assert (
        page.locator("a[href^='javascript' i], a[href^='data:'], a[href^='vbscript' i]").count()
        == 0
    )


def test_a_hundred_and_twenty_hostile_texts_are_only_shown(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    assert len(STRINGS) >= 120
    label = STRINGS[0]
    questions = [
        {**question("topic", {"type": "label_selection", "options": options(*STRINGS[:24])}, True)},
        {**question("note", MARKDOWN), "title": STRINGS[1], "description": STRINGS[2]},
    ]
    fields = {
        "prompt": TEXT,
        "context": MARKDOWN,
        "talk": {"type": "chat", "use_markdown": True},
        "card": {"type": "custom", "template": label},
    }
    dataset = site.dataset(
        [annotator], questions, fields, name="hostile", guidelines="\n\n".join(STRINGS)
    )
    dataset.add(
        {
            "fields": {
                "prompt": "Hostile? " + " ".join(STRINGS[:60]),
                "context": "\n\n".join(STRINGS),
                "talk": [{"role": "user", "content": text} for text in STRINGS[:100]],
                "card": {"texts": STRINGS},
            },
            "suggestions": [site.suggest(dataset, "note", "\n\n".join(STRINGS))],
        }
    )
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    expect(
        page.get_by_text("[link]").or_(page.get_by_role("link", name="link")).first
    ).to_be_visible()
    check(page)
    page.keyboard.press("g")
    page.get_by_role("button", name="Preview").click()
    check(page)
    page.goto(f"/datasets/{dataset.id}/bulk")
    page.get_by_role("checkbox", name="Choose record 1").check()
    check(page)


def test_the_first_annotate_screen_loads_at_most_200_kb_of_script(
    site: Site, annotator: Person, open_page: Opened
) -> None:
    dataset = site.extractive([annotator])
    dataset.add({"fields": {"question": "First?", "context": "Denver won."}})
    page = open_page(annotator, f"/datasets/{dataset.id}/annotate")
    expect(page.get_by_role("region", name="Answer")).to_be_visible()
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(each => each.name.endsWith('.js')).map(each => each.encodedBodySize)"
    )
    print(f"script, compressed: {sum(sizes)} bytes in {len(sizes)} files")
    assert 0 < sum(sizes) <= 200_000
