import { type ComponentType, Fragment } from "react";
import classes from "./Kbd.module.css";
import { IconBackspace, IconEnter, IconShift } from "./icons";

const NAMES: Record<string, string> = {
  $mod: navigator.platform.startsWith("Mac") ? "⌘" : "Ctrl",
  Alt: navigator.platform.startsWith("Mac") ? "⌥" : "Alt",
  Escape: "Esc",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  BracketLeft: "[",
  BracketRight: "]",
  ß: "ß",
};

/** Keys whose sign the page's font lacks. To find another font that has it takes a browser longer
 * than to set all other texts of the screen, and each system has another one. */
const DRAWN: Record<string, ComponentType> = {
  Enter: IconEnter,
  Backspace: IconBackspace,
  Shift: IconShift,
};

/** What is written on a single key. */
export const keyName = (key: string): string =>
  NAMES[key] ?? key.replace(/^(Digit|Key)/, "").toUpperCase();

/** A key press as a screen reader is to say it. */
export const spokenKeys = (keys: string): string =>
  keys.replace("$mod", "Control").replace("Digit", "").replaceAll("+", " ");

/** A key press beside what it does; no use to those who have no keyboard. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className={classes.kbd} aria-hidden>
      {keys.split("+").map((key, at) => {
        const Sign = DRAWN[key];
        return (
          <Fragment key={key}>
            {at > 0 && " "}
            {Sign ? <Sign /> : keyName(key)}
          </Fragment>
        );
      })}
    </kbd>
  );
}
