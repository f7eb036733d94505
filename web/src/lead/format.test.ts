import { expect, test } from "vitest";
import { between, ranks, spanTexts } from "./Answer";
import { moment, seconds } from "./format";

test("a time without a zone is UTC", () => {
  expect(moment("2026-11-22T10:50:02.680301").toISOString()).toBe("2026-11-22T10:50:02.680Z");
  expect(moment("2026-11-22T10:50:02Z").toISOString()).toBe("2026-11-22T10:50:02.000Z");
  expect(moment("2026-11-22T10:50:02+02:00").toISOString()).toBe("2026-11-22T08:50:02.000Z");
});

test("places count code points, not UTF-16 units", () => {
  expect(between("🏈 Denver won", 2, 8)).toBe("Denver");
  expect(spanTexts([{ start: 0, end: 1, label: "answer" }], "🏈 x")).toEqual(["🏈"]);
});

test("candidates of one rank stand together, those without a rank by their place", () => {
  expect(
    ranks([
      { value: "b", rank: 2 },
      { value: "a", rank: 1 },
      { value: "c", rank: 2 },
    ]),
  ).toEqual([["a"], ["b", "c"]]);
  expect(ranks([{ value: "b" }, { value: "a" }])).toEqual([["b"], ["a"]]);
});

test("seconds read as people say them", () => {
  expect(seconds(4.25, "en")).toBe("4.3 s");
  expect(seconds(65, "en")).toBe("1 min 5 s");
  expect(seconds(null, "en")).toBe("–");
});
