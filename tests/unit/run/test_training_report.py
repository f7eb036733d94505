"""What a training's page shows, and from which events its curves come."""

from goldspan.run.training_report import curves_of, training_page


def test_of_steps_that_came_twice_after_a_resume_the_later_ones_count() -> None:
    events = [
        {"kind": "started", "step": 0},
        {"kind": "step", "step": 1, "total_steps": 2, "loss": 3.0, "epoch": 0.5},
        {"kind": "step", "step": 2, "total_steps": 2, "loss": 9.0},
        {"kind": "step", "step": 2, "total_steps": 2, "loss": 1.0},
        {"kind": "held_out", "step": 2, "best": True, "f1": 0.5},
    ]
    assert curves_of(events) == {"loss": [(1, 3.0), (2, 1.0)], "held_out/f1": [(2, 0.5)]}


def test_the_page_shows_scores_curves_samples_and_warnings() -> None:
    made = training_page(
        {
            "id": "first",
            "command": "dpo",
            "reader": "generative",
            "parent": "runs/sft",
            "rows": {"given": 9, "kept": 8, "dropped": {"too long": 1}, "windows": 8},
            "settings": {"beta": 0.1},
            "template": {"prompt": "Q {question}", "completion": " {answer}"},
            "steps": 2,
            "seconds": 1.0,
            "final_loss": 0.5,
            "curves": {"loss": [[1, 0.7], [2, 0.5]], "logps/chosen": [[1, -3.0], [2, -2.0]]},
            "evaluation": {
                "exact_match": {"mean": 50.0, "low": 40.0, "high": 60.0},
                "f1": {"mean": 62.5, "low": 50.0, "high": 70.0},
                "questions": 12,
                "clusters_by": "article",
                "samples": [{"question": "Who?", "completions": ["Ada"]}],
                "warnings": ["it never stops"],
            },
        }
    )
    for text in ("62.5", "it never stops", "Ada", "too long 1", "Q {question}", "preferred"):
        assert text in made
    assert made.count("<svg") == 2


def test_what_became_of_the_pairs_is_shown_in_words() -> None:
    report = {
        "id": "first",
        "command": "dpo",
        "reader": "span",
        "parent": "runs/sft",
        "rows": {"given": 9, "kept": 9, "dropped": {}, "windows": 9},
        "settings": {},
        "steps": 2,
        "seconds": 1.0,
        "final_loss": 0.5,
    }
    preferences = {
        "start_logps_chosen": -2.7264,
        "logps_chosen": -1.677,
        "start_logps_rejected": -3.5,
        "logps_rejected": -3.1,
        "reward_accuracy": 0.5372,
        "reward_margin": 0.06,
    }
    made = training_page({**report, "evaluation": {"preferences": preferences}})
    assert "mean log-probability of the preferred answers, nats" in made
    assert "-2.726 before, -1.677 after" in made
    assert "0.5372" in made


def test_the_page_shows_what_the_held_out_questions_taught() -> None:
    report = {
        "id": "first",
        "command": "dpo",
        "reader": "span",
        "parent": "runs/sft",
        "rows": {"given": 9, "kept": 9, "dropped": {}, "windows": 9},
        "settings": {},
        "steps": 2,
        "seconds": 1.0,
        "final_loss": 0.5,
    }
    tuning = {
        "questions": 120,
        "temperature": 0.834,
        "ece_before": 0.21,
        "ece_after": 0.05,
        "no_answer_threshold": 0.42,
        "no_answer_scale": 0.5,
        "no_answer_offset": -1.25,
        "silence_ece_before": 0.3,
        "silence_ece_after": 0.04,
        "f1_at_threshold": 61.0,
    }
    made = training_page({**report, "evaluation": {"tuning": tuning}})
    for text in ("from 120 questions", "0.834", "0.210 before, 0.050 after", "0.42", "-1.25 nats"):
        assert text in made
    kept = training_page({**report, "evaluation": {"tuning": {**tuning, "f1_at_threshold": None}}})
    assert "0.834" in kept
    assert "silent above" not in kept
    assert "taught the reader" not in training_page(report)
