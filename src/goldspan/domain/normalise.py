"""When two answers count as the same text: SQuAD's rule."""

from __future__ import annotations

import re
import string

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)


def normalise_answer(text: str) -> str:
    """Lower the case, drop ASCII punctuation and English articles, collapse white space.

    The same, code point for code point, as the official SQuAD v1.1 and v2.0 scripts do; quotes
    and dashes outside ASCII stay.
    """
    text = text.lower().translate(_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())
