"""What a demo found: scores, comparisons, the verdict, and everything they were made with."""

from __future__ import annotations

import os
import platform
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from goldspan.demo.loop import Demo
from goldspan.demo.verdict import verdict
from goldspan.domain.demonstration import Demonstration
from goldspan.domain.squad_version import version_for
from goldspan.evaluation.baseline import most_frequent_answer
from goldspan.evaluation.detail import Prediction
from goldspan.evaluation.document import evaluation_document
from goldspan.evaluation.report import Comparison, EvaluationReport, compare, summarise
from goldspan.evaluation.squad import exact_match, score
from goldspan.evaluation.text import as_text, describe
from goldspan.formats.squad import write_squad
from goldspan.run.evaluation_page import evaluation_page
from goldspan.run.folder import now, write_json, write_text

BASELINE, SFT, DPO = "most frequent answer", "SFT", "DPO"
SIMULATED = (
    "The annotators are simulated: answers are the known gold answers, and the candidate with the "
    "higher token F1 against gold is preferred, equal ones tie; with a probability of {noise:g} a "
    "judgement is turned round. Figures from people will differ."
)


MORE_DATA = (
    "DPO learned from {judged} further questions, so its difference from SFT is that of more "
    "judgements, not that of one method over the other."
)


@dataclass(frozen=True, slots=True)
class DemoReport:
    """A demo's figures.

    Args:
        scores: one report a reader: baseline, beginning, SFT, DPO.
        comparisons: SFT with what comes before it, then DPO with SFT.
        verdict: the one sentence that follows from the comparisons.
        simulated: says who judged.
        more_data: says what DPO had that SFT had not.
        predictions: what each reader answered, by question.
    """

    scores: list[EvaluationReport]
    comparisons: list[Comparison]
    verdict: str
    simulated: str
    more_data: str
    predictions: dict[str, dict[str, str]]

    def as_text(self) -> str:
        """Return the table, the comparisons and the verdict."""
        differences = "\n".join(describe(comparison) for comparison in self.comparisons)
        notes = f"{self.simulated}\n{self.more_data}"
        return "\n\n".join([as_text(self.scores), differences, notes, self.verdict])


def measure(demo: Demo) -> DemoReport:
    """Score what a demo's readers answered, and compare them."""
    questions = demo.questions
    version = version_for(questions.held_out)
    common = most_frequent_answer(questions.training)
    beginning = demo.beginning.name
    said = {BASELINE: {one.id: common for one in questions.held_out}, **demo.predictions()}
    scores = {name: score(questions.held_out, answers, version) for name, answers in said.items()}
    comparisons = [
        compare(scores[first], scores[second], names=(first, second))
        for first, second in ((beginning, SFT), (BASELINE, SFT), (SFT, DPO))
    ]
    return DemoReport(
        scores=[summarise(of, version=version, name=name) for name, of in scores.items()],
        comparisons=comparisons,
        verdict=verdict(comparisons[:2], comparisons[2]),
        simulated=SIMULATED.format(noise=demo.options.noise),
        more_data=MORE_DATA.format(judged=len(questions.judged)),
        predictions=said,
    )


def write_report(demo: Demo, report: DemoReport) -> Path:
    """Write ``report.json``, its page, the questions as SQuAD files and a passage to ask about."""
    output = demo.options.output
    output.mkdir(parents=True, exist_ok=True)
    questions = demo.questions
    for name in ("answered", "judged", "held_out"):
        write_squad(output / f"{name}.json", getattr(questions, name))
    (output / "passage.txt").write_text(_example(demo).context + "\n", encoding="utf-8")
    path = output / "report.json"
    stages = {
        name: {key: value for key, value in found.items() if key != "predictions"}
        for name, found in demo.state.stages.items()
    }
    written: dict[str, Any] = {
        "made_at": now(),
        "machine": machine(),
        "home": str(demo.options.home),
        "options": demo.options.shaping(),
        "questions": {
            "described": questions.described,
            "answered": len(questions.answered),
            "judged": len(questions.judged),
            "held_out": len(questions.held_out),
            "held_out_articles": len({one.cluster for one in questions.held_out}),
        },
        "simulated": report.simulated,
        "more_data": report.more_data,
        "stages": stages,
        "scores": [asdict(one) for one in report.scores],
        "comparisons": [asdict(one) for one in report.comparisons],
        "verdict": report.verdict,
        "predictions": demo.predictions(),
    }
    write_json(path, written)
    write_text(output / "report.html", _page(demo, report))
    return path


def _page(demo: Demo, report: DemoReport) -> str:
    """Return the report as a page that stands alone, with every answer that readers differ on."""
    predictions = {
        name: {id: Prediction(text, 1.0) for id, text in said.items()}
        for name, said in report.predictions.items()
    }
    document = evaluation_document(demo.questions.held_out, predictions, detailed={})
    document["notes"] = [report.simulated, report.more_data, *document["notes"]]
    plain: dict[str, Any] = msgspec.to_builtins(document)
    return evaluation_page(plain)


def machine() -> dict[str, Any]:
    """Say what the demo ran on, as far as it shapes its time."""
    available = getattr(os, "sched_getaffinity", None)
    cores = len(available(0)) if available else os.cpu_count()
    return {"cores": cores, "system": platform.platform(), "python": platform.python_version()}


def farewell(demo: Demo, program: str) -> str:
    """Return how to look at the demo's home, and one question that can be asked at once.

    Args:
        demo: one that has ended.
        program: how the command line is called on this machine.
    """
    output, home = demo.options.output, demo.options.home
    program = shlex.quote(program)
    ask = [
        "ask",
        "--model",
        str(demo.runs / "dpo"),
        "--context",
        str(output / "passage.txt"),
        _example(demo).question_text,
    ]
    return (
        f"To look at its home: GOLDSPAN_HOME={shlex.quote(str(home))} {program} serve\n"
        f"To ask the reader:   {program} {shlex.join(ask)}"
    )


def _example(demo: Demo) -> Demonstration:
    """Return the question to ask: the first that the last reader answered exactly, if any."""
    said = demo.predictions()[DPO]
    questions = demo.questions.held_out
    right = (
        one for one in questions if one.answerable and exact_match(said[one.id], one.gold_texts)
    )
    return next(right, questions[0])
