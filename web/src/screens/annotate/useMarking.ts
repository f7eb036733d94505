/** Marking answers in a field: which question, which label, replacing or adding, and the cursor. */
import { useCallback, useLayoutEffect, useMemo, useState } from "react";
import { MarkableText } from "../../text/markable";
import type { Range } from "../../text/words";
import type { Suggestion } from "../../api/types";
import type { Desk } from "./sitting";
import { type Asked, type Setup, type Span, textOf, withSpan } from "./model";
import { type CursorHandle, nudged, useCursor } from "./useCursor";

export type Marking = {
  /** The question that markings answer, or null if the dataset marks nothing. */
  question: Asked<"span"> | null;
  source: MarkableText | null;
  /** What was answered; null while nobody touched it. */
  spans: Span[] | null;
  suggested: Span[] | null;
  /** The label that the next marking gets. */
  label: string;
  setLabel: (label: string) => void;
  /** The next marking is added to the others. */
  further: boolean;
  setFurther: (further: boolean) => void;
  mark: (range: Range, further: boolean) => void;
  remove: (span: Span) => void;
  /** Say that the text holds no answer; a second time takes it back. */
  toggleNone: () => void;
  nudge: (end: "start" | "end", outwards: boolean, characters: boolean) => void;
  cursor: CursorHandle;
  setQuestion: (name: string) => void;
  sliceOf: (span: { start: number; end: number }) => string;
};

type Change = (name: string, value: unknown) => void;

export function useMarking(
  setup: Setup,
  desk: Desk | null,
  suggestions: Map<string, Suggestion>,
  change: Change,
): Marking {
  const recordId = desk?.task.record.id;
  const [questionName, setQuestion] = useState<string | null>(null);
  const [label, setLabel] = useState<string | null>(null);
  const [further, setFurther] = useState(false);
  const question =
    setup.spans.find(({ name }) => name === questionName) ?? setup.spans[0] ?? null;
  const text = question && desk ? textOf(desk.task.record, question.settings.field) : null;
  // The record counts, too: its neighbour may have the same text.
  const source = useMemo(
    () => (text === null || recordId === undefined ? null : new MarkableText(text)),
    [text, recordId],
  );
  useLayoutEffect(() => setFurther(false), [recordId]);

  const value = question ? desk?.answers[question.name] : undefined;
  const spans = Array.isArray(value) ? (value as Span[]) : null;
  const suggestion = question ? suggestions.get(question.name) : undefined;
  const suggested = Array.isArray(suggestion?.value) ? (suggestion.value as Span[]) : null;
  const labels = question?.settings.options.map((option) => option.value) ?? [];
  const current = label !== null && labels.includes(label) ? label : (labels[0] ?? "");

  const begin = () => {
    const from = spans?.at(-1) ?? suggested?.[0];
    return from && source ? source.offsets.toUnits(from.start) : null;
  };
  const cursor = useCursor(source, begin);

  const mark = useCallback(
    (range: Range, more: boolean) => {
      if (!question || !source) return;
      const span = { label: current, ...source.toPoints(range) };
      change(question.name, withSpan(question, spans ?? [], span, more || further));
      setFurther(false);
    },
    [question, source, current, spans, further, change],
  );

  const replace = (changed: Span[]) => question && change(question.name, changed);

  return {
    question,
    source,
    spans,
    suggested,
    label: current,
    setLabel,
    further,
    setFurther,
    mark,
    cursor,
    setQuestion,
    remove: (span) => {
      const rest = (spans ?? []).filter((each) => each !== span);
      if (question) change(question.name, rest.length > 0 ? rest : undefined);
    },
    toggleNone: () => {
      if (question) change(question.name, spans?.length === 0 ? undefined : []);
    },
    nudge: (end, outwards, characters) => {
      const base = spans ?? suggested;
      const last = base?.at(-1);
      if (!source || !base || !last) return;
      const to = nudged(source, source.toUnits(last), end, outwards, characters);
      const span = { label: last.label, ...source.toPoints(to) };
      replace([...base.slice(0, -1).map(({ label: l, start, end: e }) => ({ label: l, start, end: e })), span]);
    },
    sliceOf: ({ start, end }) => source?.offsets.slice(start, end) ?? "",
  };
}
