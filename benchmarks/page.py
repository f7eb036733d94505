"""How many keys does a judgement cost in the page, and how long does one wait for the next record?

Opens the built page (``make web``) in Chromium against a real server, on made-up records, and does
the work: keys and gestures are counted, and times taken, inside the page. The server's answer to
every save is held back, so that a page that waited for it would show it. Prints a table, then a
line for each bar. Run: ``python benchmarks/page.py [--quick]``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import Browser, CDPSession, Page, Response, Route, sync_playwright
from tests.api.talk import TEXT, Dataset, Person, item
from tests.page.conftest import ARGUMENTS, CHROMIUM, WIDE
from tests.page.site import OWNER_PASSWORD, PASSAGE, Site, span
from tests.page.talk import double_click, marks, saved

from goldspan.server.page import STATIC
from goldspan.server.serve import start_in_thread

RECORDS = 200
LONG_RECORDS = 50
LONG_CONTEXT = PASSAGE + " The harvest of that year was weighed, and was sold." * 378
"""Hardly more than 20,000 characters."""
HELD_BACK_MS = 200
PAUSE_MS = 150  # between a record and the key that accepts it: faster than anybody reads
SLOWER = 4
BULK = 250

# Runs before the page. Event times and performance.now() count from the start of the navigation.
# A text that one frame's callback finds in the document is painted before the next one's. Looking
# at every change costs the page less than looking at every frame: most frames change nothing.
PROBE = """(() => {
  const LONGEST_MS = 20_000;
  // Not the document's text: that holds what the index carries, before anything is drawn.
  const drawn = () => document.querySelector("#root")?.textContent ?? "";
  const shown = () => /Question [0-9]{4}[?]/.exec(drawn())?.[0];
  const painted = (before) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`still ${before}`)), LONGEST_MS);
    const look = () => {
      const now = shown();
      if (now === undefined || now === before) return;
      clearTimeout(late);
      changes.disconnect();
      const seen = () => resolve({ shown: now, at: performance.now() });
      requestAnimationFrame(() => requestAnimationFrame(seen));
    };
    const changes = new MutationObserver(look);
    changes.observe(document, { childList: true, characterData: true, subtree: true });
    look();
  });
  const probe = { actions: 0, key: null, shown };
  globalThis.probe = probe;
  probe.first = painted(undefined);
  const act = () => { probe.actions += 1; };
  addEventListener("dblclick", act, true);
  addEventListener("keydown", (event) => {
    act();
    probe.key = painted(shown()).then((next) => ({ ...next, pressed: event.timeStamp }));
    probe.key.catch(() => {});
  }, true);
})()"""


# Node types of a heap snapshot that are not the page's own memory: machine code that V8 makes of
# functions as they get warm, and what the browser keeps beside the heap, for its developer tools
# among others. The document's nodes are counted by themselves.
CODE, BESIDE = "code", ("native", "synthetic")


@dataclass(frozen=True)
class Held:
    """What is in memory after garbage is collected.

    Args:
        records: accepted so far in the sitting.
        heap_mb: the whole heap of JavaScript.
        code_mb: of that, what V8 compiled and learnt about functions.
        kept_mb: of that, the page's own: objects, texts, arrays, functions.
        nodes: of the document.
    """

    records: int
    heap_mb: float
    code_mb: float
    kept_mb: float
    nodes: float


class Sitting:
    """One person on the annotate screen of one dataset, in a browser without a cache."""

    def __init__(self, browser: Browser, site: Site, person: Person, slower: int = 1) -> None:
        self.context = browser.new_context(
            base_url=site.url, viewport={"width": WIDE[0], "height": WIDE[1]}
        )
        self.context.add_cookies(site.cookies_of(person))
        self.page: Page = self.context.new_page()
        self.page.add_init_script(PROBE)
        self.devtools: CDPSession = self.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")
        if slower > 1:
            self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def open(self, dataset: Dataset) -> dict[str, Any]:
        """Wait for the first record; return what was shown and when, in ms."""
        self.page.goto(f"/datasets/{dataset.id}/annotate")
        found: dict[str, Any] = self.page.evaluate("() => probe.first")
        return found

    def press(self, key: str) -> dict[str, Any]:
        """Press a key that brings another record; return what, and both times, in ms."""
        self.page.keyboard.press(key)
        found: dict[str, Any] = self.page.evaluate("() => probe.key")
        return found

    def hold_saves_back(self) -> None:
        """Let every save reach the server late, and so its answer the page."""

        def later(route: Route) -> None:
            if route.request.method == "PUT":
                self.page.wait_for_timeout(HELD_BACK_MS)
            route.continue_()

        self.page.route("**/api/v1/records/*/response", later)

    def actions(self, work: Callable[[], object]) -> int:
        """Return the keys and double clicks that reached the page."""
        before = int(self.page.evaluate("() => probe.actions"))
        work()
        return int(self.page.evaluate("() => probe.actions")) - before

    def held(self, records: int) -> Held:
        """Return what is held after garbage is collected."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        heap = float(self.devtools.send("Runtime.getHeapUsage")["usedSize"])
        nodes = self.metric("Nodes")
        sizes = self._sizes()
        kept = sum(size for kind, size in sizes.items() if kind not in (CODE, *BESIDE))
        return Held(records, heap / 2**20, sizes[CODE] / 2**20, kept / 2**20, nodes)

    def _sizes(self) -> Counter[str]:
        """Return the bytes of a heap snapshot's nodes by their type."""
        parts: list[str] = []

        def keep(event: dict[str, str]) -> None:
            parts.append(event["chunk"])

        self.devtools.on("HeapProfiler.addHeapSnapshotChunk", keep)
        self.devtools.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        self.devtools.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
        shot = json.loads("".join(parts))
        meta = shot["snapshot"]["meta"]
        fields, kinds = meta["node_fields"], meta["node_types"][0]
        width = len(fields)
        kind_of, size_of = fields.index("type"), fields.index("self_size")
        sizes: Counter[str] = Counter()
        nodes = shot["nodes"]
        for kind, size in zip(nodes[kind_of::width], nodes[size_of::width], strict=True):
            sizes[kinds[kind]] += size
        return sizes

    def metric(self, name: str) -> float:
        """Return one of the browser's own measures; times are in seconds."""
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == name))


@contextmanager
def sitting(browser: Browser, site: Site, person: Person, slower: int = 1) -> Iterator[Sitting]:
    opened = Sitting(browser, site, person, slower)
    try:
        yield opened
    finally:
        opened.context.close()


def name_of(number: int) -> str:
    return f"Question {number:04}?"


def extractive(site: Site, person: Person, count: int, context: str = PASSAGE) -> Dataset:
    """Publish records that each suggest an answer."""
    dataset = site.extractive([person])
    suggestion = site.suggest(dataset, "answer", [span("Peru")], 0.87)
    made = [item(context, name_of(number), suggestions=[suggestion]) for number in range(count)]
    fill(dataset, made)
    return dataset


def preferences(site: Site, person: Person, count: int) -> Dataset:
    names = ("response1", "response2")
    options = [{"value": name, "text": name} for name in names]
    settings = {"type": "ranking", "options": options}
    question = {"name": "preference", "title": "Preference", "required": True, "settings": settings}
    fields = {name: TEXT for name in ("prompt", "context", *names)}
    dataset = site.dataset([person], [question], fields)
    texts = {"context": PASSAGE, "response1": "Brazil, with 60 %", "response2": "Peru with 13 %"}
    fill(dataset, [{"fields": {"prompt": name_of(n), **texts}} for n in range(count)])
    return dataset


def fill(dataset: Dataset, made: list[dict[str, Any]]) -> None:
    for first in range(0, len(made), BULK):
        body = {"items": made[first : first + BULK]}
        dataset.owner.ask("POST", f"{dataset.path}/records", 204, json=body)


def submitted(dataset: Dataset) -> list[Any]:
    """Return the values that the server holds, of datasets of at most one page."""
    responses = [each for record in dataset.records(dataset.owner) for each in record["responses"]]
    return [next(iter(each["values"].values()))["value"] for each in responses]


def count_marking(browser: Browser, site: Site, person: Person) -> dict[str, int]:
    """Accept, undo, and correct; return the actions of each."""
    dataset = extractive(site, person, 5)
    with sitting(browser, site, person) as at:
        first = at.open(dataset)["shown"]
        accepted = at.actions(lambda: at.press("Enter"))
        back: dict[str, Any] = {}
        undone = at.actions(lambda: back.update(at.press("Backspace")))
        assert back["shown"] == first, back

        def correct() -> None:
            double_click(at.page, "Brazil")
            marks(at.page, "Brazil")
            at.press("Enter")

        corrected = at.actions(correct)
        saved(at.page)
        assert submitted(dataset) == [[span("Brazil")]], submitted(dataset)
    return {
        "keys per accepted answer": accepted,
        "actions per corrected span": corrected,
        "keys per undo": undone,
    }


def count_preferring(browser: Browser, site: Site, person: Person) -> int:
    dataset = preferences(site, person, 3)
    with sitting(browser, site, person) as at:
        at.open(dataset)
        keys = at.actions(lambda: at.press("1"))
        saved(at.page)
        assert len(submitted(dataset)) == 1
    return keys


def time_records(
    browser: Browser, site: Site, person: Person, records: int, context: str
) -> tuple[list[float], float]:
    """Accept records; return each wait for the next in ms, and the page's CPU ms a record."""
    dataset = extractive(site, person, records + 1, context)
    with sitting(browser, site, person) as at:
        at.hold_saves_back()
        at.open(dataset)
        busy, waits = at.metric("TaskDuration"), []
        for _ in range(records):
            at.page.wait_for_timeout(PAUSE_MS)
            found = at.press("Enter")
            waits.append(found["at"] - found["pressed"])
        cpu_ms = 1000 * (at.metric("TaskDuration") - busy) / records
        saved(at.page)
        assert len(submitted(dataset)) == records
    return waits, cpu_ms


def time_opening(
    browser: Browser, site: Site, person: Person, times: int
) -> tuple[list[float], list[float], float]:
    """Open the screen slowed down; return paint and first acting key, in ms, and the script's kB.

    A key is pressed as soon as the first record is seen to be painted. The screen is interactive
    when that key was pressed, if it brought the next record.
    """
    dataset = extractive(site, person, times + 20)
    paints, keys, script_kb = [], [], 0.0
    for _ in range(times):
        with sitting(browser, site, person, SLOWER) as at:
            scripts: list[Response] = []

            def keep(answer: Response, to: list[Response] = scripts) -> None:
                to.append(answer)

            at.page.on("response", keep)
            paints.append(at.open(dataset)["at"])
            keys.append(at.press("Enter")["pressed"])
            bodies = [each.body() for each in scripts if each.request.resource_type == "script"]
            script_kb = sum(len(gzip.compress(body)) for body in bodies) / 1000
            saved(at.page)
    return paints, keys, script_kb


def measure_memory(
    browser: Browser, site: Site, person: Person, points: tuple[int, ...]
) -> list[Held]:
    """Return what is held at these numbers of accepted records of one sitting."""
    dataset, found = extractive(site, person, points[-1] + 1), []
    with sitting(browser, site, person) as at:
        at.open(dataset)
        for number in range(1, points[-1] + 1):
            at.press("Enter")
            if number in points:
                saved(at.page)
                found.append(at.held(number))
                print(f"  {number:,} records accepted in one sitting", flush=True)
    return found


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def bar(name: str, measured: float, goal: float, unit: str, is_met: bool) -> None:
    verdict = "met" if is_met else "short"
    print(f"bar {name}: {measured:.4g}{unit} against {goal:g}{unit}: {verdict}")


def measure(browser: Browser, site: Site, *, quick: bool) -> None:
    person = site.person()
    counts = count_marking(browser, site, person)
    counts["keys per preference"] = count_preferring(browser, site, person)
    print("judgements counted", flush=True)
    waits, cpu_ms = time_records(browser, site, person, RECORDS, PASSAGE)
    long_waits, long_cpu_ms = time_records(browser, site, person, LONG_RECORDS, LONG_CONTEXT)
    print("waits timed", flush=True)
    paints, keys, script_kb = time_opening(browser, site, person, 5 if quick else 15)
    print("opening timed", flush=True)
    held = measure_memory(browser, site, person, (100, 200, 300) if quick else (100, 1_000, 2_000))

    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\nChromium {browser.version}, {os.cpu_count()} cores, load {load}\n")
    for name, count in counts.items():
        print(f"{name:<52}{count:>9}")
    for share in (50, 95, 99):
        name = f"key to next record painted, p{share} of {RECORDS}"
        print(f"{name:<52}{percentile(waits, share):>9.1f} ms")
    print(f"{'CPU of the page, a record':<52}{cpu_ms:>9.1f} ms")
    for name, value in (
        (f"contexts of {len(LONG_CONTEXT):,} characters, p50", percentile(long_waits, 50)),
        (f"contexts of {len(LONG_CONTEXT):,} characters, p95", percentile(long_waits, 95)),
        ("  CPU of the page, a record", long_cpu_ms),
    ):
        print(f"{name:<52}{value:>9.1f} ms")
    slowed = f"CPU {SLOWER} x slower, median of {len(paints)}"
    print(f"{f'first record painted, {slowed}':<52}{statistics.median(paints):>9.0f} ms")
    print(f"{f'first key acts, {slowed}':<52}{statistics.median(keys):>9.0f} ms")
    print(f"{'script of the first annotate screen, gzipped':<52}{script_kb:>9.1f} kB")
    for at in held:
        name = f"the page's own memory after {at.records:,} records"
        print(f"{name:<52}{at.kept_mb:>9.2f} MB  {at.nodes:,.0f} nodes")
        whole = f"{at.heap_mb:.2f} MB, of which compiled code {at.code_mb:.2f}"
        print(f"{'  the whole heap':<52}{whole:>14}")

    goals = {name: 2 if name == "actions per corrected span" else 1 for name in counts}
    for name, count in counts.items():
        bar(name, count, goals[name], "", count <= goals[name])
    p95, interactive = percentile(waits, 95), statistics.median(keys)
    held_back = f"key to next record painted, p95, saves held back {HELD_BACK_MS} ms"
    bar(held_back, p95, 50, " ms", p95 < 50)
    long_p95 = percentile(long_waits, 95)
    bar(f"{held_back}, long contexts", long_p95, 50, " ms", long_p95 < 50)
    bar("script, gzipped", script_kb, 200, " kB", script_kb <= 200)
    bar(f"interactive, CPU {SLOWER} x slower", interactive, 1000, " ms", interactive <= 1000)
    first, last = held[0], held[-1]
    growth = 100 * (last.kept_mb / first.kept_mb - 1)
    over = f"{first.records} to {last.records:,} records"
    bar(f"growth of the page's own memory, {over}", growth, 10, " %", growth <= 10)
    more = last.nodes - first.nodes
    bar(f"growth of the document, {over}", more, 10, " nodes", more <= 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="memory over 300 records, not 2,000; 5 openings, not 15",
    )
    quick = parser.parse_args().quick
    if CHROMIUM is None:
        sys.exit("there is no chromium on the PATH: install it, or name it in GOLDSPAN_CHROMIUM")
    if not (STATIC / "index.html").is_file():
        sys.exit("the page is not built: run `make web`")
    with tempfile.TemporaryDirectory(prefix="goldspan-bench-") as folder:
        server = start_in_thread(Path(folder) / "home", owner_password=OWNER_PASSWORD)
        assert server.api_key is not None
        site = Site(server.url, server.api_key)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
                measure(browser, site, quick=quick)
                browser.close()
        finally:
            site.close()
            server.stop()


if __name__ == "__main__":
    main()
