"""Preference pairs: the only place where people's choices become training pairs.

Export, SDK and training all call ``preference_pairs``; nothing else in the project decides which
candidate is chosen and which is rejected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from goldspan.domain.demonstration import Answer
from goldspan.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Judgement:
    """One annotator's submitted choice among a record's candidates.

    Args:
        user_id: who judged.
        ranks: candidate name to rank, 1 for the best; equal ranks are a tie. A candidate that
            is not ranked is not compared.
        acceptable: False for "none acceptable": such a judgement casts no vote.
        correction: an answer better than every candidate, if one was written or marked.
        adjudicated: whether it settles the record; it then replaces all other judgements.
    """

    user_id: str
    ranks: Mapping[str, int]
    acceptable: bool = True
    correction: Answer | None = None
    adjudicated: bool = False


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """Of two answers to one question, the one that people preferred.

    Args:
        record_id: the record that was judged.
        question_text: what a user asks.
        context: the passage.
        chosen: the preferred answer; the empty text stands for "not answerable".
        rejected: the other one.
        annotators: ids of those whose judgements made the pair.
        label_smoothing: estimated probability that the majority is wrong, 0 to 0.5.
        weight: factor of the pair's loss, > 0.
        agreement: share of the annotators who preferred the chosen answer, a tie counting half;
            0 to 1.
        article: what the passage was taken from, "" if unknown.
        passage: names the passage, "" if unknown.
        tie: whether people found both answers equally good; neither is then preferred, whatever
            stands under ``chosen``.
    """

    record_id: str
    question_text: str
    context: str
    chosen: Answer
    rejected: Answer
    annotators: tuple[str, ...]
    label_smoothing: float = 0.0
    weight: float = 1.0
    article: str = ""
    passage: str = ""
    agreement: float = 1.0
    tie: bool = False

    def __post_init__(self) -> None:
        if not 0.0 <= self.label_smoothing < 0.5:
            raise InvalidInput(
                f"label_smoothing of a pair lies in [0, 0.5), found {self.label_smoothing!r}"
            )
        if self.weight <= 0.0:
            raise InvalidInput(f"a pair's weight is > 0, found {self.weight!r}")


def preference_pairs(
    record_id: str,
    question_text: str,
    context: str,
    candidates: Mapping[str, Answer],
    judgements: Sequence[Judgement],
    *,
    article: str = "",
    passage: str = "",
    ties: bool = False,
) -> list[PreferencePair]:
    """Build a record's pairs from its submitted judgements.

    For two candidates compared by n annotators let p = (wins + ties / 2 + 1/2) / (n + 1). The
    side with p > 1/2 is chosen; p = 1/2 makes no pair. The label smoothing is min(p, 1 - p) when
    n > 1, else 0. "None acceptable" casts no vote. A correction is preferred to every candidate
    with another text. An adjudicated judgement replaces all others.

    Args:
        record_id: the record that was judged.
        question_text: what a user asks.
        context: the passage.
        candidates: candidate name to answer, in the order of the record's fields; candidates
            with equal texts are never paired.
        judgements: submitted ones only, at most one per user.
        article: what the passage was taken from.
        passage: names the passage.
        ties: whether p = 1/2 makes a pair that says so, rather than none.
    """
    adjudicated = [judgement for judgement in judgements if judgement.adjudicated]
    counted = adjudicated[-1:] or judgements

    def pair(
        chosen: Answer,
        rejected: Answer,
        annotators: Sequence[str],
        label_smoothing: float = 0.0,
        agreement: float = 1.0,
        tie: bool = False,
    ) -> PreferencePair:
        return PreferencePair(
            record_id=record_id,
            question_text=question_text,
            context=context,
            chosen=chosen,
            rejected=rejected,
            annotators=tuple(annotators),
            label_smoothing=label_smoothing,
            article=article,
            passage=passage,
            agreement=agreement,
            tie=tie,
        )

    pairs: list[PreferencePair] = []
    votes = [judgement for judgement in counted if judgement.acceptable]
    for one, other in combinations(candidates, 2):
        if candidates[one].text == candidates[other].text:
            continue
        voters = [v for v in votes if one in v.ranks and other in v.ranks]
        # Doubled counts are whole numbers: the comparison with one half is exact.
        for_one = 2 * sum(v.ranks[one] < v.ranks[other] for v in voters) + 1
        for_other = 2 * sum(v.ranks[other] < v.ranks[one] for v in voters) + 1
        users = [v.user_id for v in voters]
        if for_one == for_other:
            if ties and voters:
                both = candidates[one], candidates[other]
                pairs.append(pair(*both, users, agreement=0.5, tie=True))
            continue
        tied = len(voters) - (for_one + for_other - 2) // 2
        better, worse = (one, other) if for_one > for_other else (other, one)
        minority = (min(for_one, for_other) + tied) / (2 * (len(voters) + 1))
        smoothing = minority if len(voters) > 1 else 0.0
        agreement = (max(for_one, for_other) - 1 + tied) / (2 * len(voters))
        pairs.append(pair(candidates[better], candidates[worse], users, smoothing, agreement))
    for judgement in counted:
        if judgement.correction is None:
            continue
        pairs.extend(
            pair(judgement.correction, candidate, [judgement.user_id])
            for candidate in candidates.values()
            if candidate.text != judgement.correction.text
        )
    return pairs
