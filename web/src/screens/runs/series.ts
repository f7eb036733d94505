/** A run's events as curves. */
import type { RunEvent } from "../../api/lead";

/** One line of a chart: a value of the steps, or of the held-out questions asked beside them. */
export type Line = { kind: "step" | "held_out"; value: string; name: string };

/** One curve of each line that has a value: what happened at which step, in the steps' order. */
export type Curve = { steps: number[]; names: string[]; values: (number | null)[][] };

const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/**
 * The events as columns by step. After a resume the steps since the last checkpoint come again;
 * the later ones count.
 */
export function curve(events: RunEvent[], lines: Line[]): Curve {
  const found = lines.map(() => new Map<number, number>());
  for (const event of events) {
    const step = number(event.step);
    if (step === null) continue;
    lines.forEach(({ kind, value }, at) => {
      const point = event.kind === kind ? number(event[value]) : null;
      if (point !== null) found[at]?.set(step, point);
    });
  }
  const drawn = lines.map(({ name }, at) => ({ name, points: found[at] as Map<number, number> }));
  const shown = drawn.filter(({ points }) => points.size > 0);
  const steps = [...new Set(shown.flatMap(({ points }) => [...points.keys()]))].sort(
    (a, b) => a - b,
  );
  return {
    steps,
    names: shown.map(({ name }) => name),
    values: shown.map(({ points }) => steps.map((step) => points.get(step) ?? null)),
  };
}

/** How far the training is, or null before it has begun. */
export function progressOf(events: RunEvent[]): { step: number; of: number } | null {
  const last = events.findLast(
    ({ step, total_steps }) => number(step) !== null && number(total_steps) !== null,
  );
  return last ? { step: Number(last.step), of: Number(last.total_steps) } : null;
}
