import { expect, test } from "vitest";
import { Offsets } from "./offsets";

test("in a text of the basic plane, units and code points are the same", () => {
  const offsets = new Offsets("Denver won.");
  expect(offsets.length).toBe(11);
  expect(offsets.toPoints(6)).toBe(6);
  expect(offsets.toUnits(6)).toBe(6);
});

test("an emoji before the answer moves units, not code points, by two", () => {
  const text = "😀 Denver won.";
  const offsets = new Offsets(text);
  const start = text.indexOf("Denver");
  expect(start).toBe(3);
  expect(offsets.toPoints(start)).toBe(2);
  expect(offsets.toUnits(2)).toBe(3);
  expect(offsets.slice(2, 8)).toBe("Denver");
});

test("the middle of a pair counts as its start", () => {
  expect(new Offsets("a😀b").toPoints(2)).toBe(1);
  expect(new Offsets("😀").toPoints(1)).toBe(0);
});

test("a family is seven code points: four faces and three joiners", () => {
  const offsets = new Offsets("👨‍👩‍👧‍👦!");
  expect(offsets.length).toBe(8);
  expect(offsets.slice(7, 8)).toBe("!");
});

test("a combining mark is a code point of its own", () => {
  const offsets = new Offsets("cafe\u0301 noir");
  expect(offsets.length).toBe(10);
  expect(offsets.slice(0, 5)).toBe("cafe\u0301");
});

test("a lone surrogate is one code point, as in the server's text", () => {
  const offsets = new Offsets("a\ud83db");
  expect(offsets.length).toBe(3);
  expect(offsets.slice(2, 3)).toBe("b");
});

test("Arabic and Chinese are counted in reading order of the memory, not of the screen", () => {
  expect(new Offsets("فاز دنفر").slice(4, 8)).toBe("دنفر");
  expect(new Offsets("丹佛赢了𠮷").length).toBe(5);
});

test("every position converts there and back", () => {
  const text = "a😀b\u0301👩‍🚀𠮷 فاز\r\n丹佛";
  const offsets = new Offsets(text);
  const points = [...text];
  for (let at = 0; at <= points.length; at++) {
    expect(offsets.toUnits(at)).toBe(points.slice(0, at).join("").length);
    expect(offsets.toPoints(offsets.toUnits(at))).toBe(at);
  }
});
