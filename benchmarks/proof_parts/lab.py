"""Carries the plan out: first readers, judgements, tuning, final runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from benchmarks.proof_parts.judging import Judging
from benchmarks.proof_parts.measuring import Measuring
from benchmarks.proof_parts.options import Options, OutOfTime
from benchmarks.proof_parts.plan import ARMS, PLACES, Arm, Place, sizes, sweep
from benchmarks.proof_parts.readers import BATCH, Readers
from benchmarks.proof_parts.results import Results, new_row
from benchmarks.proof_parts.speed import speed
from benchmarks.proof_parts.teaching import pairs_of, targets_of
from benchmarks.proof_parts.texts import Texts
from benchmarks.proof_parts.training import Recipe, dpo, sft


@dataclass(frozen=True)
class Member:
    """One run of a stack."""

    seed: int
    arm: str
    recipes: tuple[Recipe, ...]


class Lab:
    """Everything that stays loaded.

    Args:
        texts: the questions.
        pool: processes that hold the texts.
        results: where rows go.
        options: how much is done.
        deadline: ``time.monotonic()`` after which nothing begins.
        say: gets a line of progress.
    """

    def __init__(
        self,
        texts: Texts,
        pool: ProcessPoolExecutor,
        results: Results,
        options: Options,
        deadline: float,
        say: Callable[[str], None],
    ) -> None:
        self._results, self._options, self._deadline, self._say = results, options, deadline, say
        self._readers = Readers(texts, pool, options, say, self._on_step)
        self._judging = Judging(texts, pool, options, self._readers, say)
        self._measuring = Measuring(texts, pool, self._readers, self._judging, results)
        self.steps = 0

    def _on_step(self) -> None:
        self.steps += 1
        if time.monotonic() > self._deadline:
            raise OutOfTime

    def speed(self) -> dict[str, float]:
        """Measure how fast readers train and read."""
        return speed(self._readers, self._options, self._on_step)

    def close(self) -> None:
        """Write the rows that still wait for their scores."""
        self._measuring.collect(wait=True)

    def sizes(self, place: Place) -> list[int]:
        """Return the place's numbers of judgements, within what there is."""
        return sizes(place, self._options, len(self._judging.usable(place.sets[0])))

    def run(self, name: str) -> None:
        """Try one place: first readers, judgements, tuning, final runs."""
        place = PLACES[name]
        seeds = range(self._options.seeds)
        arms = [arm for arm in place.arms if arm in self._options.arms]
        if not arms:
            return
        self._readers.prepare(place.base, seeds)
        self._judging.prepare(name, list(seeds))
        if not place.tuned_in:
            self._before(name, place, list(seeds))
            self._tune(name, place, arms)
        for n in self.sizes(place):
            members = [
                Member(seed, arm, recipes)
                for arm in arms
                if (recipes := self._recipes(name, place, ARMS[arm], arm, n))
                for seed in seeds
            ]
            self._runs(name, place, n, members, "dev")
        self._measuring.collect(wait=True)

    def _before(self, name: str, place: Place, seeds: Sequence[int]) -> None:
        """Measure the readers that a place starts from."""
        rows = [new_row(name, "before", 0, seed, "dev", ()) for seed in seeds]
        if any(row["key"] not in self._results.rows for row in rows):
            different = list({self._options.base_of(seed): seed for seed in seeds}.values())
            self._measuring.measure(place, self._readers.stack(place.base, different), rows)

    def tune_sizes(self, place: Place) -> list[int]:
        """Return the numbers of judgements at which recipes are tuned: a small and a large one."""
        each = self.sizes(place)
        border = 300 * self._options.scale
        small, large = [n for n in each if n <= border], [n for n in each if n > border]
        return [*small[-1:], *large[max(0, len(large) - 2) :][:1]]

    def _tune(self, name: str, place: Place, arms: Sequence[str]) -> None:
        for n in self.tune_sizes(place):
            members = []
            for arm in arms:
                ((loss, _),) = ARMS[arm].stages
                for recipe in sweep(loss, self._options, place):
                    for seed in range(self._options.tune_seeds):
                        members.append(Member(seed, arm, (recipe,)))
            self._runs(name, place, n, members, "tune")
        self._measuring.collect(wait=True)

    def _recipes(self, name: str, place: Place, arm: Arm, label: str, n: int) -> tuple[Recipe, ...]:
        """Return each stage's recipe: the best on C at the nearest tuned number of judgements."""
        if arm.recipe:
            return (arm.recipe,)
        tuned = place.tuned_in or name
        nearest = min(self.tune_sizes(PLACES[tuned]), key=lambda each: abs(np.log(each / n)))
        found = []
        for one in arm.tuned_as or (label,):
            scores: dict[Recipe, list[float]] = {}
            for row in self._results.rows.values():
                if (row["place"], row["arm"], row["n"], row["split"]) == (
                    tuned,
                    one,
                    nearest,
                    "tune",
                ):
                    recipe = Recipe(**row["recipes"][0])
                    scores.setdefault(recipe, []).append(row[PLACES[tuned].metric])
            if not scores:
                return ()
            found.append(max(scores, key=lambda each: float(np.mean(scores[each]))))
        return tuple(found)

    def _runs(self, name: str, place: Place, n: int, members: Sequence[Member], split: str) -> None:
        members = [m for m in members if self._key(name, m, n, split) not in self._results.rows]
        by_kind: dict[Any, list[Member]] = {}
        for member in members:
            stages = tuple(loss for loss, _ in ARMS[member.arm].stages)
            by_kind.setdefault(stages, []).append(member)
        for same in by_kind.values():
            for first in range(0, len(same), self._options.stack):
                self._one_stack(name, place, n, same[first : first + self._options.stack], split)

    def _key(self, name: str, member: Member, n: int, split: str) -> str:
        recipes = [asdict(recipe) for recipe in member.recipes]
        return json.dumps(
            [name, member.arm, n, member.seed, split, recipes if split == "tune" else 0]
        )

    def _one_stack(
        self, name: str, place: Place, n: int, members: Sequence[Member], split: str
    ) -> None:
        began = time.monotonic()
        tokens = self._readers.view(place.sets[0], place.base)
        seeds = [m.seed for m in members]
        materials = [self._judging.of(name, seed) for seed in seeds]
        stack = self._readers.stack(place.base, seeds)
        read_tokens = [0] * len(members)
        for stage, (loss, _) in enumerate(ARMS[members[0].arm].stages):
            recipes = [m.recipes[stage] for m in members]
            common: dict[str, Any] = {
                "size": n,
                "passes": 1,
                "batch": BATCH,
                "seeds": [seed + 1000 * stage for seed in seeds],
                "on_step": self._on_step,
            }
            arms = [ARMS[m.arm] for m in members]
            wanted = [arm.stages[stage][1] for arm in arms]
            if loss == "sft":
                targets = [
                    targets_of(of, each, n) for of, each in zip(materials, wanted, strict=True)
                ]
                cost = sft(stack, tokens, targets, recipes, **common)
            else:
                smoothed = [arm.smoothed for arm in arms]
                pairs = pairs_of(materials, wanted, smoothed, n, stack, tokens)
                cost = dpo(stack, tokens, pairs, recipes, **common)
            read_tokens = [a + b for a, b in zip(read_tokens, cost, strict=True)]
        trained = time.monotonic()
        rows = []
        for member, material, cost_of in zip(members, materials, read_tokens, strict=True):
            row = new_row(name, member.arm, n, member.seed, split, member.recipes)
            row["key"] = self._key(name, member, n, split)
            judged = material.judged[:n]
            row |= {
                "tokens": cost_of,
                "corrections": sum(one.correction for one in judged),
                "usable": sum(one.chosen is not None for one in judged),
                "paired": sum(bool(one.pairs) for one in judged),
            }
            rows.append(row)
        self._measuring.measure(place, stack, rows)
        self._say(
            f"{name}, n={n}, {split}: {len(members)} x {members[0].arm}...: "
            f"train {trained - began:.1f} s, read {time.monotonic() - trained:.1f} s"
        )
        self._measuring.collect(wait=False)
