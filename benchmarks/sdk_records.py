"""How fast the SDK moves questions to a server and back, server and client in one process.

Made-up questions over passages of about 700 characters, five a passage, go onto a fresh home with
one marked answer each, are imported again, read, and exported as SQuAD JSON. Both halves share the
CPU seconds printed. Run: ``python benchmarks/sdk_records.py [--quick]``.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.span import Span
from goldspan.sdk import embedded
from goldspan.sdk.exporting import export
from goldspan.sdk.importing import import_demonstrations
from goldspan.sdk.session import connect
from goldspan.sdk.workspace import Workspace


def demonstrations(count: int) -> list[Demonstration]:
    """Make questions; the same ones every time."""
    draw = random.Random(0)
    words = ["".join(draw.choices("abcdefghij", k=draw.randint(2, 9))) for _ in range(5000)]
    made = []
    for at in range(count):
        if at % 5 == 0:
            context = " ".join(draw.choices(words, k=108))
        start = draw.randrange(0, len(context) - 20)
        answer = Answer(context[start : start + 12], Span(start, start + 12))
        question = " ".join(draw.choices(words, k=9)) + "?"
        made.append(Demonstration(f"q{at}", question, context, (answer,), f"a{at // 250}"))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 questions instead of 20,000")
    count = 2_000 if parser.parse_args().quick else 20_000
    given = demonstrations(count)
    print(f"{count} questions{'wall s':>12}{'CPU s':>8}{'questions a second of CPU':>28}")

    def timed(what: str, work: Callable[[], object]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{what:<16}{wall:>12.1f}{cpu:>8.1f}{count / cpu:>28,.0f}", flush=True)

    with tempfile.TemporaryDirectory() as folder, connect(home=Path(folder)) as session:
        Workspace.create("w", session=session)

        def store() -> None:
            import_demonstrations("d", given, session=session, show_progress=False)

        timed("import", store)
        timed("import again", store)
        done = import_demonstrations("d", given[:1], session=session, show_progress=False)
        timed("read", lambda: sum(1 for _ in done.dataset))
        timed("export squad", lambda: export(done.dataset, Path(folder, "out.json"), "squad"))
        embedded.stop()


if __name__ == "__main__":
    main()
