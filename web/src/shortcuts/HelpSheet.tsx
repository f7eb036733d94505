import { Modal } from "@mantine/core";
import { useTexts } from "../texts";
import { Kbd } from "../parts/Kbd";
import classes from "./HelpSheet.module.css";
import { boundShortcuts, keysOf } from "./registry";

/** Every shortcut that counts on the open screen. */
export function HelpSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const texts = useTexts();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={texts.annotate.shortcuts}
      size="lg"
    >
      {opened &&
        boundShortcuts()
          .filter(({ shortcuts }) => shortcuts.length > 0)
          .map(({ title, shortcuts }) => (
            <section key={title}>
              <h3 className={classes.title}>{title}</h3>
              <dl className={classes.list}>
                {shortcuts.map((shortcut) => (
                  <div key={keysOf(shortcut).join()} className={classes.row}>
                    <dt>{shortcut.label}</dt>
                    <dd className={classes.keys}>
                      {keysOf(shortcut).map((keys) => (
                        <Kbd key={keys} keys={keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
    </Modal>
  );
}
