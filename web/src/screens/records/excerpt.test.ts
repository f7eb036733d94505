import { expect, test } from "vitest";
import { excerpt } from "./excerpt";

const shown = (text: string, places: [number, number][], longest: number) =>
  excerpt(text, places, longest)
    .map(({ text: part, marked }) => (marked ? `[${part}]` : part))
    .join("");

test("highlights are marked where they stand, emoji before them or not", () => {
  expect(shown("🏈 Denver won", [[2, 8]], 50)).toBe("🏈 [Denver] won");
});

test("a long text is cut around its first highlight", () => {
  const text = `${"a".repeat(200)}harbour${"b".repeat(200)}`;
  const cut = shown(text, [[200, 207]], 100);
  expect(cut).toContain("[harbour]");
  expect(cut.startsWith("… ")).toBe(true);
  expect(cut.endsWith(" …")).toBe(true);
});

test("places that overlap, lie outside or are many lose no text", () => {
  expect(
    shown(
      "abcdef",
      [
        [3, 5],
        [0, 2],
        [1, 4],
        [9, 12],
      ],
      50,
    ),
  ).toBe("[ab][cd][e]f");
});
