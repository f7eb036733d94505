/** The values that a question's suggestions can be filtered by. */
import type { Question } from "../../api/types";

export type ValueOption = { value: string | number; label: string };

/** Its labels or its ratings; none where values are written, marked or ranked. */
export function optionsOf(question: Question | undefined): ValueOption[] {
  const settings = question?.settings;
  switch (settings?.type) {
    case "label_selection":
    case "multi_label_selection":
      return settings.options.map(({ value, text }) => ({ value, label: text || value }));
    case "rating":
      return settings.options.map(({ value }) => ({ value, label: String(value) }));
    default:
      return [];
  }
}

export function valueLabel(question: Question | undefined, value: string | number): string {
  return optionsOf(question).find((option) => option.value === value)?.label ?? String(value);
}
