import { expect, test } from "vitest";
import { parseTime } from "./time";

test("a time without a zone is UTC, wherever the browser is", () => {
  process.env.TZ = "America/New_York";
  expect(parseTime("2026-11-27T00:03:00").toISOString()).toBe("2026-11-27T00:03:00.000Z");
});

test("a time with a zone is taken at its word", () => {
  expect(parseTime("2026-11-27T01:03:00+01:00").toISOString()).toBe("2026-11-27T00:03:00.000Z");
  expect(parseTime("2026-11-27T00:03:00.5Z").toISOString()).toBe("2026-11-27T00:03:00.500Z");
});
