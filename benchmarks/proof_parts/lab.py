"""Carries the plan out: trains bases, has candidates judged, tunes, trains and scores."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.proof_parts import scoring
from benchmarks.proof_parts.annotators import Judged
from benchmarks.proof_parts.plan import ARMS, DPO_SWEEP, PLACES, POOL, SFT_SWEEP, Arm, Place
from benchmarks.proof_parts.reading import answers, read
from benchmarks.proof_parts.results import Results, best_threshold, new_row
from benchmarks.proof_parts.scoring import Proposals
from benchmarks.proof_parts.stack import Stack, Weights, weights_of
from benchmarks.proof_parts.texts import Texts
from benchmarks.proof_parts.tokens import DeviceTokens, Ints, joined
from benchmarks.proof_parts.training import Pairs, Recipe, Targets, dpo, reference_logps, sft
from transformers import AutoModelForQuestionAnswering

BATCH = 16
SPANS_KEPT = 40
NONE = (-1, -1)


class OutOfTime(Exception):
    """The budget is spent; what is not done is left for a later call."""


@dataclass(frozen=True)
class Options:
    """How much is done.

    Args:
        seeds: of every final run, from 0.
        tune_seeds: seeds that tuning averages over.
        base_questions: of the weak reader's SFT.
        strong_questions: of the strong reader's.
        strong_passes: over them.
        stack: members trained together at most.
        dtype: in which layers compute.
        device: of torch.
        places: names of places to try.
        scale: factor on the numbers of judgements.
    """

    seeds: int
    tune_seeds: int
    base_questions: int
    strong_questions: int
    strong_passes: int
    stack: int
    dtype: torch.dtype
    device: torch.device
    places: tuple[str, ...]
    scale: float = 1.0


@dataclass
class Material:
    """A place's judgements for one seed, in the order in which they are made.

    Args:
        windows: window of each judged question.
        judged: what came of it.
    """

    windows: Ints
    judged: list[Judged]
    liked: list[str | None] | None = None


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
        model: folder of the encoder.
        pool: processes that hold the texts.
        results: where rows go.
        options: how much is done.
        deadline: ``time.monotonic()`` after which nothing begins.
        say: gets a line of progress.
    """

    def __init__(
        self,
        texts: Texts,
        model: Path,
        pool: ProcessPoolExecutor,
        results: Results,
        options: Options,
        deadline: float,
        say: Callable[[str], None],
    ) -> None:
        self.texts, self._model, self._pool = texts, model, pool
        self.results, self._options, self._deadline, self._say = results, options, deadline, say
        self._tokens: dict[str, DeviceTokens] = {}
        self._bases: dict[tuple[str, int], Weights] = {}
        self._materials: dict[tuple[str, int], Material] = {}
        self._waiting: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self.steps = 0

    def tokens(self, name: str) -> DeviceTokens:
        """Return a set's tokens, encoded by the pool when first asked for."""
        if name not in self._tokens:
            began = time.monotonic()
            size = len(self.texts.sets[name])
            cuts = [*range(0, size, 1500), size]
            parts = [
                self._pool.submit(scoring.encoded, name, first, last)
                for first, last in itertools.pairwise(cuts)
                if first < last
            ]
            found = joined([part.result() for part in parts])
            self._tokens[name] = DeviceTokens(found, self._options.device)
            self._say(f"encoded {name}: {size} questions, {time.monotonic() - began:.1f} s")
        return self._tokens[name]

    def _stack(self, members: Sequence[Weights]) -> Stack:
        config = self._config
        return Stack(
            members,
            config.num_attention_heads,
            config.layer_norm_eps,
            self._options.dtype,
            self._options.device,
        )

    def start(self) -> None:
        """Load the encoder and check the stack against transformers' own model."""
        loaded = AutoModelForQuestionAnswering.from_pretrained(str(self._model)).float().eval()
        self._config = loaded.config
        self._encoder = weights_of(loaded)
        loaded.to(self._options.device)
        tokens = self.tokens("C")
        inputs = tokens.inputs(np.arange(8)[None])
        stack = Stack(
            [self._encoder],
            loaded.config.num_attention_heads,
            loaded.config.layer_norm_eps,
            torch.float32,
            self._options.device,
        )
        torch.set_float32_matmul_precision("highest")
        with torch.no_grad():
            ours = torch.stack(stack.logits(inputs))[:, 0]
            theirs = loaded(
                input_ids=inputs["ids"][0],
                attention_mask=inputs["mask"][0].long(),
                token_type_ids=inputs["second"][0].long(),
            )
        expected = torch.stack([theirs.start_logits, theirs.end_logits])
        torch.set_float32_matmul_precision("high")
        mask = inputs["mask"][0]
        worst = float((ours - expected)[:, mask].abs().max())
        self._say(f"stack against transformers: largest difference of a logit {worst:.1e}")
        if worst > 0.02:
            raise SystemExit(f"the stack computes other logits than transformers, by {worst}")

    def _on_step(self) -> None:
        self.steps += 1
        if time.monotonic() > self._deadline:
            raise OutOfTime

    def base(self, kind: str, seeds: Iterable[int]) -> None:
        """Train the bases of a kind by SFT on A, all seeds in one stack."""
        missing = [seed for seed in seeds if (kind, seed) not in self._bases]
        if not missing:
            return
        began = time.monotonic()
        tokens = self.tokens("A")
        options = self._options
        size = options.strong_questions if kind == "strong" else options.base_questions
        passes = options.strong_passes if kind == "strong" else 1
        members = [self._base_targets(kind, seed, size) for seed in missing]
        stack = self._stack([self._fresh(seed) for seed in missing])
        size = max(len(each.windows) for each in members)
        sft(
            stack,
            tokens,
            members,
            [Recipe(3e-4)] * len(missing),
            size=size,
            passes=passes,
            batch=32 if kind == "strong" else BATCH,
            seeds=missing,
            on_step=self._on_step,
        )
        for number, seed in enumerate(missing):
            self._bases[kind, seed] = stack.member(number)
        self._say(f"{kind} readers: {len(missing)} x {size} rows, {time.monotonic() - began:.1f} s")

    def _fresh(self, seed: int) -> Weights:
        draw = torch.Generator().manual_seed(seed)
        head = torch.empty_like(self._encoder["head.weight"]).normal_(0, 0.02, generator=draw)
        zero = torch.zeros_like(self._encoder["head.bias"])
        return {**self._encoder, "head.weight": head, "head.bias": zero}

    def _base_targets(self, kind: str, seed: int, size: int) -> Targets:
        host = self.tokens("A").host
        of_a = self.texts.sets["A"]
        answerable = [i for i, d in enumerate(of_a) if d.answers and host.home[i] >= 0]
        others = [i for i, d in enumerate(of_a) if not d.answers and host.home[i] >= 0]
        draw = random.Random(f"base {kind} {seed}")
        rows = draw.sample(answerable, min(size, len(answerable)))
        if kind == "abstaining":
            rows += draw.sample(others, min(size // 2, len(others)))
        return Targets(host.home[rows], host.start[rows], host.end[rows])

    def material(self, name: str, seeds: Sequence[int]) -> None:
        """Have a place's questions judged, for every seed that lacks it."""
        place = PLACES[name]
        missing = [seed for seed in seeds if (name, seed) not in self._materials]
        if not missing:
            return
        began = time.monotonic()
        judged, tune = place.sets[0], place.sets[1]
        sizes = self.sizes(place)
        wanted = max(sizes) if place.order == "random" else POOL
        with_style = place.metric == "style"
        work: dict[tuple[str, int], tuple[Ints, list[Future[Any]]]] = {}
        for set_name in [judged, tune] if with_style else [judged]:
            drawn = [
                self._drawn(set_name, wanted if set_name == judged else POOL, seed)
                for seed in missing
            ]
            fewest = min(map(len, drawn))
            questions = np.stack([each[:fewest] for each in drawn])
            for number, seed in enumerate(missing):
                chosen = None if set_name == tune else max(sizes)
                work[set_name, seed] = self._judge(
                    set_name, place, seed, questions, number, chosen, missing
                )
        for seed in missing:
            questions_of, futures = work[judged, seed]
            found = [one for future in futures for one in future.result()]
            home = self.tokens(judged).host.home[questions_of]
            material = Material(home, [one for one, _ in found])
            if with_style:
                asked, tuning = work[tune, seed]
                texts = [text or None for future in tuning for _, text in future.result()]
                liked: list[str | None] = [None] * len(self.texts.sets[tune])
                for question, text in zip(asked, texts, strict=True):
                    liked[question] = text
                material.liked = liked
            self._materials[name, seed] = material
        self._spans = None
        self._say(f"{name}: judged, {time.monotonic() - began:.1f} s")

    def _drawn(self, set_name: str, count: int, seed: int) -> Ints:
        """Draw a seed's pool: questions of one window whose answer has a place."""
        host = self.tokens(set_name).host
        usable = np.flatnonzero((host.home >= 0) & (host.windows == 1))
        rows = random.Random(f"pool {seed}").sample(list(usable), min(count, len(usable)))
        return np.array(rows)

    _spans: Any = None

    def _judge(
        self,
        set_name: str,
        place: Place,
        seed: int,
        questions: Ints,
        number: int,
        count: int | None,
        seeds: Sequence[int],
    ) -> tuple[Ints, list[Future[Any]]]:
        tokens = self.tokens(set_name)
        host = tokens.host
        windows = host.home[questions]
        if number == 0:
            stack = self._stack([self._bases[place.base, each] for each in seeds])
            self._spans = read(stack, tokens, windows, SPANS_KEPT)
        spans = self._spans
        order = np.arange(questions.shape[1])
        if place.order != "random":
            order = np.argsort(-_unsure(spans, number, place.order), kind="stable")
        order = order[:count]
        asked = questions[number, order]
        first, last = spans.first[number, order], spans.last[number, order]
        window = np.broadcast_to(windows[number, order][:, None], first.shape)
        start, end = host.place(window, first, last)
        texts = self.texts.sets[set_name]
        gold = np.array(
            [(host.start[q], host.end[q]) if texts[q].answers else NONE for q in asked]
        ).reshape(-1, 2)
        futures = []
        for at in range(0, len(asked), 500):
            some = slice(at, at + 500)
            proposals = Proposals(
                asked[some], first[some], last[some], start[some], end[some], gold[some]
            )
            abstains = place.base == "abstaining"
            futures.append(
                self._pool.submit(
                    scoring.judged, set_name, proposals, place.k, abstains, place.kind, seed
                )
            )
        return asked, futures

    def speed(self) -> dict[str, float]:
        """Measure steps a second of members, by loss and number of members trained together."""
        found: dict[str, float] = {}
        tokens = self.tokens("C")
        host = tokens.host
        rows = np.flatnonzero((host.home >= 0) & (host.windows == 1))[:320]
        windows = host.home[rows]
        ends = np.stack([host.start[rows], host.end[rows]], 1)
        actions = np.stack([ends, np.roll(ends, 1, 0).clip(max=60)], 1)[:, None]
        actions[..., 0] = actions[..., 1]
        some = np.zeros(actions.shape[:2], dtype=np.float32)
        pairs = Pairs(windows, actions, some, some + 1, np.zeros((*some.shape, 2), np.float32))
        targets = Targets(windows, ends[:, 0], ends[:, 1])
        for size in {1, self._options.stack // 4, self._options.stack} - {0}:
            stack = self._stack([self._fresh(0)] * size)
            common: dict[str, Any] = {
                "passes": 1,
                "batch": BATCH,
                "seeds": range(size),
                "on_step": self._on_step,
            }
            recipes = [Recipe(1e-5)] * size
            work = {
                "SFT": partial(sft, stack, tokens, [targets] * size, recipes, **common),
                "DPO": partial(dpo, stack, tokens, [pairs] * size, recipes, **common),
            }
            for name, train in work.items():
                for count in (48, 320):  # the first call pays for warming up
                    began = time.monotonic()
                    train(size=count)
                    self._wait()
                steps = size * 20 / (time.monotonic() - began)
                found[f"{name}, {size} together, member steps a second"] = steps
            began = time.monotonic()
            answers(stack, tokens)
            each = size * len(host.home) / (time.monotonic() - began)
            found[f"{size} together, questions read a second"] = each
        if self._options.device.type == "cuda":
            found["GiB at most"] = torch.cuda.max_memory_allocated() / 2**30
        return found

    def _wait(self) -> None:
        if self._options.device.type == "cuda":
            torch.cuda.synchronize()

    def sizes(self, place: Place) -> list[int]:
        """Return the place's numbers of judgements, scaled and within what there is."""
        scaled = sorted({max(BATCH, round(n * self._options.scale)) for n in place.sizes})
        host = self.tokens(place.sets[0]).host
        most = int(((host.home >= 0) & (host.windows == 1)).sum())
        return sorted({min(n, most) for n in scaled})

    def run(self, name: str) -> None:
        """Try one place: bases, judgements, tuning, final runs."""
        place = PLACES[name]
        seeds = range(self._options.seeds)
        self.base(place.base, seeds)
        self.material(name, list(seeds))
        if not place.tuned_in:
            self._before(name, place, list(seeds))
            self._tune(name, place)
        for n in self.sizes(place):
            members = [
                Member(seed, arm, recipes)
                for arm in place.arms
                if (recipes := self._recipes(name, place, ARMS[arm], arm, n))
                for seed in seeds
            ]
            self._runs(name, place, n, members, "dev")
        self._collect(wait=True)

    def tune_sizes(self, place: Place) -> list[int]:
        """Return the numbers of judgements at which recipes are tuned: a small and a large one."""
        sizes = self.sizes(place)
        small = [n for n in sizes if n <= 300 * self._options.scale]
        large = [n for n in sizes if n > 300 * self._options.scale]
        return [*small[-1:], *large[max(0, len(large) - 2) :][:1]]

    def _tune(self, name: str, place: Place) -> None:
        for n in self.tune_sizes(place):
            members = []
            for arm in place.arms:
                ((loss, _),) = ARMS[arm].stages
                for recipe in SFT_SWEEP if loss == "sft" else DPO_SWEEP:
                    for seed in range(self._options.tune_seeds):
                        members.append(Member(seed, arm, (recipe,)))
            self._runs(name, place, n, members, "tune")
        self._collect(wait=True)

    def _recipes(self, name: str, place: Place, arm: Arm, label: str, n: int) -> tuple[Recipe, ...]:
        """Return each stage's recipe: the best on C at the nearest tuned number of judgements."""
        if arm.recipe:
            return (arm.recipe,)
        tuned = place.tuned_in or name
        sizes = self.tune_sizes(PLACES[tuned])
        nearest = min(sizes, key=lambda each: abs(np.log(each / n)))
        found = []
        for one in arm.tuned_as or (label,):
            scores: dict[Recipe, list[float]] = {}
            for row in self.results.rows.values():
                if (row["place"], row["arm"], row["n"], row["split"]) == (
                    tuned,
                    one,
                    nearest,
                    "tune",
                ):
                    recipe = Recipe(**row["recipes"][0])
                    scores.setdefault(recipe, []).append(row[place.metric])
            if not scores:
                return ()
            found.append(max(scores, key=lambda each: float(np.mean(scores[each]))))
        return tuple(found)

    def _runs(self, name: str, place: Place, n: int, members: Sequence[Member], split: str) -> None:
        members = [m for m in members if self._key(name, m, n, split) not in self.results.rows]
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
        tokens = self.tokens(place.sets[0])
        stack = self._stack([self._bases[place.base, m.seed] for m in members])
        read_tokens = [0] * len(members)
        seeds = [m.seed for m in members]
        for stage, (loss, _) in enumerate(ARMS[members[0].arm].stages):
            recipes = [m.recipes[stage] for m in members]
            common: dict[str, Any] = {
                "size": n,
                "passes": 1,
                "batch": BATCH,
                "seeds": [seed + 1000 * stage for seed in seeds],
                "on_step": self._on_step,
            }
            if loss == "sft":
                targets = [self._targets(name, m, stage, n) for m in members]
                cost = sft(stack, tokens, targets, recipes, **common)
            else:
                pairs = self._pairs(name, members, stage, n, stack, tokens)
                cost = dpo(stack, tokens, pairs, recipes, **common)
            read_tokens = [a + b for a, b in zip(read_tokens, cost, strict=True)]
        trained = time.monotonic()
        rows = []
        for number, member in enumerate(members):
            row = new_row(name, member.arm, n, member.seed, split, member.recipes)
            row["key"] = self._key(name, member, n, split)
            row["tokens"] = read_tokens[number]
            judged = self._materials[name, member.seed].judged[:n]
            row["corrections"] = sum(one.correction for one in judged)
            row["usable"] = sum(one.chosen is not None for one in judged)
            rows.append(row)
        self._measure(place, stack, rows)
        self._say(
            f"{name}, n={n}, {split}: {len(members)} x {members[0].arm}...: "
            f"train {trained - began:.1f} s, read {time.monotonic() - trained:.1f} s"
        )
        self._collect(wait=False)

    def _before(self, name: str, place: Place, seeds: Sequence[int]) -> None:
        """Measure the readers that a place starts from."""
        rows = [new_row(name, "before", 0, seed, "dev", ()) for seed in seeds]
        if any(row["key"] not in self.results.rows for row in rows):
            self._measure(place, self._stack([self._bases[place.base, s] for s in seeds]), rows)

    def _measure(self, place: Place, stack: Stack, rows: Sequence[dict[str, Any]]) -> None:
        """Let the members answer, and hand their answers to the scorers; their rows wait."""
        tunes = rows[0]["split"] == "tune"
        test = place.sets[1] if tunes else place.sets[2]
        said = answers(stack, self.tokens(test))
        abstains = place.base == "abstaining"
        needs_threshold = abstains and not tunes
        tuned = answers(stack, self.tokens(place.sets[1])) if needs_threshold else None
        for number, row in enumerate(rows):
            one = said[number]
            liked = self._materials[row["place"], row["seed"]].liked if tunes else None
            work: dict[str, Any] = {
                "test": self._pool.submit(
                    scoring.scored, test, one.start, one.end, place.kind.taste, liked
                ),
                "said": one,
                "set": test,
                "abstains": abstains,
            }
            if tuned is not None:
                work |= {"tuned": tuned[number], "tune set": place.sets[1]}
                work["tune"] = self._pool.submit(
                    scoring.scored,
                    place.sets[1],
                    tuned[number].start,
                    tuned[number].end,
                    "exact",
                    None,
                )
            self._waiting.append((row, work))

    def close(self) -> None:
        """Write the rows that still wait for their scores."""
        self._collect(wait=True)

    def _collect(self, wait: bool) -> None:
        """Write the rows whose scores are there."""
        left = []
        for row, work in self._waiting:
            futures = [work[name] for name in ("test", "tune") if name in work]
            if wait or all(future.done() for future in futures):
                self._finish(row, work)
            else:
                left.append((row, work))
        self._waiting = left

    def _finish(self, row: dict[str, Any], work: Mapping[str, Any]) -> None:
        scores = work["test"].result()
        f1, em = scores["f1"].astype(float), scores["em"].astype(float)
        questions = self.texts.sets[work["set"]]
        if work["abstains"]:
            answerable = np.array([bool(d.answers) for d in questions])
            none = work["said"].none
            if "tune" in work:
                of_tune = np.array([bool(d.answers) for d in self.texts.sets[work["tune set"]]])
                tuned = work["tune"].result()["f1"].astype(float)
                threshold, _ = best_threshold(tuned, of_tune, work["tuned"].none)
            else:
                threshold, _ = best_threshold(f1, answerable, none)
            _, best = best_threshold(f1, answerable, none)
            silent = none > threshold
            f1 = np.where(silent, ~answerable, np.where(answerable, f1, 0.0)).astype(float)
            em = np.where(silent, ~answerable, np.where(answerable, em, 0.0)).astype(float)
            row |= {"threshold": threshold, "best_possible": best}
        row |= {"f1": 100 * float(f1.mean()), "em": 100 * float(em.mean())}
        style = scores.get("style")
        if style is not None:
            row["style"] = 100 * float(np.nanmean(style))
        if row["split"] == "dev":
            names = sorted({d.article for d in questions})
            index = np.array([names.index(d.article) for d in questions])
            row["articles"] = {
                "count": np.bincount(index, minlength=len(names)).tolist(),
                "f1": np.bincount(index, f1, len(names)).round(3).tolist(),
                "em": np.bincount(index, em, len(names)).tolist(),
            }
            if style is not None:
                there = ~np.isnan(style)
                row["articles"] |= {
                    "style_count": np.bincount(index[there], minlength=len(names)).tolist(),
                    "style": np.bincount(index[there], style[there], len(names)).tolist(),
                }
        self.results.add(row)

    def _targets(self, name: str, member: Member, stage: int, n: int) -> Targets:
        material = self._materials[name, member.seed]
        _, wanted = ARMS[member.arm].stages[stage]
        places = [getattr(one, wanted) for one in material.judged[:n]]
        kept = [i for i, place in enumerate(places) if place is not None]
        ends = np.array([places[i] for i in kept]).clip(min=0)
        return Targets(material.windows[kept], ends[:, 0], ends[:, 1])

    def _pairs(
        self,
        name: str,
        members: Sequence[Member],
        stage: int,
        n: int,
        stack: Stack,
        tokens: DeviceTokens,
    ) -> list[Pairs]:
        """Make each member's pairs; the reference is its reader as it is now."""
        lists, windows = [], []
        for member in members:
            material = self._materials[name, member.seed]
            _, wanted = ARMS[member.arm].stages[stage]
            found = [getattr(one, wanted) for one in material.judged[:n]]
            kept = [i for i, pairs in enumerate(found) if pairs]
            lists.append([found[i] for i in kept])
            windows.append(material.windows[kept])
        most = max(len(pairs) for of_member in lists for pairs in of_member)
        rows = max(map(len, lists))
        made = []
        for member, of_member in zip(members, lists, strict=True):
            made.append(_padded(of_member, most, ARMS[member.arm].smoothed))
        # Stacked, every member needs as many rows as the others; the first ones come again.
        cycled = np.stack([np.resize(np.arange(len(of_w)), rows) for of_w in windows])
        all_windows = np.stack([w[c] for w, c in zip(windows, cycled, strict=True)])
        actions = np.stack([m[0][c] for m, c in zip(made, cycled, strict=True)])
        batch = 16 if self._options.device.type == "cpu" else 128
        logps = reference_logps(stack, tokens, all_windows, actions, batch)
        return [
            Pairs(w, actions_of, smoothing, share, logps[number, : len(w)])
            for number, (w, (actions_of, smoothing, share)) in enumerate(
                zip(windows, made, strict=True)
            )
        ]


def _padded(
    lists: Sequence[Sequence[tuple[Any, Any, float]]], most: int, smoothed: bool
) -> tuple[Ints, np.ndarray, np.ndarray]:
    actions = np.full((len(lists), most, 2, 2), -1, dtype=np.int64)
    smoothing = np.zeros((len(lists), most), dtype=np.float32)
    share = np.zeros((len(lists), most), dtype=np.float32)
    for row, pairs in enumerate(lists):
        for column, (chosen, rejected, epsilon) in enumerate(pairs):
            actions[row, column] = (chosen, rejected)
            smoothing[row, column] = epsilon if smoothed else 0.0
            share[row, column] = 1.0 / len(pairs)
    return actions, smoothing, share


def _unsure(spans: Any, member: int, order: str) -> np.ndarray:
    """Return how unsure a reader is of each question, higher first."""
    score, total = spans.score[member], spans.total[member]
    if order == "gap":
        found: np.ndarray = score[:, 1] - score[:, 0]
        return found
    lowest: np.ndarray = total - score[:, 0]
    return lowest
