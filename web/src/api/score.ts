import type { Suggestion } from "./types";

/** One number of a suggestion's score, or null; of a score for each part of a value, the first. */
export function scoreOf(suggestion: Suggestion | undefined): number | null {
  const score = suggestion?.score;
  if (typeof score === "number") return score;
  return Array.isArray(score) && typeof score[0] === "number" ? score[0] : null;
}
