import { expect, test } from "vitest";
import { type Line, curve, progressOf } from "./series";

const LOSS: Line[] = [
  { kind: "step", value: "loss", name: "training" },
  { kind: "held_out", value: "loss", name: "held out" },
];

test("steps and held-out questions are lines of their own, one row a step", () => {
  const events = [
    { kind: "step", step: 1, loss: 2 },
    { kind: "step", step: 2, loss: 1 },
    { kind: "held_out", step: 2, loss: 3 },
  ];
  expect(curve(events, LOSS)).toEqual({
    steps: [1, 2],
    names: ["training", "held out"],
    values: [
      [2, 1],
      [null, 3],
    ],
  });
});

test("after a resume the later steps count, in the steps' order", () => {
  const events = [5, 10, 5].map((step, at) => ({ kind: "step", step, loss: at }));
  expect(curve(events, LOSS)).toEqual({ steps: [5, 10], names: ["training"], values: [[2, 1]] });
});

test("what is no number is no point", () => {
  const events = [
    { kind: "step", step: 1, loss: "NaN" },
    { kind: "finished", loss: 1 },
  ];
  expect(curve(events, LOSS)).toEqual({ steps: [], names: [], values: [] });
});

test("the last event that knows the number of steps says how far it is", () => {
  expect(progressOf([{ kind: "loaded" }])).toBeNull();
  const events = [
    { kind: "started", step: 0, total_steps: 50 },
    { kind: "step", step: 7, total_steps: 50 },
  ];
  expect(progressOf([...events, { kind: "checkpoint", step: 5 }])).toEqual({ step: 7, of: 50 });
});
