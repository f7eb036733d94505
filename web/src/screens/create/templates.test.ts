import { expect, test } from "vitest";
import { en } from "../../texts/lead/en";
import { START, faultOf, names, shapeOf, slug } from "./templates";

const fieldNames = (choices: typeof START) => shapeOf(choices, en).fields.map(({ name }) => name);

test("the extractive template marks one label in the passage, overlaps allowed", () => {
  const { fields, questions } = shapeOf(START, en);
  expect(fields.map(({ name }) => name)).toEqual(["question", "context"]);
  expect(questions[0]?.settings).toMatchObject({
    type: "span",
    field: "context",
    options: [{ value: "answer", text: "Answer" }],
    allow_overlapping: true,
  });
});

test("a preference has as many answers as were chosen, the first two of them required", () => {
  const choices = { ...START, template: "preference" as const, candidates: 3 };
  expect(fieldNames(choices)).toEqual(["prompt", "context", "response1", "response2", "response3"]);
  const { fields, questions } = shapeOf({ ...choices, judgement: false }, en);
  expect(fields.filter(({ required }) => required).map(({ name }) => name)).toEqual([
    "prompt",
    "response1",
    "response2",
  ]);
  expect(questions.map(({ name }) => name)).toEqual(["preference"]);
});

test("custom labels become values that the server takes", () => {
  const { fields, questions } = shapeOf(
    {
      ...START,
      template: "custom",
      fields: "Some text, some text ,Other",
      labels: "Very good, Bad",
    },
    en,
  );
  expect(fields.map(({ name }) => name)).toEqual(["some_text", "some_text", "other"]);
  expect(questions[0]?.settings).toMatchObject({
    options: [
      { value: "very_good", text: "Very good" },
      { value: "bad", text: "Bad" },
    ],
  });
});

test("names are trimmed and stand once", () => {
  expect(names(" a, b,,a ")).toEqual(["a", "b"]);
  expect(slug("  Größe! ")).toBe("gr_e");
});

test("what is missing is said", () => {
  expect(faultOf(START, " ", en)).toBe(en.create.needName);
  expect(faultOf({ ...START, template: "custom", labels: "one" }, "x", en)).toBe(
    en.create.needLabels,
  );
  expect(faultOf({ ...START, template: "custom", kind: "text" }, "x", en)).toBeNull();
});
