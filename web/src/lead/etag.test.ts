import { expect, test } from "vitest";
import { etag } from "./etag";

test("an ETag is the time of the last change to the microsecond", () => {
  expect(etag("2026-11-22T10:50:02.680301")).toBe('"20261122105002680301"');
  expect(etag("2026-11-22T10:50:02")).toBe('"20261122105002000000"');
});
