"""An evaluation's report as one page: scores, curves, and wrong answers in their passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from goldspan.run.html import Figures, chart, charts, facts, page, paragraph, section, table

AROUND = 300
"""Characters of a passage shown on either side of an answer."""
NO_ANSWER = "(not answerable)"
THRESHOLD_LINES = {
    "f1": "all questions",
    "answerable": "answerable",
    "not_answerable": "not answerable",
}
Values = Mapping[str, Any]


def evaluation_page(document: Values) -> str:
    """Return the page.

    Args:
        document: what ``goldspan evaluate --output`` writes.
    """
    details: Sequence[Values] = document.get("details", ())
    return page(
        "Evaluation of " + ", ".join(each["name"] for each in document["reports"]),
        section(
            "Scores",
            _scores(document["reports"]),
            *map(paragraph, document.get("notes", ())),
            _models(document.get("models", {})),
        ),
        section(
            "Old against new",
            *map(paragraph, document.get("verdicts", ())),
            _comparisons(document["comparisons"]),
        ),
        section("How sure, and how right", *_curves(details)),
        *[_detail(detail) for detail in details],
        section("Side by side", _side_by_side(document.get("side_by_side", ()))),
    )


def _figure(interval: Values, sign: str = "") -> Figures:
    low, high = interval["low"], interval["high"]
    if low is None or high is None or low == float("-inf"):
        return Figures(f"{interval['mean']:{sign}.1f} [no interval]")
    return Figures(f"{interval['mean']:{sign}.1f} [{low:{sign}.1f}, {high:{sign}.1f}]")


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


def _models(models: Mapping[str, str]) -> str:
    """Say where the readers are that go by a shorter name."""
    return facts({name: model for name, model in models.items() if name != model})


def _comparisons(comparisons: Sequence[Values]) -> str:
    if not comparisons:
        return ""
    rows = [
        [
            f"{one['second']} − {one['first']}",
            _figure(one["exact_match"]["interval"], "+"),
            _figure(one["f1"]["interval"], "+"),
            # p is never 0; so few digits must not make it look so.
            Figures("< 0.001" if one["f1"]["p"] < 0.001 else f"{one['f1']['p']:.3f}"),
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
            for part, of in THRESHOLD_LINES.items():
                thresholds[f"{name}, {of}"] = [
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
    return section(
        detail["name"],
        *parts,
        paragraph("Wrong answers, the surest first, each with its passage:"),
        examples,
    )


def _golds(golds: Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(golds)) or NO_ANSWER


def _example(example: Values) -> str:
    return (
        f"<details><summary>{escape(example['question_text'])} "
        f"<strong>{escape(example['given'] or NO_ANSWER)}</strong> {example['score']:.2f}, "
        f"gold: {escape(_golds(example['golds']))}</summary>\n"
        f"<p>{_passage(example)}</p></details>\n"
    )


def _passage(example: Values) -> str:
    """Return what stands around the answer, marked; where there is none, around a gold one."""
    context, span = example["context"], example["span"]
    if span:
        kind, start, end = "mark", span["start"], span["end"]
    else:
        gold = next((gold for gold in example["golds"] if gold in context), "")
        kind, start = "u", context.find(gold)
        end = start + len(gold)
    first, last = max(0, start - AROUND), min(len(context), end + AROUND)
    answer = f"<{kind}>{escape(context[start:end])}</{kind}>" if start < end else ""
    before = ("…" if first > 0 else "") + escape(context[first:start])
    after = escape(context[end:last]) + ("…" if last < len(context) else "")
    return f"{before}{answer}{after}"


def _side_by_side(rows: Sequence[Values]) -> str:
    if not rows:
        return ""
    names = list(rows[0]["answers"])
    return table(
        ["question", "gold", *names],
        [
            [
                row["question_text"],
                _golds(row["golds"]),
                *(row["answers"][name] or NO_ANSWER for name in names),
            ]
            for row in rows
        ],
    )
