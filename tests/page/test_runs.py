"""Training runs, as a lead follows them."""

import re

from playwright.sync_api import Page, expect
from tests.page.conftest import Opened
from tests.page.runs import begun, ended, evaluation, run_of, step
from tests.page.site import Site

from goldspan.server.serve import RunningServer

DRAWN = """canvas => {
    const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(all.data.buffer).some(Boolean);
}"""


def chart(page: Page, title: str, last: str) -> None:
    """Wait until a chart shows these last values, and has drawn something."""
    figure = page.get_by_role("figure", name=f"{title}: {last}")
    expect(figure).to_be_visible()
    page.wait_for_function(DRAWN, arg=figure.locator("canvas").element_handle())


def test_a_run_is_followed_while_it_goes_on(
    site: Site, server: RunningServer, open_page: Opened
) -> None:
    run = begun(server)
    step(run, 5, 0.6)
    page = open_page(site.owner, "/runs")
    line = page.get_by_role("listitem").filter(has_text=run.root.name)
    expect(line).to_contain_text("unfinished")
    line.get_by_role("link").click()
    expect(page.get_by_role("status").filter(has_text="step 5 of 50")).to_be_visible()
    chart(page, "Loss", "0.600, 1.60")
    step(run, 10, 0.5)
    # A resume does the steps since the last checkpoint again.
    step(run, 5, 0.55)
    chart(page, "Loss", "0.500, 1.50")
    ended(run)
    expect(page.get_by_text("finished", exact=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="step")).to_be_hidden()


def test_a_finished_run_shows_curves_scores_and_its_report(
    site: Site, server: RunningServer, open_page: Opened
) -> None:
    run = run_of(server)
    page = open_page(site.owner, f"/runs/{run.root.name}")
    chart(page, "Loss", "0.200, 1.20")
    chart(page, "Reward accuracy", "1.00")
    chart(page, "Log probability of chosen and rejected", "-7.50, -11.7")
    chart(page, "EM and F1 on held-out passages", "0.750, 0.850")
    scores = page.locator("section").filter(has_text="On held-out questions")
    expect(scores).to_contain_text("240 questions")
    expect(scores).to_contain_text(re.compile(r"Exact match\s*61.*55.*67"))
    page.get_by_text("Made from").click()
    expect(page.get_by_text("runs/sft/model").first).to_be_visible()
    page.get_by_role("link", name="Open the whole report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Training {run.spec.id}")
    expect(page.get_by_role("cell", name="exact match")).to_be_visible()
    assert page.locator("svg").count() > 0


def test_an_evaluation_among_the_runs_is_opened(
    site: Site, server: RunningServer, open_page: Opened
) -> None:
    begun(server)
    evaluation(server, "mini on dev")
    page = open_page(site.owner, "/runs")
    lines = page.get_by_role("list", name="Evaluations").get_by_role("listitem")
    line = lines.filter(has_text="mini on dev")  # other tests of this server write some, too
    expect(line).to_contain_text("mini: EM 61.2 %, F1 70.5 %")
    line.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluation of mini")
    expect(page.get_by_role("cell", name="61.2 [55.1, 67.4]")).to_be_visible()
