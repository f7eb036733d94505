/** What one can do with the record on the desk; always in reach. */
import { Button, Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { Kbd } from "../../parts/Kbd";
import { IconBack, IconMore } from "../../parts/icons";
import { useTexts } from "../../texts";
import classes from "./ActionBar.module.css";

type Props = {
  /** The answer so far, where the text holds it. */
  strip: ReactNode;
  /** Why it cannot be submitted yet, after somebody tried. */
  complaint: string | null;
  note: ReactNode;
  submitLabel: string;
  ready: boolean;
  noneLabel: string | null;
  noneOn: boolean;
  canGoBack: boolean;
  onSubmit: () => void;
  onNone: () => void;
  onSkip: () => void;
  onDiscard: () => void;
  onDraft: () => void;
  onBack: () => void;
};

export function ActionBar(props: Props) {
  const texts = useTexts();
  return (
    <div className={classes.bar} role="region" aria-label={texts.annotate.answer}>
      <div className={classes.inner}>
        {props.note}
        {props.strip}
        <div className={classes.complaint} role="alert">
          {props.complaint}
        </div>
        <div className={classes.buttons}>
          <Button
            variant="subtle"
            color="gray"
            className={classes.quiet}
            onClick={props.onBack}
            disabled={!props.canGoBack}
            leftSection={<IconBack />}
            aria-label={texts.annotate.back}
            px="xs"
          >
            <span className={classes.wide}>{texts.annotate.back}</span>
            <Kbd keys="Backspace" />
          </Button>
          <span className={classes.spread} />
          <Button variant="subtle" color="gray" className={classes.desktop} onClick={props.onDiscard}>
            {texts.annotate.discard} <Kbd keys="X" />
          </Button>
          <Button variant="subtle" color="gray" className={classes.desktop} onClick={props.onSkip}>
            {texts.annotate.skip} <Kbd keys="S" />
          </Button>
          <Menu position="top-end">
            <Menu.Target>
              <Button variant="subtle" color="gray" className={classes.phone} aria-label={texts.annotate.more} px="xs">
                <IconMore />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={props.onSkip}>{texts.annotate.skip}</Menu.Item>
              <Menu.Item onClick={props.onDiscard}>{texts.annotate.discard}</Menu.Item>
              <Menu.Item onClick={props.onDraft}>{texts.annotate.saveDraft}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {props.noneLabel && (
            <Button variant={props.noneOn ? "filled" : "default"} aria-pressed={props.noneOn} onClick={props.onNone}>
              {props.noneLabel} <Kbd keys="N" />
            </Button>
          )}
          <Button onClick={props.onSubmit} data-ready={props.ready || undefined} className={classes.submit}>
            {props.submitLabel} <Kbd keys="Enter" />
          </Button>
        </div>
      </div>
    </div>
  );
}
