/**
 * The word cursor: marking without a pointer. Arrows move it from word to word, with Shift they
 * extend it, `[` and `]` move its ends.
 */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { MarkableText } from "../../text/markable";
import type { Range } from "../../text/words";
import { nextCharacter, previousCharacter } from "../../text/words";
import { domRange, positionOf } from "./highlights";

export type Cursor = {
  /** What it stands on, in units. */
  range: Range;
  attach: (element: HTMLElement | null) => void;
};

type Ends = { anchor: Range; focus: Range };

export type CursorHandle = {
  cursor: Cursor | null;
  /** Move by a word; `forward` in the order of the text. */
  step: (forward: boolean, extend: boolean) => void;
  /** Move by a line. */
  line: (down: boolean, extend: boolean) => void;
  /** Move an end of the range outwards or inwards, by a word or a character. */
  nudge: (end: "start" | "end", outwards: boolean, characters: boolean) => void;
  clear: () => void;
  /** Whether the text runs from right to left. */
  isRtl: () => boolean;
};

const between = (one: Range, other: Range): Range => ({
  start: Math.min(one.start, other.start),
  end: Math.max(one.end, other.end),
});

/** The range with one end moved. */
export function nudged(
  source: MarkableText,
  { start, end }: Range,
  which: "start" | "end",
  outwards: boolean,
  characters: boolean,
): Range {
  const { text, words } = source;
  if (which === "start") {
    const back = characters ? previousCharacter(text, start) : words.previousStart(start);
    const on = characters ? nextCharacter(text, start) : words.nextStart(start);
    const moved = outwards ? back : on;
    return moved < end ? { start: moved, end } : { start, end };
  }
  const on = characters ? nextCharacter(text, end) : words.nextEnd(end);
  const back = characters ? previousCharacter(text, end) : words.previousEnd(end);
  const moved = outwards ? on : back;
  return moved > start ? { start, end: moved } : { start, end };
}

/**
 * @param source - the text.
 * @param begin - where to begin, in units, or null for the first word in view.
 */
export function useCursor(source: MarkableText | null, begin: () => number | null): CursorHandle {
  const [ends, setEnds] = useState<Ends | null>(null);
  const element = useRef<HTMLElement | null>(null);

  // Another record: another text. Before a key can come to it.
  useLayoutEffect(() => setEnds(null), [source]);

  const attach = useCallback((found: HTMLElement | null) => {
    element.current = found;
  }, []);
  const range = ends ? between(ends.anchor, ends.focus) : null;
  const start = range?.start;
  const end = range?.end;
  const cursor = useMemo(
    () => (start === undefined || end === undefined ? null : { range: { start, end }, attach }),
    [start, end, attach],
  );

  const root = () =>
    element.current ?? document.querySelector<HTMLElement>("[data-markable=true]");

  useEffect(() => {
    if (ends) reveal(root(), ends.focus);
  });

  const first = (): Range | null =>
    source?.words.wordAt(begin() ?? firstInView(root()) ?? 0) ?? null;

  const move = (to: Range | null, extend: boolean) => {
    if (to) setEnds((before) => ({ anchor: extend && before ? before.anchor : to, focus: to }));
  };

  return {
    cursor,
    step: (forward, extend) => {
      if (!source) return;
      if (!ends) return move(first(), false);
      const { words } = source;
      const at = words.indexAt(ends.focus.start);
      move(words.words[Math.max(0, at + (forward ? 1 : -1))] ?? null, extend);
    },
    line: (down, extend) => {
      if (!source || !ends) return;
      const position = lineAway(root(), ends.focus, down);
      if (position !== null) move(source.words.wordAt(position), extend);
    },
    nudge: (which, outwards, characters) => {
      if (!source || !range) return;
      const to = nudged(source, range, which, outwards, characters);
      setEnds({ anchor: { start: to.start, end: to.start }, focus: { start: to.end, end: to.end } });
    },
    clear: () => setEnds(null),
    isRtl: () => {
      const found = root();
      return found !== null && getComputedStyle(found).direction === "rtl";
    },
  };
}

/** Room that the bars at the top and the bottom of the window take, in pixels. */
const TOP = 170;
const BOTTOM = 190;

function reveal(root: HTMLElement | null, focus: Range): void {
  const box = root && domRange(root, focus)?.getBoundingClientRect();
  if (!box) return;
  if (box.top < TOP) scrollBy({ top: box.top - TOP - 40 });
  else if (box.bottom > innerHeight - BOTTOM)
    scrollBy({ top: box.bottom - innerHeight + BOTTOM + 40 });
}

function caretAt(x: number, y: number): { node: Node; offset: number } | null {
  if (!("caretPositionFromPoint" in document)) return null;
  const caret = document.caretPositionFromPoint(x, y);
  return caret ? { node: caret.offsetNode, offset: caret.offset } : null;
}

/** The position in units that stands one line from a word, or null at the text's end. */
function lineAway(root: HTMLElement | null, from: Range, down: boolean): number | null {
  if (!root) return null;
  const box = domRange(root, from)?.getBoundingClientRect();
  if (!box) return null;
  const height = Number.parseFloat(getComputedStyle(root).lineHeight) || box.height * 1.5;
  const x = box.left + Math.min(box.width / 2, 8);
  const caret = caretAt(x, (box.top + box.bottom) / 2 + (down ? height : -height));
  return caret && root.contains(caret.node) ? positionOf(root, caret.node, caret.offset) : null;
}

/** The position in units of the first word that is in view. */
function firstInView(root: HTMLElement | null): number | null {
  if (!root) return null;
  const box = root.getBoundingClientRect();
  if (box.top >= 0) return 0;
  const caret = caretAt(box.left + 4, TOP);
  return caret && root.contains(caret.node) ? positionOf(root, caret.node, caret.offset) : null;
}
