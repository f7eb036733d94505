/** A dataset's settings as a form holds them. */
import type { Order } from "../../api/lead";
import type { Dataset } from "../../api/types";
import type { LeadTexts } from "../../texts/lead/en";

export const ORDERS: Order[] = ["sequence", "score", "disagreement", "random", "length"];

export type Draft = {
  name: string;
  guidelines: string;
  /** As typed: empty for a moment, while somebody types another number. */
  overlap: number | string;
  order: Order;
  /** Percent of the records; as typed. */
  onRequest: number | string;
};

export const draftOf = (dataset: Dataset): Draft => ({
  name: dataset.name,
  guidelines: dataset.guidelines ?? "",
  overlap: dataset.distribution?.min_submitted ?? 1,
  order: dataset.assignment?.order ?? "sequence",
  onRequest: dataset.assignment?.suggestions_on_request ?? 0,
});

/** What to send so that a dataset becomes as the form says. */
export const patchOf = (draft: Draft, over: Dataset) => ({
  name: draft.name,
  guidelines: draft.guidelines || null,
  distribution: { strategy: "overlap" as const, min_submitted: Number(draft.overlap) || 1 },
  ...(over.assignment && {
    assignment: {
      ...over.assignment,
      order: draft.order,
      suggestions_on_request: Number(draft.onRequest) || 0,
    },
  }),
});

/**
 * What somebody typed, over what somebody else has saved since the form was filled: each setting
 * that was not touched here becomes theirs.
 */
export function merged(mine: Draft, base: Draft, theirs: Draft): Draft {
  const kept = (Object.keys(mine) as (keyof Draft)[]).filter((key) => mine[key] !== base[key]);
  return { ...theirs, ...Object.fromEntries(kept.map((key) => [key, mine[key]])) };
}

/** Whether one setting was changed on both sides, to different values. */
export const conflict = (mine: Draft, base: Draft, theirs: Draft): boolean =>
  (Object.keys(mine) as (keyof Draft)[]).some(
    (key) => mine[key] !== base[key] && theirs[key] !== base[key] && mine[key] !== theirs[key],
  );

/** One setting that two people have set differently. */
export type Difference = { label: string; theirs: string };

export function differences(mine: Draft, theirs: Draft, lead: LeadTexts): Difference[] {
  const shown = (draft: Draft): Difference[] => [
    { label: lead.settings.name, theirs: draft.name },
    { label: lead.settings.guidelines, theirs: draft.guidelines },
    { label: lead.settings.overlap, theirs: String(draft.overlap) },
    { label: lead.settings.order, theirs: lead.settings.orders[draft.order] },
    { label: lead.settings.onRequest, theirs: String(draft.onRequest) },
  ];
  const own = shown(mine);
  return shown(theirs).filter((each, at) => each.theirs !== own[at]?.theirs);
}
