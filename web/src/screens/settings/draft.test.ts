import { expect, test } from "vitest";
import { type Draft, conflict, merged } from "./draft";

const BASE: Draft = { name: "Mills", guidelines: "", overlap: 1, order: "sequence", onRequest: 0 };

test("what only they changed is theirs, what only I changed is mine", () => {
  const mine = { ...BASE, guidelines: "Mark it." };
  const theirs = { ...BASE, overlap: 3 };
  expect(conflict(mine, BASE, theirs)).toBe(false);
  expect(merged(mine, BASE, theirs)).toEqual({ ...BASE, guidelines: "Mark it.", overlap: 3 });
});

test("one setting changed on both sides is a conflict, in which mine stays", () => {
  const mine = { ...BASE, name: "Mine", overlap: 2 };
  const theirs = { ...BASE, name: "Theirs", order: "random" as const };
  expect(conflict(mine, BASE, theirs)).toBe(true);
  expect(merged(mine, BASE, theirs)).toEqual({
    ...BASE,
    name: "Mine",
    overlap: 2,
    order: "random",
  });
});

test("the same change on both sides is no conflict", () => {
  expect(conflict({ ...BASE, name: "New" }, BASE, { ...BASE, name: "New" })).toBe(false);
});
