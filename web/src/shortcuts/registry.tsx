/**
 * Keyboard shortcuts: one listener, one list of what is bound right now, which the help sheet
 * shows. Nothing fires while somebody types or composes, or while a dialog is open over it.
 */
import { useId, useLayoutEffect, useRef } from "react";
import { type KeybindingPress, matchKeybindingPress, parseKeybinding } from "tinykeys";

export type Shortcut = {
  /** One or more key presses, as tinykeys writes them: `Enter`, `$mod+s`, `Shift+Digit1`. */
  keys: string | string[];
  /** What it does, for the help sheet. Without it, the sheet leaves it out. */
  label?: string;
  run: (event: KeyboardEvent) => void;
  /** Whether it counts in a text box, too: for presses that write nothing. */
  whileTyping?: boolean;
  /** Whether it counts at the moment; if not, the press goes to whoever else wants it. */
  when?: () => boolean;
};

type Scope = { title: string; shortcuts: Shortcut[]; id: string };

const scopes: Scope[] = [];

export const keysOf = ({ keys }: Shortcut): string[] => (Array.isArray(keys) ? keys : [keys]);

/** Whether a press is one of a shortcut's. */
export const answersTo = (shortcut: Shortcut, event: KeyboardEvent): boolean =>
  keysOf(shortcut).some((keys) => matchKeybindingPress(event, pressOf(keys)));

const parsed = new Map<string, KeybindingPress>();

function pressOf(keys: string): KeybindingPress {
  let press = parsed.get(keys);
  if (!press) {
    press = parseKeybinding(keys)[0];
    if (!press) throw new Error(`no key in ${JSON.stringify(keys)}`);
    parsed.set(keys, press);
  }
  return press;
}

/** Keys that more than one of the shortcuts claims without saying when. */
export function conflicts(shortcuts: Shortcut[]): string[] {
  const all = shortcuts.filter(({ when }) => !when).flatMap(keysOf).map((keys) => keys.toLowerCase());
  return [...new Set(all.filter((keys, at) => all.indexOf(keys) !== at))];
}

const TYPED = new Set(["text", "search", "password", "email", "url", "number", "tel", "date"]);

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT")
    return true;
  return target.tagName === "INPUT" && TYPED.has((target as HTMLInputElement).type);
}

/** Whether the element that has the focus makes something of this key itself. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof HTMLElement)) return false;
  const pressesIt = key === "Enter" || key === " ";
  if (pressesIt && target.closest("a[href], button, summary, [role=menuitem], [role=tab]")) return true;
  const isChoice = target.matches("input[type=radio], input[type=checkbox], [role=slider]");
  return isChoice && (key === " " || key.startsWith("Arrow"));
}

/** A dialog or an open menu has the keyboard to itself. */
const isBehindDialog = (): boolean =>
  document.querySelector("[role=dialog][aria-modal=true], [role=menu]") !== null;

/** Whether the press that is on its way began behind a dialog, which may be closed by it. */
let beganBehind = false;

function noteBeginning(): void {
  beganBehind = isBehindDialog();
}

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  if (beganBehind || isBehindDialog() || belongsToFocus(event)) return;
  const typing = isTyping(event.target);
  for (const { shortcuts } of [...scopes].reverse()) {
    for (const shortcut of shortcuts) {
      if (typing && !shortcut.whileTyping) continue;
      if (!answersTo(shortcut, event)) continue;
      if (shortcut.when && !shortcut.when()) continue;
      event.preventDefault();
      shortcut.run(event);
      return;
    }
  }
}

let listening = false;

/**
 * Bind shortcuts while the component is shown; later scopes come before earlier ones. They count from
 * the moment it can be seen: a key that is pressed at once is not lost.
 */
export function useShortcuts(title: string, shortcuts: Shortcut[]): void {
  const id = useId();
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useLayoutEffect(() => {
    if (!listening) {
      window.addEventListener("keydown", noteBeginning, { capture: true });
      window.addEventListener("keydown", handleKey);
      listening = true;
    }
    const scope: Scope = {
      title,
      id,
      get shortcuts() {
        return latest.current;
      },
    };
    scopes.push(scope);
    return () => {
      scopes.splice(scopes.indexOf(scope), 1);
    };
  }, [title, id]);
}

/** What is bound right now, for the help sheet. */
export function boundShortcuts(): { title: string; shortcuts: Shortcut[] }[] {
  return scopes.map(({ title, shortcuts }) => ({
    title,
    shortcuts: shortcuts.filter(({ label }) => label),
  }));
}
