/** A written answer that selecting in the passage fills in. */
import { useMemo } from "react";
import { MarkableText } from "../../text/markable";
import type { Range } from "../../text/words";
import type { Suggestion } from "../../api/types";
import { type Layout, findIn } from "./layout";
import { type Asked, NO_ANSWER, type Setup, type Span, isKind, textOf } from "./model";
import type { Desk } from "./sitting";
import { type CursorHandle, useCursor } from "./useCursor";

export type Filling = {
  question: Asked<"text"> | null;
  field: string | null;
  source: MarkableText | null;
  /** Where the written answer stands in the passage. */
  found: Span[];
  suggested: Range[];
  cursor: CursorHandle;
  fill: (range: Range) => void;
  isNone: boolean;
  toggleNone: () => void;
};

export function useFilling(
  setup: Setup,
  desk: Desk,
  layout: Layout,
  suggestions: Map<string, Suggestion>,
  change: (name: string, value: unknown) => void,
): Filling {
  const { record } = desk.task;
  const written = setup.questions.filter((question) => isKind(question, "text"));
  const question =
    setup.spans.length > 0 || layout.passage === null
      ? null
      : (written.find(({ name }) => name === "answer" || name === "correction") ??
        (written.length === 1 && !setup.preference ? written[0] : undefined) ??
        null);
  const field = question ? layout.passage : null;
  const text = field ? textOf(record, field) : null;
  const source = useMemo(() => (text === null ? null : new MarkableText(text)), [text]);
  const value = question ? desk.answers[question.name] : undefined;
  const suggestion = question ? suggestions.get(question.name)?.value : undefined;
  const found = useMemo(
    () => (source && typeof value === "string" ? findIn(source.text, value).slice(0, 1) : []),
    [source, value],
  );
  const suggested =
    source && value === undefined && typeof suggestion === "string"
      ? findIn(source.text, suggestion).slice(0, 1)
      : [];
  const cursor = useCursor(source, () => {
    const from = found[0] ?? suggested[0];
    return from && source ? source.offsets.toUnits(from.start) : null;
  });
  return {
    question,
    field,
    source,
    found: useMemo(() => found.map((range) => ({ label: "", ...range })), [found]),
    suggested,
    cursor,
    fill: (range) => {
      if (question && source) change(question.name, source.text.slice(range.start, range.end));
    },
    isNone: value === NO_ANSWER,
    toggleNone: () => {
      if (question) change(question.name, value === NO_ANSWER ? undefined : NO_ANSWER);
    },
  };
}
