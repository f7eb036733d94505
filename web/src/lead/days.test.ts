import { expect, test } from "vitest";
import { daySums } from "./days";

test("days are summed over people, and empty ones stand between", () => {
  const one = { user_id: "a", username: "ada", discarded: 0 };
  const sums = daySums(
    [
      { ...one, date: "2026-11-25", submitted: 3 },
      { ...one, user_id: "b", date: "2026-11-25", submitted: 4 },
      { ...one, date: "2026-11-27", submitted: 1 },
      { ...one, date: "2026-10-01", submitted: 9 },
    ],
    3,
    new Date("2026-11-27T23:59:00Z"),
  );
  expect(sums).toEqual([
    { date: "2026-11-25", submitted: 7 },
    { date: "2026-11-26", submitted: 0 },
    { date: "2026-11-27", submitted: 1 },
  ]);
});
