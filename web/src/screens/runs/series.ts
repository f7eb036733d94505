/** A run's events as curves. */
import type { RunEvent } from "../../api/lead";

/** One curve: what happened at which step. */
export type Curve = { steps: number[]; values: (number | null)[][] };

const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/**
 * The events that hold at least one of the names, as columns by step; of several names for one
 * thing (`rewards/accuracies`, `reward_accuracy`) the first that is there counts.
 */
export function curve(events: RunEvent[], lines: string[][]): Curve {
  const steps: number[] = [];
  const values: (number | null)[][] = lines.map(() => []);
  for (const event of events) {
    const step = number(event.step);
    const found = lines.map((names) => {
      for (const name of names) {
        const value = number(event[name]);
        if (value !== null) return value;
      }
      return null;
    });
    if (step === null || found.every((value) => value === null)) continue;
    if (steps.at(-1) === step) {
      found.forEach((value, at) => {
        const line = values[at];
        if (line && value !== null) line[line.length - 1] = value;
      });
      continue;
    }
    steps.push(step);
    found.forEach((value, at) => values[at]?.push(value));
  }
  return { steps, values };
}
