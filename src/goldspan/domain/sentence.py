"""The sentence that an answer stands in, to show the answer where it was found."""

from __future__ import annotations

import re

from goldspan.domain.span import Span

# A sentence ends at its mark and closing quotes before white space, at a mark of a script that
# writes without spaces, or at a blank line. Abbreviations end one too early; that is harmless.
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？؟।]+[」』”）]*|\n[^\S\n]*\n")


def sentence_around(text: str, span: Span, reach: int = 300) -> Span:
    """Return the sentence, or the run of sentences, that holds ``span``.

    Args:
        text: the passage.
        span: the answer's place in it.
        reach: most code points on either side of the span, for text without sentences.

    Raises:
        InvalidSpan: if the span reaches past the text.
    """
    span.of(text)
    first = max(0, span.start - reach)
    last = min(len(text), span.end + reach)
    start = first
    for end in _END.finditer(text, first, last):
        if end.end() <= span.start:
            start = end.end()
        elif end.end() >= span.end:
            last = end.end()
            break
    sentence = text[start:last]
    # White space around the sentence is not part of it, but is where the answer begins or ends.
    start = min(span.start, start + len(sentence) - len(sentence.lstrip()))
    last = max(span.end, last - len(sentence) + len(sentence.rstrip()))
    return Span(start, last)
