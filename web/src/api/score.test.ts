import { describe, expect, it } from "vitest";
import { scoreOf } from "./score";
import type { Suggestion } from "./types";

const scored = (score: Suggestion["score"]) => scoreOf({ score } as Suggestion);

describe("scoreOf", () => {
  it("takes the number, or the first of a list", () => {
    expect([scored(0.5), scored([0.25, 0.75])]).toEqual([0.5, 0.25]);
  });

  it("keeps the score of a suggestion that nothing answers", () => {
    expect(scored(0)).toBe(0);
  });

  it("is null where there is none", () => {
    expect([scored(null), scored([]), scoreOf(undefined)]).toEqual([null, null, null]);
  });
});
