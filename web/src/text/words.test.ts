import { expect, test } from "vitest";
import { Words, nextCharacter, previousCharacter, wholeCharacters } from "./words";

const TEXT = "Denver won a “Super Bowl”, for $5 million (1969).";

function snapped(text: string, dragged: string, from = 0): string | null {
  const start = text.indexOf(dragged, from);
  const range = new Words(text).snap({ start, end: start + dragged.length });
  return range && text.slice(range.start, range.end);
}

test("a drag over parts of words takes the whole words", () => {
  expect(snapped(TEXT, "enver w")).toBe("Denver won");
});

test("spaces at the ends of a drag are left out", () => {
  expect(snapped(TEXT, " won ")).toBe("won");
});

test("quotation marks are not swallowed where they were not marked", () => {
  expect(snapped(TEXT, "uper Bow")).toBe("Super Bowl");
});

test("punctuation that was marked stays", () => {
  expect(snapped(TEXT, "$5 mill")).toBe("$5 million");
  expect(snapped(TEXT, "(196")).toBe("(1969");
});

test("a drag over spaces alone marks nothing", () => {
  expect(snapped("a   b", "   ")).toBeNull();
});

test("Chinese snaps to words of the dictionary", () => {
  expect(snapped("我们赢得了比赛", "们赢")).toBe("我们赢得");
});

test("Arabic snaps to whole words", () => {
  expect(snapped("فاز فريق دنفر بالكأس", "ريق دن")).toBe("فريق دنفر");
});

test("the word cursor steps from word to word, over punctuation, and stops at the ends", () => {
  const words = new Words("One, two three");
  expect(words.nextStart(0)).toBe(5);
  expect(words.nextStart(5)).toBe(9);
  expect(words.nextStart(9)).toBe(9);
  expect(words.previousStart(9)).toBe(5);
  expect(words.previousStart(5)).toBe(0);
  expect(words.previousStart(0)).toBe(0);
});

test("ends step from word to word", () => {
  const words = new Words("One, two three");
  expect(words.nextEnd(3)).toBe(8);
  expect(words.previousEnd(8)).toBe(3);
  expect(words.nextEnd(14)).toBe(14);
});

test("a text without words has no word cursor", () => {
  expect(new Words("?! …").wordAt(0)).toBeNull();
});

test("characters are whole for those who see them", () => {
  const text = "a👩‍🚀e\u0301z";
  expect(wholeCharacters(text, { start: 2, end: 3 })).toEqual({ start: 1, end: 6 });
  expect(wholeCharacters(text, { start: 6, end: 7 })).toEqual({ start: 6, end: 8 });
  expect(nextCharacter(text, 1)).toBe(6);
  expect(previousCharacter(text, 8)).toBe(6);
  expect(previousCharacter(text, 6)).toBe(1);
});

test("the words of a long text are all there, the last at its place", () => {
  const long = "The quick brown fox jumps over the lazy dog. ".repeat(450);
  const { words } = new Words(long);
  expect(words.length).toBe(9 * 450);
  expect(words.at(-1)).toEqual({ start: long.length - 5, end: long.length - 2 });
});
