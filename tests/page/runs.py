"""Run folders with what a training writes into them, for the page to show."""

from typing import Any

from tests.api.talk import new_name

from goldspan.run.folder import RunFolder, RunSpec, now, write_json
from goldspan.run.training_report import curves_of
from goldspan.server.serve import RunningServer

SETTINGS = {"beta": 0.1, "learning_rate": 1e-6, "max_steps": 50}


def begun(
    server: RunningServer, name: str | None = None, parent: str = "runs/sft/model"
) -> RunFolder:
    """Make the folder of a DPO run that has begun, where the server looks for runs."""
    name = name or new_name("dpo")
    spec = RunSpec(
        id=name,
        command="dpo",
        reader="generative",
        parent=parent,
        data_hash="0" * 64,
        rows=200,
        seed=1,
        settings=SETTINGS,
        created_at=now(),
    )
    run = RunFolder.create(server.home.parent / "runs" / name, spec)
    run.event("started", step=0, total_steps=50)
    return run


def step(run: RunFolder, number: int, loss: float) -> None:
    """Append what is known of a step, and how the held-out questions stand then."""
    logps = {"logps/chosen": -10 + number / 20, "logps/rejected": -10 - number / 30}
    accuracies = {"rewards/accuracies": min(1.0, 0.5 + number / 100)}
    run.event("step", step=number, total_steps=50, loss=loss, **logps, **accuracies)
    scores = {"exact_match": 0.5 + number / 200, "f1": 0.6 + number / 200}
    run.event("held_out", step=number, loss=loss + 1, **scores)


def ended(run: RunFolder, **more: Any) -> RunFolder:
    """Let a run end: ten steps, a report."""
    for number in range(5, 51, 5):
        step(run, number, 0.7 / (1 + number / 20))
    interval = {"mean": 61.2, "low": 55.1, "high": 67.4}
    evaluation = {
        "questions": 240,
        "clusters_by": "passage",
        "exact_match": interval,
        "f1": {"mean": 70.5, "low": 65.8, "high": 75.2},
        "samples": [{"question": "Which country?", "completions": ["Brazil"]}],
    }
    report = {
        "id": run.spec.id,
        "command": run.spec.command,
        "reader": run.spec.reader,
        "parent": run.spec.parent,
        "rows": {"given": 200, "kept": 198, "dropped": {"too long": 2}},
        "settings": SETTINGS,
        "template": None,
        "steps": 50,
        "best_step": None,
        "seconds": 81.5,
        "final_loss": 0.2,
        "evaluation": evaluation,
        "curves": curves_of(run.events()),
        **more,
    }
    run.write_report(report)
    run.event("finished", steps=50, seconds=81.5, final_loss=0.2)
    return run


def run_of(server: RunningServer) -> RunFolder:
    """Make the folder of a run that has ended."""
    return ended(begun(server))


def evaluation(server: RunningServer, name: str, reader: str = "mini") -> None:
    """Write what ``goldspan evaluate --output`` writes among the runs."""
    score = {"mean": 61.2, "low": 55.1, "high": 67.4}
    report = {
        "name": reader,
        "questions": 240,
        "version": 1,
        "clusters_by": "passage",
        "exact_match": score,
        "f1": {"mean": 70.5, "low": 65.8, "high": 75.2},
    }
    row = {"question_text": reader, "golds": [reader], "answers": {reader: reader}}
    document = {"reports": [report], "comparisons": [], "side_by_side": [row]}
    write_json(server.home.parent / "runs" / f"{name}.json", document)
