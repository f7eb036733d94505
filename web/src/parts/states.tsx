/** What a screen shows while it waits, when it is empty, and when it cannot go on. */
import { Button, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { explain } from "../app/notice";
import { useTexts } from "../texts";
import classes from "./states.module.css";

export function Waiting() {
  const texts = useTexts();
  return (
    <div className={classes.middle} role="status">
      <span className="spinner" aria-hidden />
      <span className={classes.late}>{texts.states.loading}</span>
    </div>
  );
}

type EmptyProps = { title: string; children?: ReactNode; actions?: ReactNode };

export function Empty({ title, children, actions }: EmptyProps) {
  return (
    <div className={classes.middle}>
      <Stack gap="xs" maw={440} align="center" ta="center">
        <Title order={2}>{title}</Title>
        <Text c="dimmed" component="div">
          {children}
        </Text>
        {actions && <div className={classes.actions}>{actions}</div>}
      </Stack>
    </div>
  );
}

type BrokenProps = { error: unknown; onAgain: () => void };

/** What stands in place of a part that could not be loaded. */
export function Broken({ error, onAgain }: BrokenProps) {
  const texts = useTexts();
  return (
    <Empty
      title={texts.states.broken}
      actions={<Button onClick={onAgain}>{texts.states.again}</Button>}
    >
      <span role="alert">{explain(error, texts)}</span>
    </Empty>
  );
}

export function BrokenScreen(props: BrokenProps) {
  return (
    <main className={classes.whole}>
      <Broken {...props} />
    </main>
  );
}
