/** What the digits and the other keys of choices mean for a dataset. */
import type { Question, Suggestion } from "../../api/types";
import { type Answers, type Setup, isKind } from "./model";
import { chosen, optionsOf } from "./questions/Choice";

export const isChoice = (question: Question): boolean =>
  isKind(question, "label_selection") ||
  isKind(question, "multi_label_selection") ||
  isKind(question, "rating");

/** The choice question that plain digits answer: the wanted one, else the first without answer. */
export function digitTarget(
  setup: Setup,
  answers: Answers,
  wanted: string | null,
): Question | null {
  const choices = setup.questions.filter(isChoice);
  const found = choices.find(({ name }) => name === wanted);
  if (found) return found;
  return choices.find(({ name }) => answers[name] === undefined) ?? choices[0] ?? null;
}

/** The answer after a digit (1 to 9), or null if it names no option. */
export function byDigit(
  question: Question,
  before: unknown,
  suggestion: Suggestion | undefined,
  digit: number,
): { value: unknown } | null {
  if (
    !isKind(question, "label_selection") &&
    !isKind(question, "multi_label_selection") &&
    !isKind(question, "rating")
  )
    return null;
  const option = optionsOf(question, suggestion)[digit - 1];
  if (!option) return null;
  const multiple = isKind(question, "multi_label_selection");
  return { value: chosen(question, multiple ? before : undefined, option.value) };
}
