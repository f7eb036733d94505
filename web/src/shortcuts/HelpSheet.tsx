import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { useTexts } from "../texts";
import { ShortcutRow } from "./ShortcutRow";
import classes from "./HelpSheet.module.css";
import { ACTIONS, type Action, resetAll, useMovableKeys } from "./movable";
import { boundShortcuts, keysOf } from "./registry";
import { useSheetTexts } from "./texts";

/** Every shortcut that counts on the open screen; keys that can be moved are moved here. */
export function HelpSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { annotate } = useTexts();
  const texts = useSheetTexts();
  const movable = useMovableKeys();
  const [asking, setAsking] = useState<Action | null>(null);
  const [note, setNote] = useState("");
  const groups = opened ? boundShortcuts().filter(({ shortcuts }) => shortcuts.length > 0) : [];
  const actionOn = (keys: string[]): Action | null =>
    ACTIONS.find((action) => keys.length === 1 && keys[0] === movable[action]) ?? null;

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={annotate.shortcuts}
      size="lg"
      closeOnEscape={asking === null}
    >
      <p className={classes.hint}>{texts.hint}</p>
      {groups.map(({ title, shortcuts }) => (
        <section key={title}>
          <h3 className={classes.title}>{title}</h3>
          <dl className={classes.list}>
            {shortcuts.map((shortcut) => {
              const action = actionOn(keysOf(shortcut));
              return (
                <ShortcutRow
                  key={shortcut.label}
                  shortcut={shortcut}
                  action={action}
                  asks={asking !== null && asking === action}
                  onAsk={setAsking}
                  onNote={setNote}
                />
              );
            })}
          </dl>
        </section>
      ))}
      <Button
        className={classes.all}
        variant="default"
        size="xs"
        onClick={() => {
          resetAll();
          setNote(texts.allReset);
        }}
      >
        {texts.resetAll}
      </Button>
      <p className={classes.note} role="status">
        {note}
      </p>
    </Modal>
  );
}
