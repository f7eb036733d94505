/** A text in which answers are marked: by pointer, by touch, by a word cursor. */
import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import type { MarkableText } from "../../text/markable";
import type { Range } from "../../text/words";
import { wholeCharacters } from "../../text/words";
import classes from "./MarkedText.module.css";
import { positionOf, useHighlight } from "./highlights";
import type { Span } from "./model";
import { pieces } from "./pieces";
import type { Cursor } from "./useCursor";

type Props = {
  source: MarkableText;
  /** Chosen answers, in code points. */
  spans: Span[];
  /** How a label is called; empty where there is only one. */
  labelText: (label: string) => string;
  /** Which of the label colours, from 0. */
  labelColor: (label: string) => number;
  /** Suggested answers, in code points. */
  suggested: Range[];
  /** Where a candidate stands that is looked at, in code points. */
  looked: Range[];
  cursor: Cursor | null;
  /** Told of a marked piece, in units; `whole` unless single characters are wanted. */
  onMark?: (range: Range, modifiers: { further: boolean }) => void;
  labelledBy: string;
};

export function MarkedText(props: Props) {
  const { source, spans, suggested, looked, cursor, onMark, labelledBy } = props;
  const root = useRef<HTMLDivElement>(null);
  const marked = useMemo(
    () => spans.map((span) => ({ ...span, ...source.toUnits(span) })),
    [source, spans],
  );
  useHighlight("suggestion", root, suggested.map((range) => source.toUnits(range)));
  useHighlight("candidate", root, looked.map((range) => source.toUnits(range)));
  useHighlight("cursor", root, cursor ? [cursor.range] : []);
  useMarkByPointer(root, source, onMark);

  useEffect(() => {
    cursor?.attach(root.current);
  }, [cursor]);

  return (
    <div
      ref={root}
      className={classes.text}
      dir="auto"
      data-markable={onMark ? true : undefined}
      data-testid="marked-text"
      role="group"
      aria-labelledby={labelledBy}
    >
      {pieces(source.text.length, marked).map(({ start, end, covering }) => {
        const text = source.text.slice(start, end);
        const [first] = covering;
        if (!first) return text;
        const ends = covering.find((span) => span.end === end);
        return (
          <mark
            key={start}
            className={classes.mark}
            data-color={props.labelColor(first.label) % 6}
            data-deep={covering.length > 1 || undefined}
            data-label={ends ? props.labelText(ends.label) || undefined : undefined}
            data-first={covering.some((span) => span.start === start) || undefined}
            data-last={ends ? true : undefined}
          >
            {text}
          </mark>
        );
      })}
    </div>
  );
}

/** Mark what was dragged over or double-clicked; on touch, what was tapped or selected. */
function useMarkByPointer(
  root: React.RefObject<HTMLDivElement | null>,
  source: MarkableText,
  onMark: Props["onMark"],
): void {
  const latest = useRef(onMark);
  latest.current = onMark;
  useLayoutEffect(() => {
    const take = (event: PointerEvent) => {
      const element = root.current;
      const selection = getSelection();
      if (!element || !latest.current || !selection || event.detail > 2 || event.button > 0) return;
      if (event.pointerType === "touch") {
        tap(element, event);
        return;
      }
      const range = selectedIn(element, selection);
      if (!range) return;
      const snapped = event.altKey
        ? wholeCharacters(source.text, range)
        : source.words.snap(range);
      if (!snapped) return;
      selection.removeAllRanges();
      latest.current(snapped, { further: event.ctrlKey || event.metaKey });
    };
    const tap = (element: HTMLElement, event: PointerEvent) => {
      const selection = getSelection();
      if (!latest.current || !(event.target instanceof Node) || !element.contains(event.target)) return;
      // A long press has selected something: its handles are for the reader to move.
      if (selection && !selection.isCollapsed) return;
      const place = placeUnder(event);
      if (!place || !element.contains(place.node)) return;
      const word = source.words.wordAt(positionOf(element, place.node, place.offset));
      if (word) latest.current(word, { further: false });
    };
    let downAt = { x: 0, y: 0 };
    const down = (event: PointerEvent) => {
      downAt = { x: event.clientX, y: event.clientY };
    };
    const up = (event: PointerEvent) => {
      const moved = Math.hypot(event.clientX - downAt.x, event.clientY - downAt.y) > 8;
      if (event.pointerType !== "touch" || !moved) take(event);
    };
    document.addEventListener("pointerdown", down);
    document.addEventListener("pointerup", up);
    return () => {
      document.removeEventListener("pointerdown", down);
      document.removeEventListener("pointerup", up);
    };
  }, [root, source]);
}

/** The part of the selection within an element, in units, or null if there is none. */
export function selectedIn(element: HTMLElement, selection: Selection): Range | null {
  if (selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(element)) return null;
  const inside = element.contains(range.startContainer) || element.contains(range.endContainer);
  if (!inside) return null;
  const start = element.contains(range.startContainer)
    ? positionOf(element, range.startContainer, range.startOffset)
    : 0;
  const end = element.contains(range.endContainer)
    ? positionOf(element, range.endContainer, range.endOffset)
    : (element.textContent?.length ?? 0);
  return start < end ? { start, end } : null;
}

function placeUnder({ clientX, clientY }: PointerEvent): { node: Node; offset: number } | null {
  if ("caretPositionFromPoint" in document) {
    const caret = document.caretPositionFromPoint(clientX, clientY);
    return caret ? { node: caret.offsetNode, offset: caret.offset } : null;
  }
  return null;
}
