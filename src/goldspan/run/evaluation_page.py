"""An evaluation's report as one page: scores, curves, and wrong answers in their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from goldspan.run.html import chart, charts, page, paragraph, section, table

AROUND = 300
"""Characters of a passage shown on either side of an answer."""
Values = Mapping[str, Any]


def evaluation_page(document: Values) -> str:
    """Return the page.

    Args:
        document: what ``goldspan evaluate --output`` writes.
    """
    details: Sequence[Values] = document.get("details", ())
    return page(
        "Evaluation of " + ", ".join(each["name"] for each in document["reports"]),
        section("Scores", _scores(document["reports"]), _notes(document["reports"])),
        section("Old against new", _comparisons(document["comparisons"])),
        section("How sure, and how right", *_curves(details)),
        *[_detail(detail) for detail in details],
        section("Side by side", _side_by_side(document.get("side_by_side", ()))),
    )


def _figure(interval: Values, sign: str = "") -> str:
    low, high = interval["low"], interval["high"]
    if low is None or high is None or low == float("-inf"):
        return f"{interval['mean']:{sign}.1f} [no interval]"
    return f"{interval['mean']:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]"


def _scores(reports: Sequence[Values]) -> str:
    rows = []
    for report in reports:
        parts = [(report["name"], report)]
        for name in ("answerable", "not_answerable"):
            if report.get(name):
                parts.append((f"… {name.replace('_', ' ')}", report[name]))
        for name, part in parts:
            rows.append(
                [name, _figure(part["exact_match"]), _figure(part["f1"]), part["questions"]]
            )
    return table(["reader", "EM", "F1", "questions"], rows)


def _notes(reports: Sequence[Values]) -> str:
    first = reports[0]
    return paragraph(
        f"In percent by SQuAD {first['version']}'s rules, with 95 % intervals that draw "
        f"{first['clusters_by']}s."
    )


def _comparisons(comparisons: Sequence[Values]) -> str:
    if not comparisons:
        return ""
    rows = [
        [
            f"{one['second']} − {one['first']}",
            _figure(one["exact_match"]["interval"], "+"),
            _figure(one["f1"]["interval"], "+"),
            f"{one['f1']['p']:.3f}",
        ]
        for one in comparisons
    ]
    return table(["", "EM", "F1", "p of F1"], rows)


def _curves(details: Sequence[Values]) -> list[str]:
    risk, reliability, thresholds = {}, {}, {}
    for detail in details:
        name = detail["name"]
        for kind, suffix in (("scores", ""), ("raw_scores", " at temperature 1")):
            if detail.get(kind):
                found = detail[kind]
                label = f"{name}{suffix}, ECE {found['ece']:.3f}"
                reliability[label] = [(b["score"], b["right"]) for b in found["bins"]]
                risk[f"{name}{suffix}"] = [tuple(point) for point in found["risk_coverage"]]
        if detail.get("thresholds"):
            for part in ("f1", "answerable", "not_answerable"):
                thresholds[f"{name}, {part.replace('_', ' ')}"] = [
                    (p["threshold"], p[part]) for p in detail["thresholds"]["points"]
                ]
    if reliability:
        reliability["a score that means what it says"] = [(0.0, 0.0), (1.0, 1.0)]
    return [
        charts(
            chart("Share of right answers by score", reliability, x="score"),
            chart("Share of wrong answers among those given", risk, x="share answered"),
            chart("F1 in percent by threshold of “not answerable”", thresholds, x="threshold"),
        )
    ]


def _detail(detail: Values) -> str:
    parts = []
    for title, name in (
        ("word that asks", "by_question_word"),
        ("gold answer", "by_answer_length"),
    ):
        rows = [
            [kind, _figure(part["exact_match"]), _figure(part["f1"]), part["questions"]]
            for kind, part in detail[name].items()
        ]
        parts.append(table([title, "EM", "F1", "questions"], rows))
    if detail["probes"]:
        rows = [
            [
                probe["name"],
                probe["questions"],
                f"{probe['same']:.1f}",
                f"{probe['f1_before']:.1f}",
                f"{probe['f1_after']:.1f}",
                "the same answer" if probe["keeps_answer"] else "another answer",
            ]
            for probe in detail["probes"]
        ]
        head = ["probe", "questions", "same answer %", "F1 before", "F1 after", "right is"]
        parts.append(table(head, rows))
    examples = "".join(map(_example, detail["worst"]))
    return section(detail["name"], *parts, paragraph("Wrong answers, the surest first:"), examples)


def _example(example: Values) -> str:
    golds = " | ".join(example["golds"]) or "(not answerable)"
    context, span = example["context"], example["span"]
    if span:
        start, end = span["start"], span["end"]
        before, after = context[max(0, start - AROUND) : start], context[end : end + AROUND]
        passage = f"{escape(before)}<mark>{escape(context[start:end])}</mark>{escape(after)}"
    else:
        passage = escape(context[: 2 * AROUND])
    return (
        f"<details><summary>{escape(example['question_text'])}</summary>\n"
        + paragraph(
            f"gold: {golds}; given: {example['given'] or '(not answerable)'}, score "
            f"{example['score']:.2f}"
        )
        + f"<p>{passage}</p></details>\n"
    )


def _side_by_side(rows: Sequence[Values]) -> str:
    if not rows:
        return ""
    names = list(rows[0]["answers"])
    return table(
        ["question", "gold", *names],
        [
            [
                row["question_text"],
                " | ".join(row["golds"]) or "(not answerable)",
                *(row["answers"][name] or "(not answerable)" for name in names),
            ]
            for row in rows
        ],
    )
