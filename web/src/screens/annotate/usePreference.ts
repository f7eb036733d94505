/** Choosing between candidates, and the questions that go with it. */
import { useState } from "react";
import { type Answers, type Setup, isKind, prefer, rankNext, rankingOf } from "./model";

const KEY = "goldspan.submit-with-choice";
/** The companion question that says whether any candidate is acceptable. */
const ACCEPTABLE = "acceptable";
const STRENGTH = "strength";
const NONE = "none";

export type Preference = {
  names: string[];
  /** A digit or a click named this candidate. */
  choose: (name: string) => void;
  tie: () => void;
  tied: boolean;
  canRefuse: boolean;
  refused: boolean;
  /** None is acceptable; a second time takes it back. */
  refuse: () => void;
  comparing: boolean;
  toggleComparing: () => void;
  /** The candidate that is looked at. */
  looked: string | null;
  look: (name: string | null) => void;
  canSubmitWithChoice: boolean;
  submitsWithChoice: boolean;
  toggleSubmitWithChoice: () => void;
  /** Keys before the digits of companion questions. */
  prefixes: Record<string, string>;
  /** Whether a question is answered by these, so that it needs no place of its own. */
  owns: (questionName: string) => boolean;
};

type Parts = {
  setup: Setup;
  names: string[];
  answers: Answers;
  onChange: (answers: Answers) => void;
  submit: (answers: Answers) => void;
};

export function usePreference({ setup, names, answers, onChange, submit }: Parts): Preference {
  const [looked, look] = useState<string | null>(null);
  const [comparing, setComparing] = useState(false);
  const [submits, setSubmits] = useState(localStorage.getItem(KEY) !== "no");
  const question = setup.preference;
  const acceptable = setup.questions.find(
    (each) =>
      each.name === ACCEPTABLE &&
      isKind(each, "label_selection") &&
      each.settings.options.some(({ value }) => value === NONE),
  );
  const canRefuse = question !== null && acceptable !== undefined;
  const refused = canRefuse && answers[ACCEPTABLE] === NONE;
  const ranking = question ? (answers[question.name] as { value: string; rank: number }[] | undefined) : undefined;
  const named = [...(ranking ?? [])]
    .filter(({ rank }) => rank < Math.max(...(ranking ?? []).map((item) => item.rank)))
    .sort((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
  const tied = ranking !== undefined && new Set(ranking.map(({ rank }) => rank)).size === 1;
  const canSubmitWithChoice = setup.oneChoice && names.length === 2;

  const decide = (value: unknown) => {
    if (!question) return;
    const next: Answers = { ...answers, [question.name]: value };
    if (next[ACCEPTABLE] === NONE) delete next[ACCEPTABLE];
    if (canSubmitWithChoice && submits && value !== undefined) submit(next);
    else onChange(next);
  };

  return {
    names,
    choose: (name) => {
      if (names.length === 2) return decide(prefer(names, name));
      const order = rankNext(names, refused || tied ? [] : named, name);
      decide(order.length === 0 ? undefined : rankingOf(names, order));
    },
    tie: () => decide(prefer(names, null)),
    tied,
    canRefuse,
    refused,
    refuse: () => {
      if (!question) return;
      const { [ACCEPTABLE]: _, [question.name]: __, ...rest } = answers;
      onChange(refused ? rest : { ...rest, [question.name]: prefer(names, null), [ACCEPTABLE]: NONE });
    },
    comparing,
    toggleComparing: () => setComparing(!comparing),
    looked,
    look,
    canSubmitWithChoice,
    submitsWithChoice: submits,
    toggleSubmitWithChoice: () => {
      localStorage.setItem(KEY, submits ? "no" : "yes");
      setSubmits(!submits);
    },
    prefixes: question ? { [STRENGTH]: "Shift+" } : {},
    owns: (name) => canRefuse && name === ACCEPTABLE,
  };
}
