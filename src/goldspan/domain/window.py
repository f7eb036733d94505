"""Windows: the fixed pieces in which a long passage is read.

The cuts depend on the passage alone, never on the question and never on where the answer is:
a window centred on the answer would give its place away.
"""

from __future__ import annotations

from collections.abc import Sequence

from goldspan.domain.span import Span


def cut_windows(
    token_spans: Sequence[tuple[int, int]], text_length: int, size: int, stride: int
) -> list[Span]:
    """Cut a text into overlapping windows of at most ``size`` tokens.

    Every character of the text lies in at least one window: the first window starts at 0, the
    last ends at ``text_length``, and neighbours touch or overlap even where the tokenizer skips
    characters (white space, control characters).

    Args:
        token_spans: each token's (start, end) in code points, in text order.
        text_length: length of the text in code points; a text of length 0 has no window.
        size: tokens in a window, >= 1.
        stride: tokens from one window's start to the next one's, 1 <= stride <= size.

    Raises:
        ValueError: if ``size`` or ``stride`` is out of range.
    """
    if not 1 <= stride <= size:
        raise ValueError(f"need 1 <= stride <= size, found stride {stride} and size {size}")
    if text_length == 0:
        return []
    windows: list[Span] = []
    first = 0
    while True:
        last = min(first + size, len(token_spans))
        start = token_spans[first][0] if windows else 0
        if last == len(token_spans):
            windows.append(Span(start, text_length))
            return windows
        # Characters between two tokens belong to the window before them, too.
        end = max(token_spans[last - 1][1], token_spans[last][0])
        windows.append(Span(start, end))
        first += stride


def first_holding(windows: Sequence[Span], span: Span) -> int | None:
    """Return the index of the first window that wholly holds ``span``, or None."""
    for index, window in enumerate(windows):
        if window.start <= span.start and span.end <= window.end:
            return index
    return None
