/** Every key of the annotate screen, in one table. */
import type { Question, Suggestion } from "../../api/types";
import { type MovableKeys, useMovableKeys } from "../../shortcuts/movable";
import { type Shortcut, useShortcuts } from "../../shortcuts/registry";
import { useTexts } from "../../texts";
import { type Answers, type Setup, isKind } from "./model";
import { boxId } from "./questions/WrittenAnswer";
import type { DeskActions } from "./deskActions";
import type { Desk } from "./sitting";
import { byDigit, isChoice } from "./useDigits";
import type { Filling } from "./useFilling";
import type { Marking } from "./useMarking";
import type { Preference } from "./usePreference";
import type { CursorHandle } from "./useCursor";

type Parts = {
  setup: Setup;
  desk: Desk;
  marking: Marking;
  preference: Preference;
  filling: Filling;
  suggestions: Map<string, Suggestion>;
  /** There are suggestions that nobody has asked for yet. */
  waits: boolean;
  target: Question | null;
  submit: () => void;
  submitAnswers: (answers: Answers) => void;
  change: (name: string, value: unknown) => void;
  setActive: (name: string | null) => void;
  actions: DeskActions;
};

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export function useRecordKeys(parts: Parts): void {
  const labels = useTexts().annotate.keys;
  const movable = useMovableKeys();
  useShortcuts(labels.group, [
    ...deskKeys(parts, labels, movable),
    ...choiceKeys(parts, labels, movable),
  ]);
  useShortcuts(labels.marking, markingKeys(parts, labels, movable));
}

type Labels = ReturnType<typeof useTexts>["annotate"]["keys"];

function leaveBox(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

function write(question: Question | undefined): void {
  if (question) document.getElementById(boxId(question.name))?.focus();
}

function deskKeys(parts: Parts, labels: Labels, movable: MovableKeys): Shortcut[] {
  const { setup, marking, preference, filling, submit, actions } = parts;
  const written = setup.questions.filter((question) => isKind(question, "text"));
  const rationale = written.find(({ name }) => name === "rationale");
  const edited = written.find((question) => question !== rationale);
  const refuses = preference.canRefuse || (!setup.preference && (marking.question || filling.question));
  const shortcuts: Shortcut[] = [
    { keys: "Enter", label: labels.submit, run: submit },
    { keys: "$mod+Enter", label: labels.submitTyping, run: submit, whileTyping: true },
    { keys: "Backspace", label: labels.back, run: actions.onBack },
    { keys: movable.skip, label: labels.skip, run: actions.onSkip },
    { keys: movable.discard, label: labels.discard, run: actions.onDiscard },
    { keys: "$mod+s", label: labels.draft, run: actions.onDraft, whileTyping: true },
    { keys: movable.guidelines, label: labels.guidelines, run: () => actions.onPanel("guidelines") },
    { keys: movable.history, label: labels.history, run: () => actions.onPanel("history") },
    { keys: ["?", "Shift+?"], label: labels.help, run: () => actions.onPanel("help") },
  ];
  if (parts.waits)
    shortcuts.push({ keys: movable.showSuggestion, label: labels.showSuggestion, run: actions.onShowSuggestions });
  if (refuses) {
    const run = preference.canRefuse
      ? preference.refuse
      : marking.question
        ? marking.toggleNone
        : filling.toggleNone;
    shortcuts.push({ keys: movable.none, label: labels.none, run });
  }
  if (edited || marking.question)
    shortcuts.push({
      keys: movable.edit,
      label: labels.edit,
      run: () => (edited ? write(edited) : marking.cursor.step(true, false)),
    });
  if (rationale) shortcuts.push({ keys: movable.rationale, label: labels.rationale, run: () => write(rationale) });
  if (written.length > 0)
    shortcuts.push({ keys: "Escape", label: labels.leave, run: leaveBox, whileTyping: true, when: isInBox });
  return shortcuts;
}

const isInBox = (): boolean => document.activeElement?.tagName === "TEXTAREA";

function choiceKeys(parts: Parts, labels: Labels, movable: MovableKeys): Shortcut[] {
  const { setup, target, marking } = parts;
  if (setup.preference) return candidateKeys(parts, labels, movable);
  const shortcuts: Shortcut[] = [];
  const spanLabels = marking.question?.settings.options ?? [];
  // Digits choose the label to mark with where there are several, and options elsewhere.
  if (spanLabels.length > 1)
    shortcuts.push({
      keys: DIGITS.slice(0, spanLabels.length).map(String),
      label: labels.label,
      run: (event) => {
        const option = spanLabels[Number(event.key) - 1];
        if (option) marking.setLabel(option.value);
      },
    });
  else if (target)
    shortcuts.push({
      keys: DIGITS.map(String),
      label: labels.choose,
      run: (event) => chooseByDigit(parts, target, Number(event.key)),
    });
  const choices = setup.questions.filter(isChoice);
  if (choices.length > 1)
    shortcuts.push({
      keys: ["j", "k"],
      label: labels.nextQuestion,
      run: (event) => {
        const at = choices.findIndex(({ name }) => name === target?.name);
        const next = choices[at + (event.key.toLowerCase() === "j" ? 1 : -1)];
        if (next) parts.setActive(next.name);
      },
    });
  return shortcuts;
}

function chooseByDigit(parts: Parts, question: Question, digit: number): void {
  const { desk, suggestions, change, setActive } = parts;
  const next = byDigit(question, desk.answers[question.name], suggestions.get(question.name), digit);
  if (!next) return;
  change(question.name, next.value);
  // Several labels may follow; after one choice the keyboard goes on to the next question.
  setActive(isKind(question, "multi_label_selection") ? question.name : null);
}

function candidateKeys(parts: Parts, labels: Labels, movable: MovableKeys): Shortcut[] {
  const { preference, setup, desk, suggestions, change } = parts;
  const { names } = preference;
  const strength = setup.questions.find(({ name }) => name in preference.prefixes);
  const shortcuts: Shortcut[] = [
    {
      keys: DIGITS.slice(0, names.length).map(String),
      label: labels.chooseCandidate,
      run: (event) => {
        const name = names[Number(event.key) - 1];
        if (name) preference.choose(name);
      },
    },
    { keys: "0", label: labels.tie, run: preference.tie },
    { keys: movable.compare, label: labels.compare, run: preference.toggleComparing },
  ];
  if (strength && isChoice(strength))
    shortcuts.push({
      keys: DIGITS.map((digit) => `Shift+Digit${digit}`).slice(0, 3),
      label: labels.strength,
      run: (event) => {
        const digit = Number(event.code.slice(-1));
        const before = desk.answers[strength.name];
        const next = byDigit(strength, before, suggestions.get(strength.name), digit);
        if (next) change(strength.name, next.value);
      },
    });
  return shortcuts;
}

function markingKeys(parts: Parts, labels: Labels, movable: MovableKeys): Shortcut[] {
  const { marking, filling } = parts;
  const marks = marking.question !== null && marking.source !== null;
  if (!marks && filling.source === null) return [];
  const cursor: CursorHandle = marks ? marking.cursor : filling.cursor;
  const held = cursor.cursor?.range ?? null;
  const isOn = () => held !== null;
  const set = (further: boolean) => {
    if (!held) return;
    if (marks) marking.mark(held, further);
    else filling.fill(held);
    cursor.clear();
  };
  const step = (event: KeyboardEvent) => {
    const right = event.key === "ArrowRight";
    cursor.step(right !== cursor.isRtl(), event.shiftKey);
  };
  const nudge = (which: "start" | "end", outwards: boolean) => (event: KeyboardEvent) => {
    if (held) cursor.nudge(which, outwards, event.altKey);
    else if (marks) marking.nudge(which, outwards, event.altKey);
  };
  const both = (code: string) => [code, `Alt+${code}`];
  const shortcuts: Shortcut[] = [
    { keys: ["ArrowLeft", "ArrowRight"], label: labels.move, run: step },
    { keys: ["Shift+ArrowLeft", "Shift+ArrowRight"], label: labels.extend, run: step },
    {
      keys: ["ArrowUp", "ArrowDown", "Shift+ArrowUp", "Shift+ArrowDown"],
      label: labels.moveLine,
      run: (event) => cursor.line(event.key === "ArrowDown", event.shiftKey),
      when: isOn,
    },
    { keys: "Enter", label: labels.set, run: () => set(false), when: isOn },
    { keys: both("BracketLeft"), label: labels.ends, run: nudge("start", true) },
    { keys: both("BracketRight"), run: nudge("end", true) },
    {
      keys: ["Shift+BracketLeft", "Shift+Alt+BracketLeft"],
      label: labels.narrow,
      run: nudge("start", false),
    },
    { keys: ["Shift+BracketRight", "Shift+Alt+BracketRight"], run: nudge("end", false) },
    {
      keys: "Escape",
      label: labels.clear,
      run: () => {
        if (held) cursor.clear();
        else if (marks && marking.question) parts.change(marking.question.name, undefined);
      },
    },
  ];
  if (marks)
    shortcuts.push({
      keys: movable.further,
      label: labels.further,
      run: () => (held ? set(true) : marking.setFurther(!marking.further)),
    });
  return shortcuts;
}
