import classes from "./Kbd.module.css";

const NAMES: Record<string, string> = {
  $mod: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl",
  Shift: "⇧",
  Alt: navigator.platform.startsWith("Mac") ? "⌥" : "Alt",
  Enter: "↵",
  Backspace: "⌫",
  Escape: "Esc",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  BracketLeft: "[",
  BracketRight: "]",
  ß: "ß",
};

export function keyName(keys: string): string {
  return keys
    .split("+")
    .map((key) => NAMES[key] ?? key.replace(/^(Digit|Key)/, "").toUpperCase())
    .join(" ");
}

/** A key press as a screen reader is to say it. */
export const spokenKeys = (keys: string): string =>
  keys.replace("$mod", "Control").replace("Digit", "").replaceAll("+", " ");

/** A key press beside what it does; no use to those who have no keyboard. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className={classes.kbd} aria-hidden>
      {keyName(keys)}
    </kbd>
  );
}
