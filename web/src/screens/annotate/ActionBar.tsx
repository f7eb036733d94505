/** What one can do with the record on the desk; always in reach. */
import type { ReactNode } from "react";
import { Kbd } from "../../parts/Kbd";
import { LaterMenu } from "../../parts/LaterMenu";
import { PlainButton } from "../../parts/buttons";
import { IconBack, IconMore } from "../../parts/icons";
import { useMovableKeys } from "../../shortcuts/movable";
import { useTexts } from "../../texts";
import classes from "./ActionBar.module.css";

const loadMenu = () => import("../../parts/ItemsMenu");

export type NoneKey = { label: string; isOn: boolean; toggle: () => void };

type Props = {
  /** The answer so far, where the text holds it. */
  strip: ReactNode;
  /** Why it cannot be submitted yet, after somebody tried. */
  complaint: string | null;
  note: ReactNode;
  submitLabel: string;
  ready: boolean;
  none: NoneKey | null;
  onSubmit: () => void;
  onSkip: () => void;
  onDiscard: () => void;
  onDraft: () => void;
  onBack: () => void;
};

export function ActionBar(props: Props) {
  const texts = useTexts();
  const keys = useMovableKeys();
  const { none } = props;
  return (
    <div className={classes.bar} role="region" aria-label={texts.annotate.answer}>
      <div className={classes.inner}>
        {props.note}
        {props.strip}
        <div className={classes.complaint} role="alert">
          {props.complaint}
        </div>
        <div className={classes.buttons}>
          <PlainButton className={classes.back} onClick={props.onBack} aria-label={texts.annotate.back}>
            <IconBack />
            <span className={classes.wide}>{texts.annotate.back}</span>
            <Kbd keys="Backspace" />
          </PlainButton>
          <span className={classes.spread} />
          <PlainButton className={classes.desktop} onClick={props.onDiscard}>
            {texts.annotate.discard} <Kbd keys={keys.discard} />
          </PlainButton>
          <PlainButton className={classes.desktop} onClick={props.onSkip}>
            {texts.annotate.skip} <Kbd keys={keys.skip} />
          </PlainButton>
          <More {...props} />
          {none && (
            <PlainButton
              look={none.isOn ? "filled" : "outlined"}
              className={classes.none}
              aria-pressed={none.isOn}
              onClick={none.toggle}
            >
              {none.label} <Kbd keys={keys.none} />
            </PlainButton>
          )}
          <PlainButton
            look="filled"
            className={classes.submit}
            data-ready={props.ready || undefined}
            onClick={props.onSubmit}
          >
            {props.submitLabel} <Kbd keys="Enter" />
          </PlainButton>
        </div>
      </div>
    </div>
  );
}

/** What has no room of its own on a phone. */
function More({ onSkip, onDiscard, onDraft }: Props) {
  const texts = useTexts();
  return (
    <LaterMenu
      target={
        <PlainButton className={classes.phone} aria-label={texts.annotate.more}>
          <IconMore />
        </PlainButton>
      }
      load={loadMenu}
      menu={{
        position: "top-end",
        items: [
          { label: texts.annotate.skip, run: onSkip },
          { label: texts.annotate.discard, run: onDiscard },
          { label: texts.annotate.saveDraft, run: onDraft },
        ],
      }}
    />
  );
}
