import { expect, test } from "vitest";
import {
  EVERYTHING,
  type Search,
  bodyOf,
  isNarrowed,
  paramsOf,
  searchIn,
  suggestedFor,
} from "./search";

const ALL: Search = {
  text: "who won?",
  status: "pending",
  response: "draft",
  metadata: { property: "page", term: 7 },
  suggestion: { question: "topic", value: "a=b&c", agent: "reader", least: 0, most: 0.5 },
  similar: { record: "r1", vector: "meaning" },
  sort: "unsure",
};

test("an address says all that is looked for", () => {
  expect(searchIn(new URLSearchParams(paramsOf(ALL).toString()))).toEqual(ALL);
});

test("the address of every record says nothing", () => {
  expect(paramsOf(EVERYTHING).toString()).toBe("");
  expect(searchIn(new URLSearchParams())).toEqual(EVERYTHING);
});

test("what nobody understands in an address is passed over", () => {
  const odd =
    "status=lost&sort=best&metadata=page&term={&suggestion=topic&value=[1]&from=low&similar=r1";
  expect(searchIn(new URLSearchParams(odd))).toEqual({
    ...EVERYTHING,
    suggestion: suggestedFor("topic"),
  });
});

test("an order leaves nothing out", () => {
  expect(isNarrowed({ ...EVERYTHING, sort: "newest" })).toBe(false);
  expect(isNarrowed({ ...EVERYTHING, suggestion: suggestedFor("topic") })).toBe(true);
});

test("that there is a suggestion is a range without ends", () => {
  expect(bodyOf({ ...EVERYTHING, suggestion: suggestedFor("topic") }, "answer").filters).toEqual({
    type: "and",
    and: [
      {
        type: "range",
        scope: { entity: "suggestion", question: "topic", property: "score" },
        ge: null,
        le: null,
      },
    ],
  });
});

test("scores sort by the question that is filtered by, else by the first", () => {
  const scoped = (search: Search) => bodyOf(search, "answer").sort?.[0]?.scope;
  const unsure: Search = { ...EVERYTHING, sort: "unsure" };
  expect(scoped(unsure)).toMatchObject({ question: "answer", property: "score" });
  expect(scoped({ ...unsure, suggestion: suggestedFor("topic") })).toMatchObject({
    question: "topic",
  });
});

test("likeness takes the place of an order", () => {
  expect(bodyOf(ALL, "answer").sort).toBeNull();
});
