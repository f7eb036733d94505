import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import type { MyProgress } from "../../api/tasks";
import { IconBook, IconGrid, IconHistory, IconKeys, IconMore } from "../../parts/icons";
import { useQueueState } from "../../saving/SavingProvider";
import { useTexts } from "../../texts";
import classes from "./Toolbar.module.css";

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
  const { waiting } = useQueueState();
  const tools = [
    { name: "guidelines", label: texts.annotate.guidelines, icon: <IconBook /> },
    { name: "history", label: texts.annotate.history, icon: <IconHistory /> },
    { name: "help", label: texts.annotate.shortcuts, icon: <IconKeys /> },
  ] as const;
  return (
    <>
      {progress && (
        <span className={classes.progress}>
          <span className={classes.today}>{texts.annotate.progress.today(progress.today + waiting)}</span>
          <span>{texts.annotate.progress.left(Math.max(0, progress.remaining - waiting))}</span>
          <progress
            className={classes.meter}
            value={progress.completed}
            max={Math.max(1, progress.total)}
            aria-label={texts.annotate.progress.label(progress.completed, progress.total)}
            title={texts.annotate.progress.label(progress.completed, progress.total)}
          />
        </span>
      )}
      <span className={classes.tools}>
        {tools.map(({ name, label, icon }) => (
          <Tooltip key={name} label={label}>
            <ActionIcon
              variant={panel === name ? "light" : "subtle"}
              color="gray"
              size={34}
              aria-label={label}
              aria-expanded={panel === name}
              onClick={() => onPanel(name)}
            >
              {icon}
            </ActionIcon>
          </Tooltip>
        ))}
        {onBulk && (
          <Tooltip label={texts.annotate.bulk}>
            <ActionIcon variant="subtle" color="gray" size={34} aria-label={texts.annotate.bulk} onClick={onBulk}>
              <IconGrid />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
      <span className={classes.folded}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={34} aria-label={texts.annotate.more}>
              <IconMore />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {tools.map(({ name, label, icon }) => (
              <Menu.Item key={name} leftSection={icon} onClick={() => onPanel(name)}>
                {label}
              </Menu.Item>
            ))}
            {onBulk && (
              <Menu.Item leftSection={<IconGrid />} onClick={onBulk}>
                {texts.annotate.bulk}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </span>
    </>
  );
}
