/**
 * Words of a text, for marking: what a drag snaps to and what the word cursor moves over.
 * All positions here are UTF-16 units, half-open, as the browser has them.
 */

export type Range = { start: number; end: number };

export class Words {
  readonly text: string;
  /** The words, in order; spaces and punctuation lie between them. */
  readonly words: Range[] = [];

  constructor(text: string) {
    this.text = text;
    const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
    for (const { segment, index, isWordLike } of segmenter.segment(text)) {
      if (isWordLike) this.words.push({ start: index, end: index + segment.length });
    }
  }

  /** Index of the first word that ends behind `position`; the number of words if none does. */
  indexAt(position: number): number {
    let low = 0;
    let high = this.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.words[middle]?.end ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The range grown to whole words and without spaces at its ends, or null if nothing is left.
   * Punctuation that was marked stays: it may belong to the answer, as in `$5` or `(1969)`.
   */
  snap(range: Range): Range | null {
    const trimmed = trim(this.text, range);
    if (!trimmed) return null;
    let { start, end } = trimmed;
    const first = this.words[this.indexAt(start)];
    if (first && first.start < start) start = first.start;
    const last = this.words[this.indexAt(end - 1)];
    if (last && last.start < end && last.end > end) end = last.end;
    return { start, end };
  }

  /** The word at or behind a position, else the last one; null in a text without words. */
  wordAt(position: number): Range | null {
    return this.words[Math.min(this.indexAt(position), this.words.length - 1)] ?? null;
  }

  /** The start of the word before the one that `position` begins or lies in. */
  previousStart(position: number): number {
    const before = this.indexAt(position - 1);
    const word = this.words[before];
    if (word && word.start < position) return word.start;
    return this.words[before - 1]?.start ?? 0;
  }

  /** The start of the next word behind the one that `position` begins or lies in. */
  nextStart(position: number): number {
    const at = this.indexAt(position);
    const word = this.words[at];
    if (word && word.start > position) return word.start;
    return this.words[at + 1]?.start ?? word?.start ?? position;
  }

  /** The end of the last word that ends before `position`. */
  previousEnd(position: number): number {
    return this.words[this.indexAt(position - 1) - 1]?.end ?? 0;
  }

  /** The end of the first word that ends behind `position`. */
  nextEnd(position: number): number {
    return this.words[this.indexAt(position)]?.end ?? this.text.length;
  }
}

/** The range without white space at its ends, or null if nothing is left. */
export function trim(text: string, { start, end }: Range): Range | null {
  let from = Math.max(0, start);
  let to = Math.min(text.length, end);
  while (from < to && isSpace(text, from)) from++;
  while (from < to && isSpace(text, to - 1)) to--;
  return from < to ? { start: from, end: to } : null;
}

const isSpace = (text: string, at: number): boolean => /\s/u.test(text.charAt(at));

/** The range grown to whole characters as people see them, so that no emoji or accent is cut. */
export function wholeCharacters(text: string, { start, end }: Range): Range | null {
  if (start >= end) return null;
  return { start: characterStart(text, start), end: characterEnd(text, end) };
}

const NEAR = 64;

/** The characters near a position: segmenting a whole text for one of them would be slow. */
function near(text: string, position: number): Range[] {
  const from = Math.max(0, position - NEAR);
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const part = text.slice(from, position + NEAR);
  return [...segmenter.segment(part)].map(({ index, segment }) => ({
    start: from + index,
    end: from + index + segment.length,
  }));
}

/** The start of the character that `position` lies in, or `position` if it lies between two. */
export function characterStart(text: string, position: number): number {
  const cut = near(text, position).find(({ start, end }) => start < position && position < end);
  return cut ? cut.start : position;
}

/** The end of the character that `position` lies in, or `position` if it lies between two. */
export function characterEnd(text: string, position: number): number {
  const cut = near(text, position).find(({ start, end }) => start < position && position < end);
  return cut ? cut.end : position;
}

/** The position one character on. */
export function nextCharacter(text: string, position: number): number {
  return near(text, position).find(({ start }) => start >= position)?.end ?? text.length;
}

/** The position one character back. */
export function previousCharacter(text: string, position: number): number {
  return near(text, position).findLast(({ end }) => end <= position)?.start ?? 0;
}
