"""One sentence that says what a demo's comparisons show, and no more than they show."""

from __future__ import annotations

from collections.abc import Sequence

from goldspan.evaluation.report import Comparison


def verdict(sft: Sequence[Comparison], dpo: Comparison) -> str:
    """Return the sentence.

    "Better" and "worse" are said only where ``Difference.shown`` says so: the interval leaves out
    zero and p <= 0.05. The difference may still be due to the seed of the training, which neither
    covers, so it is one of these runs, not of the methods.

    Args:
        sft: what the trained reader is compared with first, such as the untrained reader.
        dpo: the comparison whose first is the reader after SFT.
    """
    return f"{_of_sft(sft)}; {_of_dpo(dpo)}."


def _of_sft(comparisons: Sequence[Comparison]) -> str:
    shown = {1: "better than", -1: "worse than", 0: "not shown to differ from"}
    parts = [
        f"{word} " + " and ".join(_with_points(c) for c in comparisons if c.f1.shown == sign)
        for sign, word in shown.items()
        if any(c.f1.shown == sign for c in comparisons)
    ]
    return f"In F1 on these questions, {comparisons[0].second} is {', and '.join(parts)}"


def _with_points(comparison: Comparison) -> str:
    return f"the {comparison.first} ({_points(comparison)})"


def _of_dpo(comparison: Comparison) -> str:
    names = f"{comparison.second} after {comparison.first}"
    if comparison.f1.shown > 0:
        return f"in this run {names} helped, by {_points(comparison)}"
    if comparison.f1.shown < 0:
        return f"in this run {names} did harm, by {_points(comparison)}"
    return f"whether {names} helped is not shown: {_points(comparison)} may be chance"


def _points(comparison: Comparison) -> str:
    interval = comparison.f1.interval
    return f"{interval.mean:+.1f} points, 95 % interval {interval.low:+.1f} to {interval.high:+.1f}"
