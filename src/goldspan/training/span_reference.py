"""DPO's reference over spans: two log-probabilities a pair, checked once and kept with the run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import msgspec

from goldspan.errors import ReferenceMismatch
from goldspan.run.folder import RunFolder, write_json

FILE_NAME = "reference.json"
MARGIN_TOLERANCE = 1e-3
DEFINITION = 2
"""Of the log-probabilities (``span_policy``): 2 adds up all places of a span in all windows of its
text; 1, which the file did not name, took its first place among the windows of the pairs."""


@dataclass(frozen=True, slots=True)
class ReferenceLogps:
    """What the reference thinks of a pair's answers, nats."""

    chosen: float
    rejected: float


@dataclass(frozen=True, slots=True)
class Reference:
    """What a run's policy is held against.

    Args:
        name: the reader that the run started from.
        step0_margin: the largest implicit reward margin before the first step, in absolute value.
        logps: one a pair, in the order of the kept pairs.
        definition: of ``logps``.
    """

    name: str
    step0_margin: float
    logps: tuple[ReferenceLogps, ...]
    definition: int = 1


def reference_of(
    folder: RunFolder, policy_logps: Callable[[], Sequence[ReferenceLogps]], beta: float
) -> Reference:
    """Return a run's reference: from its folder, or from the policy before its first step.

    It is kept because after a resume the policy is no longer what it started as.

    Args:
        folder: of the run.
        policy_logps: computes the present policy's log-probabilities of all pairs.
        beta: of the run.

    Raises:
        ReferenceMismatch: if the policy, computed again, is not the reference, or the folder's
            reference is of another definition.
    """
    path = folder.root / FILE_NAME
    if not path.is_file():
        logps = policy_logps()
        margin = require_reference(policy_logps(), logps, beta, folder.spec.parent)
        made = Reference(folder.spec.parent, margin, tuple(logps), DEFINITION)
        write_json(path, asdict(made))
    reference = msgspec.json.decode(path.read_bytes(), type=Reference)
    if reference.definition != DEFINITION:
        raise ReferenceMismatch(
            f"{str(path)!r} should hold log-probabilities of definition {DEFINITION}, found "
            f"{reference.definition}: another version of Goldspan began this run and counted a "
            "span's places in several windows otherwise, so the run cannot go on here. Train "
            f"again from {folder.spec.parent!r} in a new folder",
            reference=reference.name,
            expected=DEFINITION,
            found=reference.definition,
        )
    return reference


def require_reference(
    policy: Sequence[ReferenceLogps],
    reference: Sequence[ReferenceLogps],
    beta: float,
    name: str,
) -> float:
    """Check that before the first step policy and reference are the same reader.

    Args:
        policy: the untrained policy's log-probabilities; at least one pair.
        reference: the reference's, of the same pairs.
        beta: of the run.
        name: the reference's, for the message.

    Returns:
        The largest implicit reward margin, in absolute value.

    Raises:
        ReferenceMismatch: if a margin is above 1e-3, or not a number.
    """
    margins = [
        abs(beta * ((p.chosen - r.chosen) - (p.rejected - r.rejected)))
        for p, r in zip(policy, reference, strict=True)
    ]
    worst = max(
        range(len(margins)),
        key=lambda pair: margins[pair] if math.isfinite(margins[pair]) else math.inf,
    )
    if not margins[worst] <= MARGIN_TOLERANCE:
        raise ReferenceMismatch(
            "before the first step every pair's reward margin should be 0 within "
            f"{MARGIN_TOLERANCE}, but pair {worst} has {margins[worst]:.4f}: the policy gives its "
            f"answers {policy[worst]}, the reference {name!r} gives {reference[worst]}. The "
            "reference has to be the reader that training starts from",
            pair=worst,
            margin=margins[worst],
            reference=name,
        )
    return margins[worst]


def against_reference(
    before: Sequence[ReferenceLogps], after: Sequence[ReferenceLogps], beta: float
) -> dict[str, float]:
    """Return what became of the pairs: means over them, log-probabilities in nats."""
    margins = [
        beta * ((b.chosen - a.chosen) - (b.rejected - a.rejected))
        for a, b in zip(before, after, strict=True)
    ]
    count = len(margins)
    return {
        "start_logps_chosen": sum(each.chosen for each in before) / count,
        "logps_chosen": sum(each.chosen for each in after) / count,
        "start_logps_rejected": sum(each.rejected for each in before) / count,
        "logps_rejected": sum(each.rejected for each in after) / count,
        "reward_accuracy": sum(margin > 0 for margin in margins) / count,
        "reward_margin": sum(margins) / count,
    }
