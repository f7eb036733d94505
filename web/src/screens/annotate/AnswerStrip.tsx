/** What is marked right now, in words: beside the text for those who see, and instead of it. */
import { useEffect, useState } from "react";
import { Kbd } from "../../parts/Kbd";
import { IconClose } from "../../parts/icons";
import { useTexts } from "../../texts";
import type { Range } from "../../text/words";
import classes from "./AnswerStrip.module.css";
import { selectedIn } from "./MarkedText";
import type { Span } from "./model";
import { scoreOf } from "../../api/score";
import type { Suggestion } from "../../api/types";
import type { Marking } from "./useMarking";

const LONGEST = 120;

const shorten = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}` : text;

type Props = { marking: Marking; suggestion: Suggestion | undefined; optional: boolean };

export function AnswerStrip({ marking, suggestion, optional }: Props) {
  const texts = useTexts();
  const { question, spans, suggested, cursor } = marking;
  if (!question || !marking.source) return null;
  const { options } = question.settings;
  const labelText = (label: string) =>
    options.length > 1 ? (options.find((o) => o.value === label)?.text ?? label) : "";
  const held = cursor.cursor ? marking.source.text.slice(cursor.cursor.range.start, cursor.cursor.range.end) : null;
  const score = scoreOf(suggestion);
  return (
    <div className={classes.strip}>
      {options.length > 1 && (
        <div className={classes.labels} role="radiogroup" aria-label={texts.annotate.keys.label}>
          {options.map((option, at) => (
            <button
              key={option.value}
              type="button"
              role="radio"
              aria-checked={marking.label === option.value}
              className={classes.label}
              data-color={at % 6}
              onClick={() => marking.setLabel(option.value)}
            >
              {at < 9 && <Kbd keys={String(at + 1)} />}
              <bdi>{option.text || option.value}</bdi>
            </button>
          ))}
        </div>
      )}
      <div className={classes.row} aria-live="polite">
        <span className={classes.name}>
          {spans === null && suggested !== null ? texts.annotate.suggested : question.title}
        </span>
        {spans === null && suggested === null && (
          <span className={classes.hint}>
            {optional && <>{texts.annotate.optional}. </>}
            <span className={classes.mouse}>{texts.annotate.markHint}</span>
            <span className={classes.touch}>{texts.annotate.markHintTouch}</span>
          </span>
        )}
        {spans === null && suggested !== null && (
          <>
            {suggested.length === 0 ? (
              <span className={classes.none}>{texts.annotate.notAnswerable}</span>
            ) : (
              suggested.map((span) => (
                <span key={`${span.start}-${span.end}`} className={classes.suggested} dir="auto">
                  {shorten(marking.sliceOf(span))}
                </span>
              ))
            )}
            {score !== null && <span className={classes.score}>{texts.annotate.certainty(score)}</span>}
          </>
        )}
        {spans?.length === 0 && <span className={classes.none}>{texts.annotate.notAnswerable}</span>}
        {spans?.map((span) => (
          <Chip
            key={`${span.label}-${span.start}-${span.end}`}
            span={span}
            text={shorten(marking.sliceOf(span))}
            label={labelText(span.label)}
            onRemove={() => marking.remove(span)}
          />
        ))}
        {marking.further && <span className={classes.further}>{texts.annotate.furtherOn}</span>}
      </div>
      {held !== null && (
        <div className={classes.cursor} aria-live="polite">
          <span>{texts.annotate.cursorOn(shorten(held))}</span>
          <Kbd keys="Enter" />
        </div>
      )}
      <TouchTools marking={marking} />
    </div>
  );
}

type ChipProps = { span: Span; text: string; label: string; onRemove: () => void };

function Chip({ text, label, onRemove }: ChipProps) {
  const texts = useTexts();
  return (
    <span className={classes.chip}>
      {label && <b className={classes.chipLabel}>{label}</b>}
      <bdi>{text}</bdi>
      <button
        type="button"
        className={classes.remove}
        aria-label={texts.annotate.remove(text)}
        onClick={onRemove}
      >
        <IconClose />
      </button>
    </span>
  );
}

/** For fingers: moving the ends by words, and marking what a long press has selected. */
function TouchTools({ marking }: { marking: Marking }) {
  const texts = useTexts();
  const selected = useTouchSelection();
  const hasSpan = (marking.spans ?? []).length > 0;
  if (!selected && !hasSpan) return null;
  return (
    <div className={classes.tools}>
      {selected && marking.source && (
        <button
          type="button"
          className={classes.tool}
          // The selection must survive the tap.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => {
            const range = marking.source?.words.snap(selected);
            if (range) marking.mark(range, false);
            getSelection()?.removeAllRanges();
          }}
        >
          {texts.annotate.markSelection}
        </button>
      )}
      {hasSpan && !selected && (
        <>
          <Nudge label={texts.annotate.wider.start} sign="⇤" onClick={() => marking.nudge("start", true, false)} />
          <Nudge label={texts.annotate.narrower.start} sign="⇥" onClick={() => marking.nudge("start", false, false)} />
          <Nudge label={texts.annotate.narrower.end} sign="⇤" onClick={() => marking.nudge("end", false, false)} />
          <Nudge label={texts.annotate.wider.end} sign="⇥" onClick={() => marking.nudge("end", true, false)} />
          <button
            type="button"
            className={classes.tool}
            aria-pressed={marking.further}
            onClick={() => marking.setFurther(!marking.further)}
          >
            + {texts.annotate.further}
          </button>
        </>
      )}
    </div>
  );
}

function Nudge({ label, sign, onClick }: { label: string; sign: string; onClick: () => void }) {
  return (
    <button type="button" className={classes.tool} aria-label={label} title={label} onClick={onClick}>
      {sign}
    </button>
  );
}

/** The selection in the markable text, in units, where it is made by touch. */
function useTouchSelection(): Range | null {
  const [range, setRange] = useState<Range | null>(null);
  useEffect(() => {
    if (!matchMedia("(pointer: coarse)").matches) return;
    const look = () => {
      const element = document.querySelector<HTMLElement>("[data-markable=true]");
      const selection = getSelection();
      setRange(element && selection ? selectedIn(element, selection) : null);
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, []);
  return range;
}
