import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useRef } from "react";
import { Kbd, keyName, spokenKeys } from "../parts/Kbd";
import { useTexts } from "../texts";
import classes from "./HelpSheet.module.css";
import { type Action, type Holder, STANDARD, isFit, isMoved, keyOf, move, movableKeys } from "./movable";
import { type Shortcut, answersTo, boundShortcuts, keysOf } from "./registry";
import { useSheetTexts } from "./texts";

const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"]);

type Props = {
  shortcut: Shortcut;
  /** What it does, if its key can be moved. */
  action: Action | null;
  /** Whether it waits for a new key. */
  asks: boolean;
  onAsk: (action: Action | null) => void;
  /** Say what was asked, refused or done; empty: nothing. */
  onNote: (note: string) => void;
};

/** One shortcut: what it does, and its keys. */
export function ShortcutRow(props: Props) {
  const { shortcut, action } = props;
  return (
    <div className={classes.row}>
      <dt>{shortcut.label}</dt>
      <dd className={classes.keys}>
        {action ? (
          <MovableKey {...props} action={action} />
        ) : (
          keysOf(shortcut).map((keys) => (
            <span key={keys}>
              <Kbd keys={keys} />
              <VisuallyHidden>{spokenKeys(keys)} </VisuallyHidden>
            </span>
          ))
        )}
      </dd>
    </div>
  );
}

function MovableKey({ shortcut, action, asks, onAsk, onNote }: Props & { action: Action }) {
  const texts = useSheetTexts();
  const labels = useTexts().annotate.keys;
  const button = useRef<HTMLButtonElement>(null);
  const label = labels[action];
  const own = movableKeys()[action];

  const ask = () => {
    if (asks) return;
    button.current?.focus();
    onAsk(action);
    onNote(texts.asks(label));
  };
  const end = (note: string) => {
    onAsk(null);
    onNote(note);
  };
  const settle = (holder: Holder | undefined, refusal: typeof texts.taken, key: string) => {
    if (holder) onNote(refusal(keyName(key), labels[holder]));
    else end(texts.now(label, keyName(key)));
  };
  const take = (event: KeyboardEvent) => {
    if (event.key === "Tab" || MODIFIERS.has(event.key)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (event.key === "Escape" || answersTo(shortcut, event.nativeEvent)) return end("");
    const key = keyOf(event);
    const bound = boundShortcuts()
      .flatMap(({ shortcuts }) => shortcuts)
      .find((each) => answersTo(each, event.nativeEvent));
    const name = event.key.length > 1 ? event.key : keyName(event.key);
    if (bound?.label) onNote(texts.taken(name, bound.label));
    // A press that would not run what it is moved to, such as one with Shift, is none.
    else if (!isFit(key) || !answersTo({ ...shortcut, keys: key }, event.nativeEvent))
      onNote(texts.unfit);
    else settle(move(action, key), texts.taken, key);
  };
  return (
    <>
      {isMoved(action) && !asks && (
        <button
          type="button"
          className={classes.reset}
          aria-label={texts.resetOne(label)}
          onClick={() => {
            // It is gone when it has done its work.
            button.current?.focus();
            settle(move(action, STANDARD[action]), texts.ownTaken, STANDARD[action]);
          }}
        >
          {texts.reset}
        </button>
      )}
      <button
        ref={button}
        type="button"
        className={classes.change}
        aria-label={asks ? undefined : texts.change(label, keyName(own))}
        onClick={ask}
        onKeyDown={asks ? take : undefined}
        onBlur={() => asks && end("")}
      >
        {asks ? texts.press : <Kbd keys={own} />}
      </button>
    </>
  );
}
