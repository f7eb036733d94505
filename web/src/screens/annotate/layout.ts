/** How a dataset's records are laid out, and what of a text stands in another. */
import type { RecordItem } from "../../api/types";
import type { Range } from "../../text/words";
import { type Setup, isKind, textOf } from "./model";

export type Layout = {
  /** The short field on top that stays in view, such as the question about a passage. */
  prominent: string | null;
  /** Questions stand beside the fields, not under them. */
  split: boolean;
  /** The passage that selecting in fills a written answer from. */
  passage: string | null;
};

const SHORT = 320;

export function layoutOf(setup: Setup, record: RecordItem): Layout {
  const candidates = new Set(setup.preference?.settings.options.map(({ value }) => value));
  const marked = new Set(setup.spans.map(({ settings }) => settings.field));
  const shown = setup.fields.filter(
    ({ name, settings }) => settings.type === "text" && !candidates.has(name) && textOf(record, name),
  );
  const [first, ...others] = shown;
  const isShort = first && textOf(record, first.name).length <= SHORT && !marked.has(first.name);
  const prominent = first && isShort && (others.length > 0 || setup.preference) ? first.name : null;
  const listed = setup.questions.filter(
    (question) => !isKind(question, "span") && question !== setup.preference,
  );
  const plain = others.filter(({ settings }) => settings.type === "text" && !settings.use_markdown);
  const passage =
    plain.find(({ name }) => name === "context") ??
    (plain.length === 1 ? plain[0] : undefined);
  return {
    prominent,
    split: listed.length > 0 && !setup.preference,
    passage: passage?.name ?? null,
  };
}

/** Where a text stands in another, in code points; at most the first 20 places. */
export function findIn(text: string, wanted: string): Range[] {
  const needle = wanted.trim().toLocaleLowerCase();
  if (!needle) return [];
  const hay = text.toLocaleLowerCase();
  // Lower case can change lengths (İ): then only the exact text is looked for.
  const [where, what] = hay.length === text.length ? [hay, needle] : [text, wanted.trim()];
  const found: Range[] = [];
  for (let at = where.indexOf(what); at >= 0 && found.length < 20; at = where.indexOf(what, at + 1)) {
    const start = [...text.slice(0, at)].length;
    found.push({ start, end: start + [...text.slice(at, at + what.length)].length });
  }
  return found;
}
