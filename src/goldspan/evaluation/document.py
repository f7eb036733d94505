"""Everything that is reported of some readers' answers, as the files hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from goldspan.domain.demonstration import Demonstration
from goldspan.domain.normalise import normalise_answer
from goldspan.domain.squad_version import SquadVersion, version_for
from goldspan.evaluation.detail import Prediction, ProbeResult, take_apart
from goldspan.evaluation.report import compare, summarise
from goldspan.evaluation.squad import score
from goldspan.evaluation.text import notes, verdict

CHANGED = 50
"""Questions on which readers differ that are shown side by side."""


def evaluation_document(
    questions: Sequence[Demonstration],
    predictions: Mapping[str, Mapping[str, Prediction]],
    *,
    version: SquadVersion | None = None,
    detailed: Mapping[str, Sequence[ProbeResult]] | None = None,
    models: Mapping[str, str] | None = None,
    left_out: int = 0,
) -> dict[str, Any]:
    """Score readers, and compare each with those before it.

    ``msgspec.json.encode`` of it is what ``goldspan evaluate --output`` writes;
    ``evaluation_page`` makes a page of its ``msgspec.to_builtins``.

    Args:
        questions: with gold answers.
        predictions: by reader, in the order of comparison, one for each id.
        version: whose rules; None takes v2.0 where a question has no answer.
        detailed: readers to take apart, each with the results of its probes; None takes all apart,
            without probes.
        models: where the readers are, by their names.
        left_out: faulty rows of the data that are not among the questions.

    Returns:
        ``models``, ``left_out``, ``reports``, ``notes``, ``comparisons``, ``verdicts``,
        ``details``, ``predictions`` (texts) and ``side_by_side``.
    """
    version = version or version_for(questions)
    if detailed is None:
        detailed = {name: () for name in predictions}
    texts = {name: {id: p.text for id, p in of.items()} for name, of in predictions.items()}
    scores = {name: score(questions, said, version) for name, said in texts.items()}
    reports = [summarise(of, version=version, name=name) for name, of in scores.items()]
    comparisons = [
        compare(scores[first], scores[second], names=(first, second))
        for first, second in combinations(scores, 2)
    ]
    return {
        "models": dict(models or {}),
        "left_out": left_out,
        "reports": reports,
        "notes": notes(reports, left_out),
        "comparisons": comparisons,
        "verdicts": [verdict(comparison) for comparison in comparisons],
        "details": [
            take_apart(questions, predictions[name], version=version, name=name, probes=probes)
            for name, probes in detailed.items()
        ],
        "predictions": texts,
        "side_by_side": _side_by_side(questions, texts),
    }


def _side_by_side(
    questions: Sequence[Demonstration], texts: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Return the first questions that the readers answer differently."""
    rows = []
    for d in questions:
        answers = {name: said[d.id] for name, said in texts.items()}
        if len({normalise_answer(text) for text in answers.values()}) > 1:
            golds = [answer.text for answer in d.answers]
            rows.append({"question_text": d.question_text, "golds": golds, "answers": answers})
    return rows[:CHANGED]
