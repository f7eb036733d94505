"""The proof's goals, each with what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from benchmarks.proof_parts.findings import REFERENCE, interval
from benchmarks.proof_parts.plan import PLACES

Rows = Sequence[dict[str, Any]]


def bars(rows: Rows, seconds: tuple[float, float, float], quick: bool) -> list[str]:
    """Return a line for each goal.

    Args:
        rows: of all runs.
        seconds: of an annotator for a mark, a choice and a correction.
        quick: whether the rows are too few and too small to say anything.
    """
    final = [row for row in rows if row["split"] == "dev"]
    f1 = _gains(final, "f1")
    style = _gains([row for row in final if PLACES[row["place"]].metric == "style"], "style")
    found = {
        "F1 that choosing and correcting lose to marking, worst": (_lost(final), "<= 1"),
        "time of choosing and correcting over marking's": (_time(final, seconds), "<= 0.5"),
        "F1 of DPO over SFT on the same judgements, best place": (f1, ">= 2"),
        "preferred style of DPO over SFT, best place": (style, ">= 5"),
    }
    lines = []
    for name, (measured, goal) in found.items():
        if quick or measured is None:
            lines.append(f"bar {name}: not measured{' (quick)' if quick else ''}")
            continue
        value, shown = measured
        sign, bound = goal.split()
        met = shown and (value <= float(bound) if sign == "<=" else value >= float(bound))
        lines.append(f"bar {name}: {value:.2f} against {goal}: {'met' if met else 'short'}")
    return lines


def _of(rows: Rows, place: str, arm: str, n: int) -> list[dict[str, Any]]:
    return [row for row in rows if (row["place"], row["arm"], row["n"]) == (place, arm, n)]


def _lost(rows: Rows) -> tuple[float, bool] | None:
    """Return marking's lead over choosing and correcting where it is greatest."""
    lost = []
    for n in sorted({row["n"] for row in rows if row["place"] == "main"}):
        marked = _of(rows, "main", "SFT gold", n)
        corrected = _of(rows, "main", "SFT chosen+corrections", n)
        if marked and corrected:
            lost.append(interval(corrected, marked, "f1")["mean"])
    return (max(lost), True) if lost else None


def _time(rows: Rows, seconds: tuple[float, float, float]) -> tuple[float, bool] | None:
    mark, choice, correction = seconds
    shares = [
        (choice + correction * row["corrections"] / row["n"]) / mark
        for row in rows
        if row["place"] == "main" and row["arm"] == "SFT chosen+corrections"
    ]
    return (float(np.mean(shares)), True) if shares else None


def _gains(rows: Rows, metric: str) -> tuple[float, bool] | None:
    """Return DPO's greatest gain over SFT, and whether its interval lies above zero."""
    gains = []
    for place, n in sorted({(row["place"], row["n"]) for row in rows}):
        sft, dpo = _of(rows, place, REFERENCE, n), _of(rows, place, "DPO", n)
        if sft and dpo:
            gain = interval(sft, dpo, metric)
            gains.append((gain["mean"], gain["low"] > 0))
    return max(gains, default=None)
