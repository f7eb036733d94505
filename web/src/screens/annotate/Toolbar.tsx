import type { MyProgress } from "../../api/tasks";
import { LaterMenu } from "../../parts/LaterMenu";
import { IconButton } from "../../parts/buttons";
import { IconBook, IconGrid, IconHistory, IconKeys, IconMore } from "../../parts/icons";
import { useQueueState } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import classes from "./Toolbar.module.css";

const loadMenu = () => import("../../parts/ItemsMenu");

type Panel = "guidelines" | "history" | "help";

type Props = {
  progress: MyProgress | null;
  panel: Panel | null;
  onPanel: (panel: Panel) => void;
  onBulk: (() => void) | null;
};

/** Progress, and what can be opened beside the record. */
export function Toolbar({ progress, panel, onPanel, onBulk }: Props) {
  const texts = useTexts();
  const panels = [
    { name: "guidelines", label: texts.annotate.guidelines, icon: <IconBook /> },
    { name: "history", label: texts.annotate.history, icon: <IconHistory /> },
    { name: "help", label: texts.annotate.shortcuts, icon: <IconKeys /> },
  ] as const;
  const bulk = onBulk && { label: texts.annotate.bulk, icon: <IconGrid />, run: onBulk };
  const tools = panels.map(({ name, ...tool }) => ({ ...tool, name, run: () => onPanel(name) }));
  return (
    <>
      {progress && <Progress progress={progress} />}
      <span className={classes.tools}>
        {tools.map(({ name, label, icon, run }) => (
          <IconButton key={name} label={label} aria-expanded={panel === name} onClick={run}>
            {icon}
          </IconButton>
        ))}
        {bulk && (
          <IconButton label={bulk.label} onClick={bulk.run}>
            {bulk.icon}
          </IconButton>
        )}
      </span>
      <span className={classes.folded}>
        <LaterMenu
          target={
            <IconButton label={texts.annotate.more}>
              <IconMore />
            </IconButton>
          }
          load={loadMenu}
          menu={{ position: "bottom-end", items: bulk ? [...tools, bulk] : tools }}
        />
      </span>
    </>
  );
}

function Progress({ progress }: { progress: MyProgress }) {
  const texts = useTexts().annotate.progress;
  const { waiting } = useQueueState();
  const label = texts.label(progress.completed, progress.total);
  return (
    <span className={classes.progress}>
      <span className={classes.today}>{texts.today(progress.today + waiting)}</span>
      <span>{texts.left(Math.max(0, progress.remaining - waiting))}</span>
      <progress
        className={classes.meter}
        value={progress.completed}
        max={Math.max(1, progress.total)}
        aria-label={label}
        title={label}
      />
    </span>
  );
}
