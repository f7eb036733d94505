import { expect, test } from "vitest";
import { pieces } from "./pieces";

test("pieces put together are the text, and know who marked them", () => {
  const found = pieces("🏈 Denver won it", [
    { start: 2, end: 8, by: "ada" },
    { start: 6, end: 12, by: "ben" },
  ]);
  expect(found.map(({ text }) => text).join("")).toBe("🏈 Denver won it");
  expect(found.map(({ text, by }) => `${text}:${by.join("+")}`)).toEqual([
    "🏈 :",
    "Denv:ada",
    "er:ada+ben",
    " won:ben",
    " it:",
  ]);
});

test("a text without marks is one piece", () => {
  expect(pieces("abc", [])).toEqual([{ start: 0, text: "abc", by: [] }]);
});
