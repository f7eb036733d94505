import { beforeEach, expect, test, vi } from "vitest";
import { STANDARD } from "./movable";

const NAME = "goldspan.keys";

/** The module as a page has it that was just loaded, with this in its storage. */
async function loaded(kept?: unknown) {
  if (kept !== undefined) localStorage.setItem(NAME, typeof kept === "string" ? kept : JSON.stringify(kept));
  vi.resetModules();
  return import("./movable");
}

beforeEach(() => localStorage.clear());

test("a moved key outlives the page", async () => {
  const before = await loaded();
  expect(before.move("none", "u")).toBeUndefined();
  expect(before.movableKeys()).toEqual({ ...STANDARD, none: "u" });
  const after = await loaded();
  expect(after.movableKeys()).toEqual({ ...STANDARD, none: "u" });
  expect(after.isMoved("none")).toBe(true);
  expect(after.isMoved("skip")).toBe(false);
});

test("a key that something else has is refused with its name, and nothing changes", async () => {
  const { move, movableKeys } = await loaded();
  expect(move("none", "s")).toBe("skip");
  // Also what the open record makes no use of.
  expect(move("none", "c")).toBe("compare");
  expect(move("none", "j")).toBe("nextQuestion");
  expect(move("none", "]")).toBe("ends");
  expect(move("none", "?")).toBe("help");
  expect(movableKeys()).toEqual(STANDARD);
  expect(localStorage.getItem(NAME)).toBeNull();
});

test("a key that was given up is free, and its action cannot have it back meanwhile", async () => {
  const { move, movableKeys, resetAll } = await loaded();
  move("none", "u");
  expect(move("skip", "n")).toBeUndefined();
  expect(move("none", STANDARD.none)).toBe("skip");
  expect(movableKeys()).toEqual({ ...STANDARD, none: "u", skip: "n" });
  expect(move("skip", STANDARD.skip)).toBeUndefined();
  expect(move("none", STANDARD.none)).toBeUndefined();
  expect(movableKeys()).toEqual(STANDARD);
  move("edit", "w");
  resetAll();
  expect(movableKeys()).toEqual(STANDARD);
  expect((await loaded()).movableKeys()).toEqual(STANDARD);
});

test.each(["{", "null", "7", "[]", '"n"', '{"none": 5}', '{"none": ""}', '{"none": "Enter"}'])(
  "%s in the storage is ignored",
  async (kept) => {
    expect((await loaded(kept)).movableKeys()).toEqual(STANDARD);
  },
);

test("of what was kept, only what no longer fits is ignored", async () => {
  const kept = { gone: "q", constructor: "w", none: "u", edit: "?", compare: "5", skip: "x" };
  expect((await loaded(kept)).movableKeys()).toEqual({ ...STANDARD, none: "u" });
});

test("two actions on one key are told apart", async () => {
  const { movableKeys } = await loaded({ none: "u", skip: "u", discard: "s" });
  expect(new Set(Object.values(movableKeys())).size).toBe(Object.keys(STANDARD).length);
});

test("what another tab moves counts here, too", async () => {
  const { movableKeys } = await loaded();
  localStorage.setItem(NAME, JSON.stringify({ none: "u" }));
  dispatchEvent(new StorageEvent("storage", { key: NAME }));
  expect(movableKeys().none).toBe("u");
});

test("letters of any script and signs fit, nothing else", async () => {
  const { isFit, keyOf } = await loaded();
  for (const key of ["u", "ß", "т", ".", "/", "$"]) expect(isFit(key)).toBe(true);
  for (const key of ["", " ", "5", "+", "enter", "dead", "uu"]) expect(isFit(key)).toBe(false);
  expect(keyOf({ code: "KeyU", key: "U" })).toBe("u");
  expect(keyOf({ code: "BracketLeft", key: "ü" })).toBe("[");
});
