/** One of several: a label or a rating. Also several of several. */
import { useState } from "react";
import { scoreOf } from "../../../api/score";
import type { Suggestion } from "../../../api/types";
import { Kbd } from "../../../parts/Kbd";
import { useTexts } from "../../../texts";
import type { Asked } from "../model";
import classes from "./questions.module.css";

export type ChoiceOption = { value: string | number; text: string; description: string | null };

type ChoiceKind = "label_selection" | "multi_label_selection" | "rating";

/** The options in the order in which they are shown; digits choose by it. */
export function optionsOf(question: Asked<ChoiceKind>, suggestion?: Suggestion): ChoiceOption[] {
  const { settings } = question;
  if (settings.type === "rating")
    return settings.options.map(({ value }) => ({ value, text: String(value), description: null }));
  const options = settings.options.map((option) => ({
    value: option.value,
    text: option.text || option.value,
    description: option.description ?? null,
  }));
  if (settings.type === "multi_label_selection" && settings.options_order === "suggestion") {
    const first = Array.isArray(suggestion?.value) ? (suggestion.value as string[]) : [];
    const at = (value: string) => (first.includes(value) ? first.indexOf(value) : first.length);
    return options.sort((one, other) => at(one.value) - at(other.value));
  }
  return options;
}

/** The value after choosing an option by key or click. */
export function chosen(question: Asked<ChoiceKind>, before: unknown, value: string | number): unknown {
  if (question.settings.type !== "multi_label_selection") return before === value ? undefined : value;
  const list = Array.isArray(before) ? (before as (string | number)[]) : [];
  return list.includes(value) ? list.filter((each) => each !== value) : [...list, value];
}

type Props = {
  question: Asked<ChoiceKind>;
  value: unknown;
  suggestion: Suggestion | undefined;
  /** The first of the keys that choose, or null if the keyboard works on another question. */
  keysShown: boolean;
  keyPrefix?: string;
  name: string;
  labelledBy: string;
  onChange: (value: unknown) => void;
};

const MANY = 12;

export function Choice(props: Props) {
  const { question, value, suggestion, onChange, keysShown, keyPrefix = "" } = props;
  const texts = useTexts();
  const [search, setSearch] = useState("");
  const [unfolded, setUnfolded] = useState(false);
  const { settings } = question;
  const multiple = settings.type === "multi_label_selection";
  const all = optionsOf(question, suggestion);
  const visible = settings.type === "rating" ? null : (settings.visible_options ?? null);
  const folds = visible !== null && visible < all.length;
  const isChosen = (option: ChoiceOption) =>
    multiple ? Array.isArray(value) && value.includes(option.value) : value === option.value;
  const wanted = search.trim().toLocaleLowerCase();
  const shown = all.filter(
    (option, at) =>
      (!wanted || option.text.toLocaleLowerCase().includes(wanted)) &&
      (wanted || unfolded || !folds || at < visible || isChosen(option)),
  );
  const suggested = new Set(
    suggestion ? (Array.isArray(suggestion.value) ? suggestion.value : [suggestion.value]) : [],
  );
  const score = scoreOf(suggestion);

  return (
    <div>
      {all.length > MANY && (
        <input
          type="search"
          className={classes.search}
          placeholder={texts.annotate.filter}
          aria-label={texts.annotate.filter}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <div
        className={classes.options}
        role={multiple ? "group" : "radiogroup"}
        aria-labelledby={props.labelledBy}
        data-rating={settings.type === "rating" || undefined}
      >
        {shown.map((option) => {
          const at = all.indexOf(option);
          return (
            <label
              key={option.value}
              className={classes.option}
              data-suggested={(value === undefined && suggested.has(option.value)) || undefined}
              title={option.description ?? undefined}
            >
              <input
                type={multiple ? "checkbox" : "radio"}
                name={props.name}
                className={classes.input}
                checked={isChosen(option)}
                onChange={() => onChange(chosen(question, multiple ? value : undefined, option.value))}
              />
              <span className={classes.face}>
                {keysShown && at < 9 && <Kbd keys={`${keyPrefix}${at + 1}`} />}
                <bdi>{option.text}</bdi>
                {value === undefined && suggested.has(option.value) && (
                  <span className={classes.hint}>
                    {texts.annotate.suggested}
                    {score !== null && ` ${texts.annotate.certainty(score)}`}
                  </span>
                )}
              </span>
            </label>
          );
        })}
      </div>
      {folds && !wanted && (
        <button type="button" className={classes.fold} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? texts.annotate.fewerLabels : texts.annotate.allLabels(all.length)}
        </button>
      )}
    </div>
  );
}
