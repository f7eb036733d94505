"""The detailed report as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from goldspan.evaluation.detail import DetailReport, Example, ProbeResult
from goldspan.evaluation.report import PartReport
from goldspan.evaluation.text import columns, figure

EXAMPLES = 5
AROUND = 60
"""Characters of context shown on either side of an answer."""


def detail_as_text(report: DetailReport) -> str:
    """Return one reader's answers taken apart, for a terminal."""
    blocks = [
        f"{report.name}, by the word that asks\n{_parts(report.by_question_word)}",
        f"{report.name}, by length of the gold answer\n{_parts(report.by_answer_length)}",
        _calibration(report),
    ]
    if report.thresholds:
        best = report.thresholds.best
        blocks.append(
            f"Not answerable: best threshold {best.threshold:.3f}, F1 {best.f1:.1f} (answerable "
            f"{best.answerable:.1f}, not answerable {best.not_answerable:.1f}), chosen on these "
            f"questions; average precision {report.thresholds.average_precision:.2f}."
        )
    if report.probes:
        blocks.append(_probes(report.probes))
    if report.worst:
        shown = "\n".join(map(_example, report.worst[:EXAMPLES]))
        blocks.append(f"Wrong, the surest first\n{shown}")
    return "\n\n".join(blocks)


def _parts(parts: Mapping[str, PartReport]) -> str:
    rows: list[tuple[str, ...]] = [("", "EM", "F1", "questions")]
    for name, part in parts.items():
        rows.append((name, figure(part.exact_match), figure(part.f1), str(part.questions)))
    return columns(rows)


def _calibration(report: DetailReport) -> str:
    found = report.scores
    before = f" ({report.raw_scores.ece:.3f} at temperature 1)" if report.raw_scores else ""
    return (
        f"Scores: expected calibration error {found.ece:.3f}{before}; answering the surest "
        f"{100 * found.coverage_at_80:.0f} % of the questions, 80 of 100 answers are right; mean "
        f"risk over all coverages {found.area:.3f}."
    )


def _probes(probes: Sequence[ProbeResult]) -> str:
    rows = [("probe", "questions", "same answer %", "F1 before", "F1 after", "should be")]
    for probe in probes:
        rows.append(
            (
                probe.name,
                str(probe.questions),
                f"{probe.same:.1f}",
                f"{probe.f1_before:.1f}",
                f"{probe.f1_after:.1f}",
                "the same" if probe.keeps_answer else "low",
            )
        )
    return columns(rows)


def _example(example: Example) -> str:
    golds = " | ".join(dict.fromkeys(example.golds)) or "(not answerable)"
    lines = [
        f"  {example.question_text}",
        f"    gold: {golds}; given: {example.given or '(not answerable)'} "
        f"(score {example.score:.2f})",
    ]
    if example.span:
        start, end = example.span.start, example.span.end
        before = example.context[max(0, start - AROUND) : start]
        after = example.context[end : end + AROUND]
        lines.append(f"    …{before}[{example.context[start:end]}]{after}…".replace("\n", " "))
    return "\n".join(lines)
