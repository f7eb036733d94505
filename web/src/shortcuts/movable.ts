/**
 * The keys of the annotate screen that people can move to others, kept in this browser, and those
 * that stay where they are.
 */
import { useSyncExternalStore } from "react";
import { KeptTexts } from "../saving/store";

/** The keys as they are at first. */
export const STANDARD = {
  skip: "s",
  discard: "x",
  guidelines: "g",
  history: "h",
  showSuggestion: "v",
  none: "n",
  edit: "e",
  rationale: "r",
  compare: "c",
  further: "a",
};

export type Action = keyof typeof STANDARD;
export type MovableKeys = Readonly<Record<Action, string>>;
type Moved = Readonly<Partial<MovableKeys>>;

export const ACTIONS = Object.keys(STANDARD) as Action[];

/** Keys that stay, also where the open record makes no use of them. */
const FIXED = { j: "nextQuestion", k: "nextQuestion", "[": "ends", "]": "ends", "?": "help" } as const;
const BRACKETS: Record<string, string> = { BracketLeft: "[", BracketRight: "]" };

/** What holds a key: an action, or what a fixed key does; both name a text in `annotate.keys`. */
export type Holder = Action | (typeof FIXED)[keyof typeof FIXED];

/** The key that a press means; brackets by their place, as they are bound. */
export const keyOf = ({ code, key }: Pick<KeyboardEvent, "code" | "key">): string =>
  BRACKETS[code] ?? key.toLowerCase();

/** Whether an action can have this key: one letter or sign. Digits choose; `+` joins keys. */
export const isFit = (key: string): boolean => /^[\p{L}\p{P}\p{S}]$/u.test(key) && key !== "+";

/** What has this key, apart from one action. */
export function holderOf(key: string, but: Action, among: MovableKeys = keys): Holder | undefined {
  const fixed = Object.hasOwn(FIXED, key) ? FIXED[key as keyof typeof FIXED] : undefined;
  return fixed ?? ACTIONS.find((action) => action !== but && among[action] === key);
}

const NAME = "goldspan.keys";
const kept = new KeptTexts(NAME);
const listeners = new Set<() => void>();
let moved: Moved = readMoved();
let keys: MovableKeys = { ...STANDARD, ...moved };

addEventListener("storage", ({ key }) => {
  if (key === NAME) use(readMoved());
});

/** What was kept, without what no longer fits: it may be of another version, or of no use at all. */
function readMoved(): Moved {
  try {
    const found: unknown = JSON.parse(kept.get("") ?? "{}");
    const entries = Object.entries(found as object).filter(
      ([action, key]) => Object.hasOwn(STANDARD, action) && typeof key === "string" && isFit(key),
    );
    return withoutClashes(Object.fromEntries(entries));
  } catch {
    return {};
  }
}

/** Give up moved keys until no two actions have the same. */
function withoutClashes(found: Moved): Moved {
  const all = { ...STANDARD, ...found };
  const clashing = ACTIONS.find((each) => each in found && holderOf(all[each], each, all));
  return clashing ? withoutClashes(without(clashing, found)) : found;
}

function without(action: Action, { [action]: _, ...others }: Moved): Moved {
  return others;
}

function use(next: Moved): void {
  moved = next;
  keys = { ...STANDARD, ...next };
  for (const listener of listeners) listener();
}

function keep(next: Moved): void {
  kept.set("", JSON.stringify(next));
  use(next);
}

/** Move an action to a key. Gives what has that key, in which case nothing changes. */
export function move(action: Action, key: string): Holder | undefined {
  const holder = holderOf(key, action);
  if (!holder) {
    const others = without(action, moved);
    keep(key === STANDARD[action] ? others : { ...others, [action]: key });
  }
  return holder;
}

export const resetAll = (): void => keep({});

export const isMoved = (action: Action): boolean => keys[action] !== STANDARD[action];

export const movableKeys = (): MovableKeys => keys;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The key that each action has now. */
export const useMovableKeys = (): MovableKeys => useSyncExternalStore(subscribe, movableKeys);
