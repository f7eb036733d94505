"""Who judged the rows of a training, and how far they agreed."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from goldspan.domain.preference import PreferencePair


def annotators_of(pairs: Sequence[PreferencePair]) -> dict[str, float]:
    """Return the number of annotators, of pairs judged by several, and their mean agreement.

    ``agreement`` is the mean share, 0 to 1, of those annotators who preferred the chosen answer;
    0 where no pair was judged by several.
    """
    several = [pair.agreement for pair in pairs if len(pair.annotators) > 1]
    return {
        "annotators": len({user for pair in pairs for user in pair.annotators}),
        "judged_by_several": len(several),
        "agreement": fmean(several) if several else 0.0,
    }
