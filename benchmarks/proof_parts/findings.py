"""From rows to findings: means over seeds, intervals over seeds and articles, the goals."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.proof_parts.plan import PLACES

RESAMPLES = 4000
REFERENCE = "SFT chosen"
Rows = Sequence[dict[str, Any]]


def interval(first: Rows, second: Rows, metric: str) -> dict[str, float]:
    """Compare two arms on the same seeds: mean difference with its interval.

    Seeds and articles are drawn together, both with replacement: the interval holds for other
    seeds and other articles.

    Args:
        first: rows compared with, one a seed.
        second: rows of the same seeds.
        metric: ``f1``, ``em`` or ``style``.

    Returns:
        ``mean``, ``low``, ``high`` (95 %), ``detectable`` (the difference that 80 of 100 such
        experiments would show), in percentage points, and ``seeds``.
    """
    pairs = sorted(
        ((a, b) for a in first for b in second if a["seed"] == b["seed"]),
        key=lambda pair: pair[0]["seed"],
    )
    count = np.array(pairs[0][0]["articles"]["style_count" if metric == "style" else "count"])
    gains = np.array(
        [np.subtract(b["articles"][metric], a["articles"][metric]) for a, b in pairs], dtype=float
    )
    draw = np.random.default_rng(0)
    seeds = draw.integers(0, len(gains), (RESAMPLES, len(gains)))
    articles = draw.integers(0, len(count), (RESAMPLES, len(count)))
    means = np.empty(RESAMPLES)
    for i in range(RESAMPLES):
        of_article = gains[seeds[i]].mean(0)[articles[i]]
        means[i] = of_article.sum() / count[articles[i]].sum()
    low, high = np.quantile(100 * means, [0.025, 0.975])
    return {
        "mean": 100 * float(gains.mean(0).sum() / count.sum()),
        "low": float(low),
        "high": float(high),
        "detectable": 2.8 * 100 * float(means.std()),
        "seeds": len(gains),
    }


def write_findings(out: Path, rows: Rows, seconds: tuple[float, float, float]) -> str:
    """Write ``findings.json`` and ``findings.txt`` beside the rows; return the text."""
    final = [row for row in rows if row["split"] == "dev"]
    found = [_group(final, place, n) for place, n in _groups(final)]
    times = _times(final, seconds)
    text = _text(found, times, rows, seconds)
    document = {"groups": found, "times": times, "seconds": seconds}
    (out / "findings.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (out / "findings.txt").write_text(text + "\n", encoding="utf-8")
    return text


def _groups(rows: Rows) -> list[tuple[str, int]]:
    order = list(PLACES)
    return sorted(
        {(row["place"], row["n"]) for row in rows}, key=lambda each: (order.index(each[0]), each[1])
    )


def _group(rows: Rows, place: str, n: int) -> dict[str, Any]:
    """Return every arm's scores at one place and number of judgements, and its gains."""
    here = [row for row in rows if row["place"] == place and row["n"] == n]
    metric = PLACES[place].metric
    names = list(dict.fromkeys(row["arm"] for row in here))
    # A place without SFT on the same judgements of its own is held against the main place's.
    against = place if REFERENCE in names else "main"
    reference = [
        row for row in rows if (row["place"], row["arm"], row["n"]) == (against, REFERENCE, n)
    ]
    tuned = PLACES[place].tuned_in or place
    before = [row for row in rows if row["place"] == tuned and row["arm"] == "before"]
    arms = []
    for name in names:
        of_arm = [row for row in here if row["arm"] == name]
        arm: dict[str, Any] = {
            "arm": name,
            "seeds": len(of_arm),
            "f1": float(np.mean([row["f1"] for row in of_arm])),
            "em": float(np.mean([row["em"] for row in of_arm])),
            "sd_f1": float(np.std([row["f1"] for row in of_arm], ddof=len(of_arm) > 1)),
            "recipe": of_arm[0]["recipes"],
            "tokens": float(np.mean([row.get("tokens", 0) for row in of_arm])),
        }
        for extra in ("style", "threshold", "best_possible"):
            if extra in of_arm[0]:
                arm[extra] = float(np.mean([row[extra] for row in of_arm]))
        for measure in ("f1", "style") if metric == "style" else ("f1",):
            if before and name != "before":
                arm[f"{measure} over before"] = interval(before, of_arm, measure)
            if reference and name != REFERENCE and name != "before":
                arm[f"{measure} over {REFERENCE}"] = interval(reference, of_arm, measure)
        arms.append(arm)
    return {"place": place, "n": n, "arms": arms}


def _times(rows: Rows, seconds: tuple[float, float, float]) -> list[dict[str, Any]]:
    """Return F1 against annotators' minutes in the main place."""
    mark, choice, correction = seconds
    found = []
    for row in rows:
        if row["place"] != "main" or row["arm"] not in (
            "SFT gold",
            "SFT chosen",
            "SFT chosen+corrections",
        ):
            continue
        spent = row["n"] * (mark if row["arm"] == "SFT gold" else choice)
        if row["arm"].endswith("corrections"):
            spent += row["corrections"] * correction
        found.append(
            {
                "arm": row["arm"],
                "n": row["n"],
                "seed": row["seed"],
                "minutes": spent / 60,
                "f1": row["f1"],
            }
        )
    return found


def _text(
    found: Sequence[dict[str, Any]],
    times: Sequence[dict[str, Any]],
    rows: Rows,
    seconds: tuple[float, float, float],
) -> str:
    lines = [
        f"{len(rows)} runs, {sum(r['split'] == 'dev' for r in rows)} of them read the test set"
    ]
    for group in found:
        lines += ["", f"{group['place']}, {group['n']} judged questions"]
        for arm in group["arms"]:
            cells = (
                f"  {arm['arm']:<24} EM {arm['em']:5.1f}  F1 {arm['f1']:5.1f} ± {arm['sd_f1']:.1f}"
            )
            if "style" in arm:
                cells += f"  style EM {arm['style']:5.1f}"
            if "best_possible" in arm:
                cells += f"  (best threshold {arm['best_possible']:.1f})"
            for measure in ("f1", "style"):
                for than in ("before", REFERENCE):
                    if gain := arm.get(f"{measure} over {than}"):
                        cells += (
                            f"  {measure} vs {than} {gain['mean']:+.1f} "
                            f"[{gain['low']:+.1f}, {gain['high']:+.1f}] "
                            f"(shown in 80 of 100: {gain['detectable']:.1f})"
                        )
            lines.append(cells)
        costs = [arm["tokens"] for arm in group["arms"] if arm["tokens"]]
        if costs:
            lines.append(f"  tokens of the arms within {100 * (max(costs) / min(costs) - 1):.1f} %")
    if times:
        lines += [
            "",
            "minutes of annotators' time and F1, main place, at {:.0f}, {:.0f} and "
            "{:.0f} s a mark, choice and correction".format(*seconds),
        ]
        for arm in dict.fromkeys(t["arm"] for t in times):
            points: dict[int, list[tuple[float, float]]] = {}
            for t in times:
                if t["arm"] == arm:
                    points.setdefault(t["n"], []).append((t["minutes"], t["f1"]))
            shown = ", ".join(
                f"{np.mean([m for m, _ in p]):.0f} min {np.mean([f for _, f in p]):.1f}"
                for _, p in sorted(points.items())
            )
            lines.append(f"  {arm:<24} {shown}")
    return "\n".join(lines)
