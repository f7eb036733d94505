/**
 * Ranges painted by the CSS Custom Highlight API: they change no element, so that a text of any
 * length stays fluent. They are invisible to screen readers, which are told otherwise.
 */
import { type RefObject, useEffect } from "react";
import type { Range as UnitRange } from "../../text/words";

/** `suggestion`, `cursor` and `candidate` are styled in annotate.module.css's global part. */
export type HighlightName = "suggestion" | "cursor" | "candidate";

/** The text node and the place in it that a position in units of an element's text falls in. */
export function placeOf(root: Node, position: number): { node: Text; offset: number } | null {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let before = 0;
  let last: Text | null = null;
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    if (position <= before + node.length) return { node, offset: position - before };
    before += node.length;
    last = node;
  }
  return last ? { node: last, offset: last.length } : null;
}

/** The position in units of a place in an element's text. */
export function positionOf(root: Node, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

export function domRange(root: Node, { start, end }: UnitRange): Range | null {
  const from = placeOf(root, start);
  const to = placeOf(root, end);
  if (!from || !to) return null;
  const range = document.createRange();
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return range;
}

/** Paint ranges (in units) of an element while the component is shown. */
export function useHighlight(
  name: HighlightName,
  root: RefObject<HTMLElement | null>,
  ranges: UnitRange[],
): void {
  const key = JSON.stringify(ranges);
  useEffect(() => {
    const element = root.current;
    const wanted = JSON.parse(key) as UnitRange[];
    if (!element || wanted.length === 0 || !("highlights" in CSS)) return;
    const found = wanted.map((range) => domRange(element, range)).filter((range) => range !== null);
    const highlight = CSS.highlights.get(name) ?? new Highlight();
    for (const range of found) highlight.add(range);
    CSS.highlights.set(name, highlight);
    return () => {
      for (const range of found) highlight.delete(range);
    };
  });
}
