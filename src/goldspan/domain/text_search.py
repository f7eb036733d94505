"""What a text search calls a word, in every script, and where a query's words stand in a text.

Both databases are handed the words found here, so that both find the same records, and the page
highlights what was found. A word is a run of letters and digits, compared without case, accents
and vowel signs. Scripts that put no spaces between words (Chinese, Japanese, Thai and others, and
Korean, whose endings stick to its words) are cut into single characters, which a query then wants
one after the other: any piece of such a text can be found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_WORDS = 20_000
"""Words of one text that are looked into; more would not fit PostgreSQL's index."""
LONGEST_WORD = 100

# Thai, Lao, Burmese, Khmer, kana, Han (with the planes of its extensions), Hangul.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
# Signs that belong to the letter before them: accents, Hebrew and Arabic vowels, Indic vowels.
_SIGNS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_INDIC = "\u0900-\u0dff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}](?:[{_SIGNS}{_INDIC}]|[^\W_{_UNSPACED}])*")
_TATWEEL = "\u0640"
_CHUNK = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands: [start, end), in code points."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other.

    Args:
        words: as they are compared.
        given: the text that they were taken from.
        is_open: whether the last word may be the beginning of a longer one.
    """

    words: tuple[str, ...]
    given: str
    is_open: bool = False

    def spans(self, words: list[Word]) -> Iterator[tuple[int, int]]:
        """Yield where the phrase stands among a text's words."""
        length = len(self.words)
        for at in range(len(words) - length + 1):
            if self._begins(words, at):
                yield words[at].start, words[at + length - 1].end

    def _begins(self, words: list[Word], at: int) -> bool:
        last = len(self.words) - 1
        return all(
            words[at + place].text == wanted
            or (place == last and self.is_open and words[at + place].text.startswith(wanted))
            for place, wanted in enumerate(self.words)
        )


def words_of(text: str) -> list[Word]:
    """Return the words of a text, in order; at most ``MOST_WORDS``."""
    found = []
    for match in _WORD.finditer(text):
        compared = _compared(match.group())
        if compared:
            found.append(Word(compared, match.start(), match.end()))
            if len(found) == MOST_WORDS:
                break
    return found


def _compared(word: str) -> str:
    if word.isascii():
        return word.lower()[:LONGEST_WORD]
    plain = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(c for c in plain if c.isalnum() and c != _TATWEEL)
    return unicodedata.normalize("NFC", kept)[:LONGEST_WORD]


def phrases_of(query: str) -> list[Phrase]:
    """Return what a query asks for: all of the phrases, in any order.

    What stands in double quotes is one phrase; elsewhere each piece between spaces is. The last
    word may be unfinished, as in a search while typing, unless a space or quote follows it.
    """
    phrases = []
    for match in _CHUNK.finditer(query):
        given = match[1] if match[2] is None else match[2]
        words = tuple(word.text for word in words_of(given))
        is_last = match.end() == len(query) and match[2] is not None
        if words:
            phrases.append(Phrase(words, given, is_open=is_last))
    return phrases


def highlights(phrases: list[Phrase], text: str) -> list[tuple[int, int]]:
    """Return where the phrases stand in a text: [start, end) in code points, in order, disjoint."""
    words = words_of(text)
    spans = sorted(span for phrase in phrases for span in phrase.spans(words))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
