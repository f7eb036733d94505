/** Candidates as cards, blind, in the order that was drawn for this annotator and record. */
import type { Field, RecordItem } from "../../api/types";
import { Kbd } from "../../parts/Kbd";
import { loaded } from "../../parts/loaded";
import { useTexts } from "../../texts";
import classes from "./Candidates.module.css";
import { FieldValue } from "./FieldView";
import { type Ranked, textOf } from "./model";

const { Shown: Difference } = loaded<{ before: string; after: string }>(
  () => import("./Difference"),
  ({ props }) => props.after,
);

type Props = {
  names: string[];
  fields: Field[];
  record: RecordItem;
  ranking: Ranked[] | undefined;
  suggested: Ranked[] | undefined;
  comparing: boolean;
  labelledBy: string;
  onChoose: (name: string) => void;
  onLook: (name: string | null) => void;
};

export function Candidates(props: Props) {
  const { names, fields, record, ranking, comparing } = props;
  const texts = useTexts();
  const ranks = new Map((ranking ?? []).map(({ value, rank }) => [value, rank]));
  const tied = ranking !== undefined && new Set(ranks.values()).size === 1 && names.length > 1;
  const suggestedBest = (props.suggested ?? []).filter(({ rank }) => rank === 1);
  const [first] = names;
  return (
    <ol
      className={classes.cards}
      data-count={Math.min(names.length, 3)}
      aria-labelledby={props.labelledBy}
    >
      {names.map((name, at) => {
        const rank = ranks.get(name);
        const field = fields.find((each) => each.name === name);
        const best = rank === 1 && !tied;
        const isSuggested =
          ranking === undefined && suggestedBest.length === 1 && suggestedBest[0]?.value === name;
        return (
          <li
            key={name}
            className={classes.card}
            data-best={best || undefined}
            data-tied={tied || undefined}
            data-suggested={isSuggested || undefined}
            onPointerEnter={() => props.onLook(name)}
            onPointerLeave={() => props.onLook(null)}
          >
            <button
              type="button"
              className={classes.choose}
              aria-pressed={best}
              onClick={() => props.onChoose(name)}
              onFocus={() => props.onLook(name)}
              onBlur={() => props.onLook(null)}
            >
              <Kbd keys={String(at + 1)} />
              <span>{texts.annotate.candidate(at + 1)}</span>
              <span className={classes.state}>
                {tied
                  ? texts.annotate.tied
                  : rank !== undefined
                    ? names.length > 2
                      ? texts.annotate.rank(rank)
                      : best
                        ? texts.annotate.choose
                        : ""
                    : isSuggested
                      ? texts.annotate.suggested
                      : ""}
              </span>
            </button>
            <div className={classes.text}>
              {comparing && first && at > 0 ? (
                <Difference before={textOf(record, first)} after={textOf(record, name)} />
              ) : (
                field && <FieldValue field={field} value={record.fields[name]} />
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
