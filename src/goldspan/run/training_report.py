"""A training's report as a page: what was done, what came of it, and its curves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from goldspan.run.html import chart, charts, facts, page, paragraph, section, table, verbatim

CHARTS: Mapping[str, Mapping[str, str]] = {
    "Loss": {"loss": "training", "held_out/loss": "held out, nats a token"},
    "Held-out questions, 0 to 1": {"held_out/f1": "F1", "held_out/exact_match": "exact match"},
    "Reward accuracy, 0 to 1": {
        "rewards/accuracies": "training",
        "accuracy": "reward model, training",
        "held_out/accuracy": "held out",
    },
    "Reward margin": {"rewards/margins": "mean margin", "margin": "reward model"},
    "Log-probability of the answers, nats": {
        "logps/chosen": "preferred",
        "logps/rejected": "rejected",
    },
    "Tokens": {"num_tokens": "of all rows", "num_tokens_computed": "computed"},
    "Learning rate": {"learning_rate": "learning rate"},
    "Gradient norm": {"grad_norm": "before clipping"},
}
"""Charts, and which curves are in them under which name."""

Curves = Mapping[str, Sequence[tuple[float, float]]]


def curves_of(events: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[int, float]]]:
    """Collect what a run's events say of each step.

    After a resume the steps since the last checkpoint come again; the later ones count.

    Returns:
        name to points (step, value); figures of held-out questions begin with ``held_out/``.
    """
    found: dict[str, dict[int, float]] = {}
    for event in events:
        if event["kind"] not in ("step", "held_out"):
            continue
        prefix = "held_out/" if event["kind"] == "held_out" else ""
        for name, value in event.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if number and name not in ("step", "total_steps", "epoch"):
                found.setdefault(prefix + name, {})[event["step"]] = float(value)
    return {name: sorted(points.items()) for name, points in found.items()}


def training_page(report: Mapping[str, Any]) -> str:
    """Return a training's page, from what its ``report.json`` holds."""
    evaluation = report.get("evaluation") or {}
    return page(
        f"Training {report['id']}",
        *[paragraph(message, "warning") for message in evaluation.get("warnings", ())],
        section("What was done", facts(_done(report))),
        section("What came of it", _scores(evaluation), facts(_preferences(evaluation))),
        section("What the held-out questions taught the reader", _taught(evaluation.get("tuning"))),
        section("Curves", _charts(report.get("curves", {}))),
        section("Five questions to the saved model", _samples(evaluation.get("samples", ()))),
        section("Prompt", _prompt(report.get("template"))),
        section("Settings", facts(report["settings"])),
    )


def _done(report: Mapping[str, Any]) -> dict[str, object]:
    rows = report["rows"]
    done: dict[str, object] = {
        "command": f"{report['reader']} reader, {report['command']}",
        "started from": report["parent"],
        "rows": f"{rows['kept']} of {rows['given']}",
        "left out": rows["dropped"],
        "steps": report["steps"],
        "seconds": float(report["seconds"]),
        "last loss": report["final_loss"],
    }
    optional = {
        "best_step": "best step, which was kept",
        "trained": "numbers",
        "prefixes_shared": "prefixes shared",
        "why_prefixes_not_shared": "why not",
        "start_margins": "reward margins before the first step",
        "annotators": "annotators",
    }
    return done | {
        title: report[name] for name, title in optional.items() if report.get(name) is not None
    }


def _scores(evaluation: Mapping[str, Any]) -> str:
    if not isinstance(evaluation.get("exact_match"), Mapping):
        return ""
    rows = [
        [title, *(round(evaluation[name][key], 1) for key in ("mean", "low", "high"))]
        for name, title in (("exact_match", "exact match"), ("f1", "F1"))
    ]
    intervals = f"95 % intervals by {evaluation.get('clusters_by', 'passage')}"
    return paragraph(
        f"On {evaluation.get('questions', 0)} held-out questions, in percent; {intervals}."
    ) + table(["measure", "mean", "low", "high"], rows)


def _preferences(evaluation: Mapping[str, Any]) -> dict[str, object]:
    found = evaluation.get("preferences")
    if not found:
        return {}
    return {
        f"mean log-probability of the {name} answers, nats": f"{found[f'start_logps_{key}']:.3f} "
        f"before, {found[f'logps_{key}']:.3f} after"
        for name, key in (("preferred", "chosen"), ("rejected", "rejected"))
    } | {
        "reward accuracy, 0 to 1": float(found["reward_accuracy"]),
        "mean reward margin": float(found["reward_margin"]),
    }


def _taught(tuning: Mapping[str, Any] | None) -> str:
    if not tuning:
        return ""
    learnt: dict[str, object] = {
        "temperature of spans": float(tuning["temperature"]),
        "their calibration error": _before_and_after(tuning, "ece"),
    }
    if tuning["f1_at_threshold"] is not None:
        learnt |= {
            "silent above a probability of": float(tuning["no_answer_threshold"]),
            "scale and offset of that": f"{tuning['no_answer_scale']:.3g}, "
            f"{tuning['no_answer_offset']:+.3g} nats",
            "its calibration error": _before_and_after(tuning, "silence_ece"),
        }
    return paragraph(
        f"Saved with the model, from {tuning['questions']} questions. The calibration errors, 0 to "
        "1, are measured on these same questions."
    ) + facts(learnt)


def _before_and_after(tuning: Mapping[str, Any], name: str) -> str:
    return f"{tuning[f'{name}_before']:.3f} before, {tuning[f'{name}_after']:.3f} after"


def _charts(curves: Curves) -> str:
    return charts(
        *(
            chart(title, {name: curves[key] for key, name in names.items() if key in curves})
            for title, names in CHARTS.items()
        )
    )


def _samples(samples: Sequence[Mapping[str, Any]]) -> str:
    if not samples:
        return ""
    return table(
        ["question", "answer"],
        [[each["question"], " | ".join(each["completions"])] for each in samples],
    )


def _prompt(template: Mapping[str, str] | None) -> str:
    return verbatim(f"{template['prompt']}{template['completion']}") if template else ""
