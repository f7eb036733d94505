/** An answer to one question, as text; spans are looked up in the record's fields. */
import type { Question, RecordItem } from "../api/types";
import { useLeadTexts } from "../texts/lead";
import classes from "./Answer.module.css";

type Span = { start: number; end: number; label?: string };
type Ranked = { value: string; rank?: number };

/** The part of a text between two places, counted in code points. */
export function between(text: string, start: number, end: number): string {
  return [...text].slice(start, end).join("");
}

export function spanTexts(value: unknown, text: unknown): string[] {
  if (!Array.isArray(value) || typeof text !== "string") return [];
  return (value as Span[]).map(({ start, end }) => between(text, start, end));
}

/** The candidates of a ranking, best first; those that tie stand together. */
export function ranks(value: Ranked[]): string[][] {
  const groups = new Map<number, string[]>();
  value.forEach(({ value: name, rank }, at) => {
    const place = rank ?? at + 1;
    groups.set(place, [...(groups.get(place) ?? []), name]);
  });
  return [...groups.entries()].sort(([one], [other]) => one - other).map(([, names]) => names);
}

/** An answer in one line of text, for lists. */
export function answerText(question: Question, value: unknown, record: RecordItem): string {
  switch (question.settings.type) {
    case "span":
      return spanTexts(value, record.fields[question.settings.field]).join(" · ");
    case "ranking":
      return Array.isArray(value)
        ? ranks(value as Ranked[])
            .map((names) => names.join(" = "))
            .join(" > ")
        : "";
    case "multi_label_selection":
      return Array.isArray(value) ? value.join(", ") : "";
    default:
      return value === null || value === undefined ? "" : String(value);
  }
}

type Props = { question: Question; value: unknown; record: RecordItem };

export function Answer({ question, value, record }: Props) {
  const lead = useLeadTexts();
  if (value === undefined || value === null)
    return <span className={classes.none}>{lead.record.noAnswer}</span>;
  const { settings } = question;
  if (settings.type === "span") {
    const texts = spanTexts(value, record.fields[settings.field]);
    if (texts.length === 0) return <span className={classes.none}>{lead.record.unanswerable}</span>;
    return (
      <span className={classes.several}>
        {texts.map((text, at) => (
          <mark key={`${at}-${text}`} className={classes.span} dir="auto">
            {text}
          </mark>
        ))}
      </span>
    );
  }
  if (settings.type === "ranking" && Array.isArray(value)) {
    return (
      <ol className={classes.ranking}>
        {ranks(value as Ranked[]).map((names) => (
          <li key={names.join()}>
            {names.map((name) => (
              <span key={name} className={classes.candidate} dir="auto">
                {String(record.fields[name] ?? name)}
              </span>
            ))}
          </li>
        ))}
      </ol>
    );
  }
  return <span dir="auto">{answerText(question, value, record)}</span>;
}
