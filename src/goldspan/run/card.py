"""A model's card: how it was made and what it scored, for whoever is handed the folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldspan.run.folder import RunFolder

OBJECTIVES = {
    ("span", "sft"): "marks answers in a passage; trained on demonstrations",
    ("span", "dpo"): "marks answers in a passage; trained on preferences between answers",
    ("generative", "sft"): "writes answers to questions about a passage; trained on demonstrations",
    ("generative", "dpo"): "writes answers to questions about a passage; trained on preferences",
    ("generative", "kto"): "writes answers to questions about a passage; trained on verdicts",
    ("generative", "reward"): "scores answers to questions about a passage; trained on preferences",
}


def model_card(name: str, folder: RunFolder) -> str:
    """Return a model card in markdown, with the front matter that model hubs read.

    Args:
        name: the model's name.
        folder: a run that has ended.
    """
    spec, report = folder.spec, folder.report()
    tag = "question-answering" if spec.reader == "span" else "text-generation"
    settings = "\n".join(f"- {key}: `{value}`" for key, value in spec.settings.items())
    versions = ", ".join(f"{package} {version}" for package, version in spec.versions.items())
    parts = [
        "---\nlibrary_name: transformers\n"
        f"pipeline_tag: {tag}\ntags: [goldspan, {spec.command}]\n---",
        f"# {name}",
        f"A model that {OBJECTIVES[spec.reader, spec.command]}. It starts from `{spec.parent}`.",
        f"## Data\n\n{_rows(report['rows'])} SHA-256 of the rows: `{spec.data_hash}`."
        + _annotators(report.get("annotators")),
        _scores(report.get("evaluation") or {}),
        _template(spec.template),
        f"## Training\n\nMade {spec.created_at} with {versions}.\n\n{settings}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_card(folder: RunFolder) -> None:
    """Write the card beside a run's model, as ``README.md``."""
    card = model_card(folder.spec.id, folder)
    (folder.model_dir / "README.md").write_text(card, encoding="utf-8")


def _annotators(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    return (
        f" {found['annotators']} annotators judged; {found['judged_by_several']} rows were judged "
        f"by more than one, whose mean agreement is {found['agreement']:.2f}."
        if found["judged_by_several"]
        else f" {found['annotators']} annotators judged, each row by one."
    )


def _rows(rows: Mapping[str, Any]) -> str:
    dropped = "".join(f" Left out: {n} ({reason})." for reason, n in rows["dropped"].items())
    return f"{rows['kept']} of {rows['given']} rows were trained on.{dropped}"


def _scores(evaluation: Mapping[str, Any]) -> str:
    if "exact_match" not in evaluation:
        return "## Scores\n\nNot measured on held-out questions."
    lines = [
        f"| {title} | {value['mean']:.1f} | {value['low']:.1f} to {value['high']:.1f} |"
        for title, value in (("exact match", evaluation["exact_match"]), ("F1", evaluation["f1"]))
    ]
    return (
        f"## Scores\n\nOn {evaluation['questions']} held-out questions, in percent, with 95 % "
        f"intervals by {evaluation['clusters_by']}.\n\n"
        "| measure | mean | interval |\n|---|---|---|\n" + "\n".join(lines)
    )


def _template(template: Mapping[str, str] | None) -> str:
    if not template:
        return ""
    return f"## Prompt\n\n```\n{template['prompt']}{template['completion']}\n```"
