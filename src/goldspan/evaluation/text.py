"""Reports and comparisons as plain text: one rendering for the command line and the demo."""

from __future__ import annotations

import math
from collections.abc import Sequence

from goldspan.evaluation.intervals import Interval
from goldspan.evaluation.report import (
    ClusterUnit,
    Comparison,
    Difference,
    EvaluationReport,
    PartReport,
)

FEW_CLUSTERS = 10
HEAD = ("", "EM", "F1", "questions", "clusters", "missing")


def as_text(
    reports: Sequence[EvaluationReport],
    comparisons: Sequence[Comparison] = (),
    left_out: int = 0,
) -> str:
    """Return a table of the reports, what has to be known to read it, and the comparisons.

    Args:
        reports: on the same questions.
        comparisons: of the readers.
        left_out: faulty rows of the data that are not among the questions.
    """
    rows = [HEAD]
    for report in reports:
        rows.append((report.name, *_cells(report), str(report.missing)))
        if report.not_answerable:
            if report.answerable:
                rows.append(("  answerable", *_cells(report.answerable), ""))
            rows.append(("  not answerable", *_cells(report.not_answerable), ""))
    blocks = [columns(rows), "\n".join(notes(reports, left_out))]
    if comparisons:
        blocks.append("\n".join(describe(comparison) for comparison in comparisons))
        blocks.append("\n".join(verdict(comparison) for comparison in comparisons))
    return "\n\n".join(blocks)


def describe(comparison: Comparison) -> str:
    """Return a comparison's figures in one line."""
    return (
        f"{comparison.second} - {comparison.first}: "
        f"EM {_difference(comparison.exact_match)}; F1 {_difference(comparison.f1)}"
    )


def verdict(comparison: Comparison) -> str:
    """Return the one sentence that follows from a comparison's F1."""
    first, second = comparison.first, comparison.second
    f1 = comparison.f1
    by = f"{abs(f1.interval.mean):.1f} points of F1"
    if f1.shown > 0:
        return f"{second} is better than {first} by {by}."
    if f1.shown < 0:
        return f"{second} is worse than {first} by {by}."
    return f"Not shown that {second} and {first} differ: {by} may be chance."


def _difference(difference: Difference) -> str:
    interval = difference.interval
    # p is never 0; so few digits must not make it look so.
    p = "p < 0.001" if difference.p < 0.001 else f"p = {difference.p:.3f}"
    return f"{interval.mean:+.1f} {bounds(interval, '+.1f')}, {p}"


def _cells(part: EvaluationReport | PartReport) -> tuple[str, str, str, str]:
    clusters = _count(part.f1.clusters, part.clusters_by)
    return figure(part.exact_match), figure(part.f1), str(part.questions), clusters


def figure(interval: Interval) -> str:
    """Return a mean in percent with its bounds."""
    return f"{interval.mean:.1f} {bounds(interval, '.1f')}"


def bounds(interval: Interval, form: str) -> str:
    """Return an interval's bounds; ``form`` is a format of numbers."""
    if math.isinf(interval.low):
        return "[no interval]"
    return f"[{interval.low:{form}}, {interval.high:{form}}]"


def _count(count: int, unit: ClusterUnit) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as aligned lines."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def notes(reports: Sequence[EvaluationReport], left_out: int = 0) -> list[str]:
    """Say what has to be known to read the figures, each thing once.

    Args:
        reports: on the same questions.
        left_out: faulty rows of the data that are not among the questions.
    """
    said: dict[str, None] = {}
    for report in reports:
        said[
            f"EM and F1 in percent by SQuAD {report.version}'s rules, with 95 % intervals "
            f"over {report.clusters_by}s."
        ] = None
        said.update(dict.fromkeys(_warnings(report)))
    if left_out:
        said[f"{left_out} faulty rows of the data were left out, and count nowhere."] = None
    return list(said)


def _warnings(report: EvaluationReport) -> list[str]:
    warnings = []
    if report.clusters_by != "article":
        warnings.append(
            f"Intervals are over {report.clusters_by}s because the data names fewer than two "
            "articles, or not all; where texts belong together, they are too narrow."
        )
    if report.f1.clusters < FEW_CLUSTERS:
        warnings.append(
            f"Only {_count(report.f1.clusters, report.clusters_by)}: intervals are rough, and "
            "mostly too narrow."
        )
    if report.missing:
        official = "would leave them out" if report.version == "v2.0" else "does the same"
        warnings.append(
            f"{report.name or 'One reader'} gave no answer to {report.missing} questions; they "
            f"count as wrong (SQuAD's own {report.version} script {official})."
        )
    return warnings
