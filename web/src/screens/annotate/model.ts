/** What a record asks, what was answered so far, and whether that is enough. Pure. */
import type { Task, Values } from "../../api/tasks";
import type { Dataset, Field, Question, QuestionSettings, RecordItem, Suggestion } from "../../api/types";

/** Half-open, in code points of the field's text. */
export type Span = { label: string; start: number; end: number };

export type Ranked = { value: string; rank: number };

/** Answers by question name; a question that is not answered has none. */
export type Answers = Record<string, unknown>;

export type Kind = QuestionSettings["type"];

export type Asked<K extends Kind = Kind> = Omit<Question, "settings"> & {
  settings: Extract<QuestionSettings, { type: K }>;
};

export const isKind = <K extends Kind>(question: Question, kind: K): question is Asked<K> =>
  question.settings.type === kind;

/** "Not answerable" where the answer is written; the prompt template's default says the same. */
export const NO_ANSWER = "(not in the passage)";

export type Setup = {
  dataset: Dataset;
  fields: Field[];
  questions: Question[];
  spans: Asked<"span">[];
  /** The question that compares candidates, each of which is a field of its own. */
  preference: Asked<"ranking"> | null;
  /** One choice answers the record, so that choosing can submit. */
  oneChoice: boolean;
};

export function makeSetup(dataset: Dataset, fields: Field[], questions: Question[]): Setup {
  const names = new Set(fields.map(({ name }) => name));
  const preference =
    questions
      .filter((question) => isKind(question, "ranking"))
      .find(({ settings }) => settings.options.every(({ value }) => names.has(value))) ?? null;
  const required = questions.filter((question) => question.required);
  const only = required.length === 1 ? required[0] : undefined;
  const oneChoice =
    only !== undefined &&
    (isKind(only, "label_selection") ||
      isKind(only, "rating") ||
      (only === preference && preference?.settings.options.length === 2));
  return {
    dataset,
    fields,
    questions,
    spans: questions.filter((question) => isKind(question, "span")),
    preference,
    oneChoice,
  };
}

/** Whether every required question is a label or a rating, so that rows can be answered at once. */
export const canBulk = ({ questions }: Setup): boolean => {
  const kinds = questions.filter(({ required }) => required).map(({ settings }) => settings.type);
  return (
    kinds.length > 0 &&
    kinds.every((kind) => ["label_selection", "multi_label_selection", "rating"].includes(kind))
  );
};

export const textOf = (record: RecordItem, field: string): string => {
  const value = record.fields[field];
  return typeof value === "string" ? value : "";
};

/** Candidates that the record fills, in the order in which they are to be shown. */
export function candidatesOf(
  preference: Asked<"ranking">,
  record: RecordItem,
  shownOrder: string[] | null,
): string[] {
  const filled = preference.settings.options
    .map(({ value }) => value)
    .filter((name) => textOf(record, name) !== "");
  const order = shownOrder ?? filled;
  return [...order.filter((name) => filled.includes(name)), ...filled.filter((n) => !order.includes(n))];
}

export function suggestionsOf(record: RecordItem, questions: Question[]): Map<string, Suggestion> {
  const names = new Map(questions.map(({ id, name }) => [id, name]));
  const found = new Map<string, Suggestion>();
  for (const suggestion of record.suggestions ?? []) {
    const name = names.get(suggestion.question_id);
    if (name) found.set(name, suggestion);
  }
  return found;
}

/** What a screen shows that cannot be asked for more: nothing of suggestions that wait. */
export const shownSuggestions = (task: Task, questions: Question[]): Map<string, Suggestion> =>
  task.suggestions_on_request ? new Map() : suggestionsOf(task.record, questions);

export function isAnswered(question: Question, value: unknown, record: RecordItem): boolean {
  if (value === undefined || value === null) return false;
  if (isKind(question, "text")) return typeof value === "string" && value.trim() !== "";
  if (isKind(question, "multi_label_selection")) return Array.isArray(value) && value.length > 0;
  if (isKind(question, "ranking")) {
    const ranked = new Set((value as Ranked[]).map((item) => item.value));
    return neededOptions(question, record).every((name) => ranked.has(name));
  }
  return true;
}

/** Options that must be ranked: an option that names a field counts where the record fills it. */
export function neededOptions(question: Asked<"ranking">, record: RecordItem): string[] {
  const all = question.settings.options.map(({ value }) => value);
  return all.some((name) => name in record.fields)
    ? all.filter((name) => textOf(record, name) !== "")
    : all;
}

/** The answers, with the suggestion for each question that nobody touched. */
export function withSuggestions(
  answers: Answers,
  questions: Question[],
  suggestions: Map<string, Suggestion>,
): Answers {
  const complete = { ...answers };
  for (const question of questions) {
    const suggestion = suggestions.get(question.name);
    // An answer that was emptied again is no leave to fill in the suggestion.
    if (!suggestion || answers[question.name] !== undefined) continue;
    complete[question.name] = asAnswer(question, suggestion.value);
  }
  return complete;
}

/** A suggestion's value as an answer: without scores and texts beside spans. */
function asAnswer(question: Question, value: unknown): unknown {
  if (!isKind(question, "span") || !Array.isArray(value)) return value;
  return (value as Span[]).map(({ label, start, end }) => ({ label, start, end }));
}

/** Required questions that have no answer, in order. */
export function unanswered(answers: Answers, questions: Question[], record: RecordItem): Question[] {
  return questions.filter(
    (question) => question.required && !isAnswered(question, answers[question.name], record),
  );
}

/** The answers as the server takes them; what is no answer is left out. */
export function toValues(answers: Answers, questions: Question[], record: RecordItem): Values {
  const values: Values = {};
  for (const question of questions) {
    const value = answers[question.name];
    if (isAnswered(question, value, record)) values[question.name] = { value };
  }
  return values;
}

export function fromValues(values: Values | Record<string, unknown> | null | undefined): Answers {
  const answers: Answers = {};
  for (const [name, given] of Object.entries(values ?? {})) {
    answers[name] = (given as { value: unknown }).value;
  }
  return answers;
}

/** `best` before all others, which share the next rank; without one, all share the first. */
export function prefer(candidates: string[], best: string | null): Ranked[] {
  return candidates.map((value) => ({ value, rank: best === null || value === best ? 1 : 2 }));
}

/**
 * The ranking after one more candidate was named: the named ones in order, the others sharing
 * the rank behind them. Naming one again takes it back.
 */
export function rankNext(candidates: string[], named: string[], next: string): string[] {
  return named.includes(next)
    ? named.filter((name) => name !== next)
    : [...named, next].filter((name) => candidates.includes(name));
}

export function rankingOf(candidates: string[], named: string[]): Ranked[] {
  return candidates.map((value) => {
    const at = named.indexOf(value);
    return { value, rank: at < 0 ? named.length + 1 : at + 1 };
  });
}

/** The span list after marking one more. */
export function withSpan(
  question: Asked<"span">,
  before: Span[],
  span: Span,
  further: boolean,
): Span[] {
  const single = question.settings.options.length === 1;
  const keeps = further || !single;
  if (!keeps) return [span];
  const rest = before.filter(
    (each) =>
      !(each.start === span.start && each.end === span.end && each.label === span.label) &&
      (question.settings.allow_overlapping || each.end <= span.start || span.end <= each.start),
  );
  return [...rest, span].sort((one, other) => one.start - other.start || one.end - other.end);
}
