/** Activity summed by day, days without any included. */
import type { ActivityDay } from "../api/lead";

export type DaySum = { date: string; submitted: number };

const DAY_MS = 86_400_000;

/** The last `days` days up to `today` (UTC), oldest first. */
export function daySums(activity: ActivityDay[], days: number, today: Date): DaySum[] {
  const sums = new Map<string, number>();
  for (const { date, submitted } of activity) sums.set(date, (sums.get(date) ?? 0) + submitted);
  return Array.from({ length: days }, (_, at) => {
    const date = new Date(today.getTime() - (days - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return { date, submitted: sums.get(date) ?? 0 };
  });
}
