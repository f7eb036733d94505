import { useTexts } from "../../../texts";
import { type Asked, type Ranked, neededOptions } from "../model";
import type { RecordItem, Suggestion } from "../../../api/types";
import classes from "./questions.module.css";

type Props = {
  question: Asked<"ranking">;
  value: unknown;
  suggestion: Suggestion | undefined;
  record: RecordItem;
  labelledBy: string;
  onChange: (value: unknown) => void;
};

/** A rank for each option; equal ranks are ties. */
export function RankedOptions({ question, value, suggestion, record, onChange }: Props) {
  const texts = useTexts();
  const needed = neededOptions(question, record);
  const given = (Array.isArray(value) ? value : (suggestion?.value ?? [])) as Ranked[];
  const ranks = new Map(given.map((item) => [item.value, item.rank]));
  const set = (option: string, rank: number) => {
    const before = ((Array.isArray(value) ? value : []) as Ranked[]).filter(
      (item) => item.value !== option,
    );
    onChange([...before, { value: option, rank }]);
  };
  return (
    <ul className={classes.ranked}>
      {question.settings.options
        .filter((option) => needed.includes(option.value))
        .map((option) => (
          <li key={option.value} className={classes.rankedRow}>
            <bdi id={`rank-${question.name}-${option.value}`}>{option.text || option.value}</bdi>
            <span
              role="radiogroup"
              aria-labelledby={`rank-${question.name}-${option.value}`}
              className={classes.ranks}
            >
              {needed.map((_, at) => (
                <label key={at} className={classes.option}>
                  <input
                    type="radio"
                    className={classes.input}
                    name={`rank-${question.name}-${option.value}`}
                    aria-label={texts.annotate.rank(at + 1)}
                    checked={ranks.get(option.value) === at + 1}
                    onChange={() => set(option.value, at + 1)}
                  />
                  <span className={classes.face}>{at + 1}</span>
                </label>
              ))}
            </span>
          </li>
        ))}
    </ul>
  );
}
