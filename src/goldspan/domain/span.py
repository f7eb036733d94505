"""Spans: a piece of a text by its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from goldspan.errors import InvalidSpan


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open piece of a text, counted in Unicode code points.

    Args:
        start: index of the first code point, 0 <= start.
        end: index after the last code point, start < end.

    Raises:
        InvalidSpan: if the bounds are not whole numbers in that order.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if type(self.start) is not int or type(self.end) is not int:
            raise InvalidSpan(
                f"a span's start and end are whole numbers, found {self.start!r} and {self.end!r}",
                start=self.start,
                end=self.end,
            )
        if not 0 <= self.start < self.end:
            raise InvalidSpan(
                f"a span needs 0 <= start < end, found start {self.start} and end {self.end}",
                start=self.start,
                end=self.end,
            )

    def of(self, text: str) -> str:
        """Return the piece of ``text``.

        Raises:
            InvalidSpan: if the span reaches past the end of the text.
        """
        if self.end > len(text):
            raise InvalidSpan(
                f"span {self.start}:{self.end} reaches past the text, "
                f"which has {len(text)} characters",
                start=self.start,
                end=self.end,
                length=len(text),
            )
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Say whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end

    def shifted(self, by: int) -> Span:
        """Return the span moved by ``by`` code points."""
        return Span(self.start + by, self.end + by)


def find_all(text: str, piece: str) -> list[Span]:
    """Return every place of ``piece`` in ``text``, overlapping ones included, in order."""
    if not piece:
        return []
    return [
        Span(match.start(), match.start() + len(piece))
        for match in re.finditer(f"(?={re.escape(piece)})", text)
    ]
