"""What the proof tries: places, arms, and the sweep that every arm gets."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.proof_parts.annotators import Kind
from benchmarks.proof_parts.options import Options
from benchmarks.proof_parts.training import Recipe

# Of every arm a sweep of six on C, over the same range of learning rates: SFT tries six of them,
# DPO three, each with two anchors.
SFT_SWEEP = tuple(Recipe(lr) for lr in (4e-5, 7e-5, 1.2e-4, 2.2e-4, 4e-4, 7e-4))
DPO_SWEEP = tuple(Recipe(lr, 0.5, anchor) for lr in (4e-5, 1.7e-4, 7e-4) for anchor in (1.0, 0.3))
# Upper layers alone want higher ones. Four of each, the same; of the two anchors, which were equal
# in the whole size, the one that leaves the preference more.
UPPER_RATES = (1.2e-4, 4e-4, 7e-4, 1.2e-3)
UPPER_SFT_SWEEP = tuple(Recipe(lr) for lr in UPPER_RATES)
UPPER_DPO_SWEEP = tuple(Recipe(lr, 0.5, 0.3) for lr in UPPER_RATES)
# How far DPO can be pushed where nothing but the annotators' taste counts, and SFT as far.
WIDE_SFT_SWEEP = tuple(Recipe(lr) for lr in (2.2e-4, 4e-4, 7e-4, 1.2e-3, 2e-3, 3e-3))
WIDE_DPO_SWEEP = (
    *(Recipe(4e-4, beta, anchor) for beta, anchor in ((0.5, 0.1), (1.0, 0.1), (2.0, 0.1))),
    *(Recipe(4e-4, beta, 0.3) for beta in (0.5, 1.0, 2.0)),
)


@dataclass(frozen=True)
class Arm:
    """One way to train on judgements: its stages, one after the other.

    Args:
        stages: of each (loss ``sft`` or ``dpo``, field of ``Judged``).
        smoothed: whether DPO takes the annotators' agreement as label smoothing.
        tuned_as: whose recipes its stages take, arms' names; empty for its own.
        recipe: fixed beforehand, not tuned.
    """

    stages: tuple[tuple[str, str], ...]
    smoothed: bool = True
    tuned_as: tuple[str, ...] = ()
    recipe: Recipe | None = None


ARMS = {
    "SFT gold": Arm((("sft", "marked"),)),
    "SFT chosen": Arm((("sft", "chosen"),)),
    "SFT chosen+corrections": Arm((("sft", "corrected"),)),
    "DPO": Arm((("dpo", "pairs"),)),
    "DPO+corrections": Arm((("dpo", "pairs_corrected"),)),
    "DPO without smoothing": Arm((("dpo", "pairs"),), smoothed=False),
    "SFT chosen twice": Arm(
        (("sft", "chosen"), ("sft", "chosen")), tuned_as=("SFT chosen", "SFT chosen")
    ),
    "SFT chosen, then DPO": Arm(
        (("sft", "chosen"), ("dpo", "pairs")), tuned_as=("SFT chosen", "DPO")
    ),
    "DPO without anchor": Arm((("dpo", "pairs"),), recipe=Recipe(1.2e-4, 0.5, 0.0)),
}
ONE_STAGE = ("SFT gold", "SFT chosen", "SFT chosen+corrections", "DPO", "DPO+corrections")


EXACT = Kind()


@dataclass(frozen=True)
class Place:
    """Where a judgement might be worth something.

    Args:
        base: the reader before: ``weak``, ``strong`` or ``abstaining``.
        arms: names of arms.
        sizes: numbers of judged questions.
        kind: the annotators.
        sets: judged, tuning and test set.
        k: candidates a question.
        among: they are drawn at random from the best so many; 0 takes the best k.
        order: which questions of the pool are judged first: ``random``, ``unsure`` (the least
            probable best span) or ``gap`` (the least distance of the two best spans).
        tuned_in: the place whose recipes are taken; "" tunes here.
        metric: what tuning maximises: ``f1``, or ``style`` (the annotators' own choice, exactly).
        wide: whether DPO's sweep is over how hard it pushes, not over learning rates.
    """

    base: str
    arms: tuple[str, ...]
    sizes: tuple[int, ...]
    kind: Kind = EXACT
    sets: tuple[str, str, str] = ("B", "C", "dev")
    k: int = 4
    among: int = 0
    order: str = "random"
    tuned_in: str = ""
    metric: str = "f1"
    wide: bool = False


_SAME = ("SFT gold", "SFT chosen", "DPO")
PLACES = {
    "main": Place("weak", ONE_STAGE, (100, 300, 1000, 2500, 5000)),
    "two passes": Place(
        "weak", ("SFT chosen twice", "SFT chosen, then DPO"), (1000, 5000), tuned_in="main"
    ),
    "full phrases": Place("weak", _SAME, (300, 1000, 2500), Kind(taste="full"), metric="style"),
    "full phrases, wide sweep": Place(
        "weak",
        ("SFT chosen", "DPO"),
        (1000,),
        Kind(taste="full"),
        metric="style",
        wide=True,
    ),
    "short phrases": Place("weak", _SAME, (300, 1000, 2500), Kind(taste="short"), metric="style"),
    "abstention": Place("abstaining", _SAME, (300, 2500), sets=("B2", "C2", "dev2")),
    "noise 25 %": Place("weak", _SAME, (1000, 2500), Kind(noise=0.25)),
    "three people, noise 25 %": Place(
        "weak",
        ("SFT chosen", "DPO", "DPO without smoothing"),
        (1000, 2500),
        Kind(noise=0.25, people=3),
    ),
    "strong reader, hard negatives": Place(
        "strong",
        ("SFT gold", "SFT chosen", "DPO", "DPO+corrections"),
        (2500,),
        k=8,
        order="unsure",
    ),
    "two at random of eight": Place("weak", _SAME, (1000,), k=2, among=8),
    "noise 10 %": Place("weak", _SAME, (1000, 2500), Kind(noise=0.10)),
    "Spanish": Place("strong", _SAME, (500,), sets=("B-es", "C-es", "dev-es")),
    "no anchor": Place("weak", ("DPO without anchor",), (300, 2500), tuned_in="main"),
    "unsure first": Place("weak", ("SFT chosen",), (300, 1000), order="unsure", tuned_in="main"),
    "small gap first": Place("weak", ("SFT chosen",), (300, 1000), order="gap", tuned_in="main"),
    "two candidates": Place("weak", ("SFT chosen", "DPO"), (1000,), k=2, tuned_in="main"),
    "eight candidates": Place("weak", ("SFT chosen", "DPO"), (1000,), k=8, tuned_in="main"),
}
POOL = 10_000
"""Questions of a seed's pool at most, from which orders choose."""


def sizes(place: Place, options: Options, most: int) -> list[int]:
    """Return a place's numbers of judgements, scaled and within what there is."""
    wanted = options.judgements or place.sizes
    scaled = {max(16, round(n * options.scale)) for n in wanted}
    return sorted({min(n, most) for n in scaled})


def sweep(loss: str, options: Options, place: Place) -> tuple[Recipe, ...]:
    """Return the recipes that an arm of this loss tries on C."""
    if place.wide:
        return WIDE_SFT_SWEEP if loss == "sft" else WIDE_DPO_SWEEP
    if options.trained_layers:
        return UPPER_SFT_SWEEP if loss == "sft" else UPPER_DPO_SWEEP
    return SFT_SWEEP if loss == "sft" else DPO_SWEEP
