import { useLayoutEffect } from "react";
import { tinykeys } from "tinykeys";
import type { FullRecord } from "../../api/lead";
import { submittedOf } from "./submitted";
import type { Decisions } from "./useDecisions";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.closest("input, textarea, select, [contenteditable]") !== null;

const unlessTyping = (act: () => void) => (event: KeyboardEvent) => {
  if (typing(event.target) || event.isComposing) return;
  event.preventDefault();
  act();
};

/** 1 to 9 let a submitted response hold, U takes that back, from the moment that it can be seen. */
export function useDecisionKeys(full: FullRecord, { take, takeBack }: Decisions): void {
  useLayoutEffect(() => {
    const keys: Record<string, (event: KeyboardEvent) => void> = {};
    submittedOf(full)
      .slice(0, 9)
      .forEach(({ id }, at) => {
        keys[String(at + 1)] = unlessTyping(() => take(id));
      });
    if (full.adjudication) keys.u = unlessTyping(takeBack);
    return tinykeys(window, keys);
  });
}
