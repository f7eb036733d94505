import { useState } from "react";
import { scoreOf } from "../../../api/score";
import type { Suggestion } from "../../../api/types";
import { Markdown } from "../../../parts/Markdown";
import { useTexts } from "../../../texts";
import type { Asked } from "../model";
import classes from "./questions.module.css";

type Props = {
  question: Asked<"text">;
  value: unknown;
  suggestion: Suggestion | undefined;
  labelledBy: string;
  hint?: string | undefined;
  onChange: (value: unknown) => void;
};

export const boxId = (name: string): string => `write-${name}`;

/** A text. A suggested one is shown in the box, paler, until it is changed. */
export function WrittenAnswer({ question, value, suggestion, labelledBy, hint, onChange }: Props) {
  const texts = useTexts();
  const [previewed, setPreviewed] = useState(false);
  const suggested = typeof suggestion?.value === "string" ? suggestion.value : "";
  const untouched = value === undefined && suggested !== "";
  const text = typeof value === "string" ? value : suggested;
  const score = scoreOf(suggestion);
  return (
    <div className={classes.written}>
      {previewed ? (
        <div className={classes.preview}>
          <Markdown text={text} />
        </div>
      ) : (
        <textarea
          id={boxId(question.name)}
          className={classes.box}
          dir="auto"
          rows={2}
          value={text}
          data-suggested={untouched || undefined}
          aria-labelledby={labelledBy}
          placeholder={hint}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <div className={classes.under}>
        {untouched && (
          <span className={classes.hint}>
            {texts.annotate.suggested}
            {score !== null && ` ${texts.annotate.certainty(score)}`}
          </span>
        )}
        {question.settings.use_markdown && text !== "" && (
          <button type="button" className={classes.fold} onClick={() => setPreviewed(!previewed)}>
            {previewed ? texts.annotate.write : texts.annotate.preview}
          </button>
        )}
      </div>
    </div>
  );
}
